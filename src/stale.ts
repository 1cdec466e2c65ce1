import type { Clock } from './clock.ts'
import { longestTimerMs } from './clock.ts'
import type { Counts } from './entry.ts'

/** Notices when the oldest entry has waited too long, whether or not anything is being pushed. */
export interface StaleWatch {
  /** The counts as they are now. */
  look(counts: Counts): void
  end(): void
}

export function createStaleWatch(deps: {
  readonly clock: Clock
  readonly staleAfterMs: number
  /** Called once for each oldest entry, with how long it has waited. */
  readonly onStale: (waitedMs: number) => void
}): StaleWatch {
  const { clock, staleAfterMs } = deps
  let timer: unknown
  let toldOf: number | undefined

  function look(counts: Counts): void {
    const { oldestAt } = counts
    clock.clearTimeout(timer)
    if (oldestAt === undefined || oldestAt === toldOf || staleAfterMs === Infinity) return
    const waitedMs = clock.now() - oldestAt
    if (waitedMs < staleAfterMs) {
      timer = clock.setTimeout(() => look(counts), Math.min(staleAfterMs - waitedMs, longestTimerMs))
      return
    }
    toldOf = oldestAt
    deps.onStale(waitedMs)
  }

  return { look, end: () => clock.clearTimeout(timer) }
}
