import type { Clock } from '../clock.ts'
import { macrotask } from '../clock.ts'

/** Time that stands still until a test moves it. */
export interface SimulatedTime {
  readonly clock: Clock
  /** Spread into the options of an outbox or machine; `createActor` takes the `clock`, too. */
  readonly options: { readonly clock: Clock }
  /** Epoch ms. */
  now(): number
  /** Runs every timer of the next `ms`, also those that these set, each at its own moment, and waits for quiet after each. */
  advance(ms: number): Promise<void>
  /** Moves the wall clock alone, by `ms` (may be negative): a laptop that slept, a clock that was set. Timers know nothing of it. */
  jump(ms: number): void
  /** Waits until everything that can go on without time has gone on: promises and immediates, not disk or network. */
  quiet(): Promise<void>
  /** How many timers are waiting. */
  timers(): number
}

/** Event loop turns without a look at the clock that count as quiet. */
const quietTurns = 8

/**
 * A clock for tests.
 * @param startAt - epoch ms; default 2026-01-01T00:00:00Z.
 */
export function simulatedTime(startAt: number = Date.UTC(2026, 0, 1)): SimulatedTime {
  interface Timer {
    readonly at: number
    readonly callback: () => void
  }
  const timers = new Map<number, Timer>()
  let elapsedMs = 0
  let wallOffset = startAt
  let lastId = 0
  let activity = 0

  const clock: Clock = {
    now() {
      activity += 1
      return elapsedMs + wallOffset
    },
    setTimeout(callback, delayMs) {
      activity += 1
      lastId += 1
      // As on every platform: what is not a delay that fits a timer fires at once.
      const waitMs = delayMs > 0 && delayMs < 2 ** 31 ? delayMs : 0
      timers.set(lastId, { at: elapsedMs + waitMs, callback })
      return lastId
    },
    clearTimeout(id) {
      if (timers.delete(id as number)) activity += 1
    },
    isSimulated: true,
  }

  function nextTimer(): [number, Timer] | undefined {
    let next: [number, Timer] | undefined
    for (const candidate of timers) if (next === undefined || candidate[1].at < next[1].at) next = candidate
    return next
  }

  async function quiet(): Promise<void> {
    for (let turns = 0; turns < quietTurns; turns += 1) {
      const before = activity
      await macrotask()
      if (activity !== before) turns = -1
    }
  }

  return {
    clock,
    options: { clock },
    now: () => elapsedMs + wallOffset,
    jump(ms) {
      wallOffset += ms
    },
    quiet,
    timers: () => timers.size,
    async advance(ms) {
      const end = elapsedMs + ms
      await quiet()
      for (let next = nextTimer(); next !== undefined && next[1].at <= end; next = nextTimer()) {
        const [id, timer] = next
        timers.delete(id)
        elapsedMs = Math.max(elapsedMs, timer.at)
        timer.callback()
        await quiet()
      }
      elapsedMs = end
      await quiet()
    },
  }
}
