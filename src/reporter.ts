import type { Counts } from './entry.ts'
import { errorText } from './errors.ts'
import type { Batch, EngineEvent, OutboxEvent, Untold, WarningCode } from './report.ts'
import type { Store } from './store/contract.ts'

/** Gathers what happened and hands it to the machine in batches with the counts: one event each would cost more than the work. */
export interface Reporter<P> {
  add(event: OutboxEvent<P>): void
  /** Answers the batch when the counts are known that everything added so far will be told with. */
  whenCounted(batch: Pick<Batch<P>, 'onKept'>): void
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

/** So many are told at once, or up to twice as many. */
const batchSize = 64
/** So long entries that leave one after the other are gathered, unless there are many: for about one picture of a screen. */
const gatherMs = 16

export function createReporter<P>(deps: {
  readonly openStore: () => Promise<Store>
  readonly send: (event: EngineEvent<P>) => void
  /** Looks at each counts that is sent. */
  readonly onCounts: (counts: Counts) => Promise<void>
  /** Whether the machine would push at once what comes now. */
  readonly isHungry: () => boolean
  /** Ms that never go back. */
  readonly monotonic: () => number
  /** Resolves soon, after the work at hand. */
  readonly soon: Wait
  /** Resolves after so many ms, or a little later. */
  readonly later: Wait
}): Reporter<P> {
  const events: OutboxEvent<P>[] = []
  let batches: Pick<Batch<P>, 'onKept'>[] = []
  const count = { added: 0, told: 0 }
  /** The counts after the first so many events; none if they could not be had. */
  let counted: { readonly upTo: number; readonly counts: Counts | undefined } | undefined
  let isOver = false
  let isChanged = false
  let isStale = false
  const scheduled = new Set<Wait>()
  let sentAtMs = -Infinity
  let turn: Promise<void> = Promise.resolve()

  function sendAfter(wait: Wait, ms = 0): void {
    if (scheduled.has(wait)) return
    scheduled.add(wait)
    void wait(ms).then(() => {
      scheduled.delete(wait)
      void flush()
    })
  }

  function inTurn(work: () => Promise<void>): Promise<void> {
    turn = turn.then(work)
    return turn
  }

  function flush(): Promise<void> {
    return inTurn(async () => {
      if (isOver || !(count.added > count.told || counted !== undefined || isChanged || isStale)) return
      sentAtMs = deps.monotonic()
      if (isStale || counted === undefined || counted.upTo < count.added) await look()
      tell()
    })
  }

  /** Asks for the counts. */
  async function look(): Promise<void> {
    if (isOver) return
    // What comes while the counts are asked for may not be in them: it is told with the next ones.
    const upTo = count.added
    isStale = false
    const counts = await countsNow()
    // Asked again when a pass ends, at the latest with the next poll.
    if (counts === undefined) isStale = true
    counted = { upTo, counts }
  }

  /** The counts, or undefined when they cannot be had: what happened must be told all the same, and a pass will report the store. */
  async function countsNow(): Promise<Counts | undefined> {
    try {
      const store = await deps.openStore()
      const counts = await store.counts()
      if (!isOver) await deps.onCounts(counts)
      return counts
    } catch {
      return undefined
    }
  }

  /** Tells the machine everything that has been counted. */
  function tell(): void {
    if (counted === undefined || isOver) return
    const { upTo, counts } = counted
    counted = undefined
    const due = events.splice(0, upTo - count.told)
    count.told = upTo
    const size = Math.ceil(due.length / Math.max(Math.floor(due.length / batchSize), 1))
    do {
      const batch = due.splice(0, size)
      const changed = isChanged && due.length === 0
      if (changed) isChanged = false
      deps.send({ type: 'engine.reports', events: batch, ...(counts && { counts }), ...(changed && { changed }) })
    } while (due.length > 0)
  }

  async function answer(): Promise<void> {
    const due = batches
    batches = []
    await look()
    if (!isOver) for (const batch of due) batch.onKept?.(untold)
  }

  const untold: Untold<P> = {
    reports() {
      if (counted === undefined) return undefined
      const { upTo, counts } = counted
      return { events: events.slice(0, upTo - count.told), ...(counts && { counts }) }
    },
    tell,
  }

  function add(event: OutboxEvent<P>): void {
    count.added += 1
    events.push(event)
    const isDrain = isOfDrain(event)
    if (isDrain && events.length % batchSize === 0) return void flush()
    if (isDrain || event.type === 'enqueued') sendInTime()
    else sendAfter(deps.soon)
  }

  /** So that what comes one by one is told together, unless somebody waits for it. */
  function sendInTime(): void {
    if (scheduled.has(deps.soon)) return
    // Never for longer than that: somebody may have put another time in the place of the monotonic one.
    const leftMs = deps.isHungry() ? 0 : Math.min(sentAtMs + gatherMs - deps.monotonic(), gatherMs)
    if (leftMs > 0) sendAfter(deps.later, leftMs)
    else sendAfter(deps.soon)
  }

  function warn(code: WarningCode, message: string, reason?: string): void {
    add({ type: 'warning', origin: 'here', code, message, ...(reason !== undefined && { reason }) })
  }

  return {
    add,
    whenCounted(batch) {
      batches.push(batch)
      // Those who are answered together are counted together.
      if (batches.length === 1) void inTurn(answer)
    },
    warn,
    warnOfStore: (error) => warn('OUTBOX_STORE', `the store failed: ${errorText(error)}`, errorText(error)),
    changed() {
      isChanged = true
      isStale = true
      sendInTime()
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
