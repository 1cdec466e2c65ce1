import type { Counts } from './entry.ts'
import { errorText } from './errors.ts'
import type { EngineEvent, OutboxEvent, WarningCode } from './report.ts'
import type { Store } from './store/contract.ts'

/** Gathers what happened and hands it to the machine in batches with the counts: one event each would cost more than the work. */
export interface Reporter<P> {
  add(event: OutboxEvent<P>): void
  warn(code: WarningCode, message: string, reason?: string): void
  warnOfStore(error: unknown): void
  /** Something may be there to push: said once, with the last batch at hand. */
  changed(): void
  /** The counts are to be sent soon, also when nothing else is. */
  recount(): void
  /** Resolves when everything added so far has been sent. */
  flush(): Promise<void>
}

const largestBatch = 64
/** While entries leave one after the other, they are told of at most so often. */
const gatherMs = 8

export function createReporter<P>(deps: {
  readonly openStore: () => Promise<Store>
  readonly send: (event: EngineEvent<P>) => void
  /** Looks at each counts that is sent. */
  readonly onCounts: (counts: Counts) => Promise<void>
  /** An outcome is being recorded, after which there is more to tell, or the pass ends. */
  readonly isRecording: () => boolean
  /** Ms that never go back. */
  readonly monotonic: () => number
  /** Calls back soon, after the work at hand. */
  readonly soon: () => Promise<void>
}): Reporter<P> {
  let events: OutboxEvent<P>[] = []
  let isChanged = false
  let isStale = false
  let isScheduled = false
  let sentAtMs = -Infinity
  let sending: Promise<void> = Promise.resolve()

  function schedule(): void {
    if (isScheduled) return
    isScheduled = true
    void deps.soon().then(() => {
      isScheduled = false
      const isLate = deps.monotonic() - sentAtMs >= gatherMs
      if (isLate || !deps.isRecording() || !events.every(isOfDrain)) void flush()
    })
  }

  function flush(): Promise<void> {
    sending = sending.then(sendAll)
    return sending
  }

  async function sendAll(): Promise<void> {
    let isCounted = true
    while (events.length > 0 || isChanged || (isStale && isCounted)) {
      sentAtMs = deps.monotonic()
      // What comes while the counts are asked for is not in them: it is told with the next ones.
      const batch = events.slice(0, largestBatch)
      events = events.slice(largestBatch)
      const changed = isChanged && events.length === 0
      if (changed) isChanged = false
      isStale = false
      const counts = await countsOf(deps.openStore)
      isCounted = counts !== undefined
      // Asked again when a pass ends, at the latest with the next poll.
      if (!isCounted) isStale = true
      if (counts !== undefined) await deps.onCounts(counts)
      deps.send({ type: 'engine.reports', events: batch, ...(counts && { counts }), ...(changed && { changed }) })
    }
  }

  function add(event: OutboxEvent<P>): void {
    events.push(event)
    if (events.length === largestBatch) void flush()
    else schedule()
  }

  function warn(code: WarningCode, message: string, reason?: string): void {
    add({ type: 'warning', origin: 'here', code, message, ...(reason !== undefined && { reason }) })
  }

  return {
    add,
    warn,
    warnOfStore: (error) => warn('OUTBOX_STORE', `the store failed: ${errorText(error)}`, errorText(error)),
    changed() {
      isChanged = true
      schedule()
    },
    recount() {
      isStale = true
      schedule()
    },
    flush,
  }
}

function isOfDrain({ type }: { readonly type: string }): boolean {
  return type === 'delivered' || type === 'skipped'
}

/** The counts, or undefined when they cannot be had: what happened must be told all the same, and a pass will report the store. */
async function countsOf(openStore: () => Promise<Store>) {
  try {
    const store = await openStore()
    return await store.counts()
  } catch {
    return undefined
  }
}
