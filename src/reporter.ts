import type { Counts } from './entry.ts'
import { errorText } from './errors.ts'
import type { EngineEvent, OutboxEvent, WarningCode } from './report.ts'
import type { Store } from './store/contract.ts'

/** Gathers what happened and hands it to the machine in batches with the counts: one event each would cost more than the work. */
export interface Reporter<P> {
  add(event: OutboxEvent<P>): void
  /** Calls back once everything added so far has been sent. */
  afterwards(callback: () => void): void
  warn(code: WarningCode, message: string, reason?: string): void
  warnOfStore(error: unknown): void
  /** Something may be there to push: said once, with the last batch at hand. */
  changed(): void
  /** The counts are to be sent soon, also when nothing else is. */
  recount(): void
  /** Resolves when everything added so far has been sent. */
  flush(): Promise<void>
  /** Nothing more is sent, and nothing asked of the store: nobody listens any more. */
  end(): void
}

type Wait = (ms: number) => Promise<void>

const largestBatch = 64
/** So long entries that leave one after the other are gathered, unless there are many: for about one picture of a screen. */
const gatherMs = 16

export function createReporter<P>(deps: {
  readonly openStore: () => Promise<Store>
  readonly send: (event: EngineEvent<P>) => void
  /** Looks at each counts that is sent. */
  readonly onCounts: (counts: Counts) => Promise<void>
  /** Ms that never go back. */
  readonly monotonic: () => number
  /** Resolves soon, after the work at hand. */
  readonly soon: Wait
  /** Resolves after so many ms, or a little later. */
  readonly later: Wait
}): Reporter<P> {
  let events: OutboxEvent<P>[] = []
  let callbacks: { readonly after: number; readonly callback: () => void }[] = []
  const count = { added: 0, sent: 0 }
  let isOver = false
  let isChanged = false
  let isStale = false
  const scheduled = new Set<Wait>()
  let sentAtMs = -Infinity
  let sending: Promise<void> = Promise.resolve()

  function sendAfter(wait: Wait, ms = 0): void {
    if (scheduled.has(wait)) return
    scheduled.add(wait)
    void wait(ms).then(() => {
      scheduled.delete(wait)
      void flush()
    })
  }

  function flush(): Promise<void> {
    sending = sending.then(sendAll)
    return sending
  }

  async function sendAll(): Promise<void> {
    let isCounted = true
    while (events.length > 0 || isChanged || (isStale && isCounted)) {
      if (isOver) return
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
      count.sent += batch.length
      callBack()
    }
  }

  function callBack(): void {
    const due = callbacks.filter(({ after }) => after <= count.sent)
    callbacks = callbacks.slice(due.length)
    for (const { callback } of due) callback()
  }

  function add(event: OutboxEvent<P>): void {
    count.added += 1
    events.push(event)
    if (events.length === largestBatch) return void flush()
    // Never for longer than that: somebody may have put another time in the place of the monotonic one.
    const leftMs = isOfDrain(event) ? Math.min(sentAtMs + gatherMs - deps.monotonic(), gatherMs) : 0
    if (leftMs > 0) sendAfter(deps.later, leftMs)
    else sendAfter(deps.soon)
  }

  function warn(code: WarningCode, message: string, reason?: string): void {
    add({ type: 'warning', origin: 'here', code, message, ...(reason !== undefined && { reason }) })
  }

  return {
    add,
    afterwards(callback) {
      callbacks.push({ after: count.added, callback })
      if (count.added === count.sent) callBack()
    },
    warn,
    warnOfStore: (error) => warn('OUTBOX_STORE', `the store failed: ${errorText(error)}`, errorText(error)),
    changed() {
      isChanged = true
      sendAfter(deps.soon)
    },
    recount() {
      isStale = true
      sendAfter(deps.soon)
    },
    flush,
    end() {
      isOver = true
    },
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
