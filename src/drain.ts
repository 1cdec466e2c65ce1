import { decode } from './decode.ts'
import type { Entry, StoredEntry } from './entry.ts'
import { isOutboxError } from './errors.ts'
import type { Flight } from './flight.ts'
import { startFlight } from './flight.ts'
import type { Heads } from './heads.ts'
import type { Settings } from './options.ts'
import type { Outcome } from './outcome.ts'
import { deadSettlement, deliveredSettlement, dueAt, triesAfter, waitOf } from './outcome.ts'
import type { Pace } from './pace.ts'
import type { Push } from './push/contract.ts'
import type { Cut, EngineEvent, OutboxEvent, Wait } from './report.ts'
import type { Reporter } from './reporter.ts'
import type { Settler } from './settle.ts'
import type { Lease, Settlement, Store } from './store/contract.ts'

/** How a pass ends. */
export type PassEnd = EngineEvent<never> & {
  readonly type: 'engine.drained' | 'engine.waiting' | 'engine.held' | 'engine.halted' | 'engine.standby'
}

/** What a pass works with. */
export interface Pass<P> {
  readonly settings: Settings<P>
  readonly maxAttempts: number
  /** The wait after so many failed tries, ms; must not throw. */
  readonly backoff: (attempts: number) => number
  readonly push: Push<P>
  readonly store: Store
  readonly lease: Lease
  readonly heads: Heads
  readonly settler: Settler<P>
  readonly reporter: Reporter<P>
  readonly pace: Pace
  /** Which waits to cut short; `all` is for the entry with this `id`. */
  readonly cut: Cut
  readonly id: string | undefined
  isHalted(): boolean
  isOffline(): boolean
  /** Says which try is under way, so that it can be aborted. */
  onFlight(flight: Flight | undefined): void
}

/**
 * One pass: pushes the oldest entry, records the outcome, and goes on with the next until none is left or the first has to wait.
 * Rejects when the store fails.
 */
export async function drain<P>(pass: Pass<P>): Promise<PassEnd> {
  const { store, lease, heads, pace } = pass
  try {
    await pass.settler.recordKept(store, lease)
    for (;;) {
      const over = endBefore(pass)
      if (over !== undefined) return over
      // Waited for only if need be, here and below: what a promise costs is paid by every entry.
      const next = heads.next()
      const head = next instanceof Promise ? await next : next
      if (head === undefined) return { type: 'engine.drained' }
      const end = await takeHead(head, pass)
      if (end !== undefined) return end
      if (pace.isDue()) await pace.rest()
    }
  } catch (error) {
    if (isOutboxError(error, 'OUTBOX_LEASE_LOST')) return { type: 'engine.standby' }
    throw error
  }
}

/** Why no push may begin now, if so. */
function endBefore<P>({ lease, isHalted }: Pass<P>): PassEnd | undefined {
  if (lease.lost.aborted) return { type: 'engine.standby' }
  return isHalted() ? { type: 'engine.halted' } : undefined
}

/** Deals with the first entry; answers how the pass ends, or undefined when it goes on. */
async function takeHead<P>(head: StoredEntry, pass: Pass<P>): Promise<PassEnd | undefined> {
  const { settings } = pass
  const { clock, maxAgeMs } = settings
  const decoding = decode<P>(head, settings)
  const decoded = decoding instanceof Promise ? await decoding : decoding
  if (decoded.kind === 'misfit') return { type: 'engine.held', reason: decoded.reason }
  if (decoded.kind === 'unreadable') return buryUnreadable(head, decoded.reason, pass)

  const { entry } = decoded
  const now = clock.now()
  if (entry.items === 0) {
    return record(
      { kind: 'skipped', seq: head.seq, id: head.id, at: now },
      [{ type: 'skipped', origin: 'here', entry }],
      pass,
    )
  }
  if (now - entry.enqueuedAt > maxAgeMs) {
    return bury(head, entry, { code: 'expired', reason: `older than ${maxAgeMs} ms`, attempts: entry.attempts }, pass)
  }
  const wait = remainingWait(head, now)
  if (wait !== undefined && !isCutShort(wait, pass)) return { type: 'engine.waiting', wait }
  // Reading took its time: the lease may have gone, or somebody may have paused or stopped.
  const over = endBefore(pass)
  if (over !== undefined) return over
  const flight = startFlight(entry, pass.push, settings, pass.isOffline)
  pass.onFlight(flight)
  const outcome = await flight.outcome
  pass.onFlight(undefined)
  if (outcome.kind !== 'delivered') return conclude(head, entry, outcome, pass)
  const event = { type: 'delivered', origin: 'here', entry, result: outcome.result } as const
  // Not behind `record`: each promise more is paid by every entry.
  await pass.settler.record(deliveredSettlement(head, clock.now()), [event], pass.store, pass.lease)
  pass.heads.pass()
  return undefined
}

/** Deals with a try that did not go through. */
async function conclude<P>(
  head: StoredEntry,
  entry: Entry<P>,
  outcome: Exclude<Outcome, { readonly kind: 'delivered' }>,
  pass: Pass<P>,
): Promise<PassEnd | undefined> {
  const now = pass.settings.clock.now()
  switch (outcome.kind) {
    case 'permanent':
      return bury(head, entry, { code: 'permanent', reason: outcome.reason, attempts: head.attempts + 1 }, pass)
    case 'hold':
      return { type: 'engine.held', reason: outcome.reason }
    case 'aborted':
      return undefined
    case 'failed':
    case 'unreachable': {
      const tries = triesAfter(head, outcome, pass.backoff, now)
      const { attempts, misses, nextAttemptAt, waitMs } = tries
      if (outcome.kind === 'failed' && attempts >= pass.maxAttempts) {
        return bury(head, entry, { code: 'exhausted', reason: outcome.reason, attempts }, pass)
      }
      const { reason } = outcome
      const event = {
        type: 'retryScheduled',
        origin: 'here',
        entry: { ...entry, ...tries },
        nextAttemptAt,
        waitMs,
        reason,
      } as const
      await record({ kind: 'retry', seq: head.seq, id: head.id, tries }, [event], pass)
      const wait: Wait = { id: head.id, kind: tries.waitKind, attempts, misses, nextAttemptAt, leftMs: waitMs, reason }
      return { type: 'engine.waiting', wait }
    }
  }
}

/** Makes the entry a dead letter, loudly. */
async function bury<P>(
  head: StoredEntry,
  entry: Entry<P>,
  death: Pick<Settlement & { kind: 'dead' }, 'code' | 'reason'> & { readonly attempts: number },
  pass: Pass<P>,
): Promise<undefined> {
  const { code, reason, attempts } = death
  const settlement = deadSettlement(head, { ...death, at: pass.settings.clock.now() })
  const { id, meta } = head
  const message = `dropping outbox entry ${id} to the dead letters (${code}, attempts: ${attempts}): ${reason}`
  await record(
    settlement,
    [
      { type: 'warning', origin: 'here', code: 'OUTBOX_DROPPED', message, id, ...(meta && { meta }), attempts, reason },
      { type: 'dropped', origin: 'here', entry: { ...entry, ...settlement.tries }, code, reason },
    ],
    pass,
  )
  await trimDead(pass)
  return undefined
}

/** Discards the oldest dead letters beyond the limit, loudly. */
async function trimDead<P>({ store, reporter, settings: { deadLimit } }: Pass<P>): Promise<void> {
  if (deadLimit === Infinity) return
  const { dead } = await store.counts()
  if (dead <= deadLimit) return
  const letters = await store.readDead({ limit: dead - deadLimit })
  const discarded = await store.discard(letters.map(({ entry }) => entry.id))
  reporter.warn(
    'OUTBOX_DEAD_LIMIT',
    `discarded the ${discarded} oldest of the dead letters: \`deadLimit\` is ${deadLimit}`,
  )
}

/** Makes an entry that cannot be read a dead letter: it keeps its body, and can be requeued when the reason is gone. */
async function buryUnreadable<P>(head: StoredEntry, reason: string, pass: Pass<P>): Promise<undefined> {
  const { id, meta, attempts } = head
  const at = pass.settings.clock.now()
  const message = `entry ${id} cannot be read and became a dead letter: ${reason}`
  await record(
    deadSettlement(head, { code: 'unreadable', reason, attempts, at }),
    [
      {
        type: 'warning',
        origin: 'here',
        code: 'OUTBOX_UNREADABLE',
        message,
        id,
        ...(meta && { meta }),
        attempts,
        reason,
      },
    ],
    pass,
  )
  await trimDead(pass)
}

async function record<P>(
  settlement: Settlement,
  events: readonly OutboxEvent<P>[],
  { settler, store, lease, heads }: Pass<P>,
): Promise<undefined> {
  await settler.record(settlement, events, store, lease)
  heads.pass()
}

/** What is left of the entry's wait; never longer than the whole wait, whatever the clock says. */
function remainingWait(head: StoredEntry, now: number): Wait | undefined {
  const due = dueAt(head)
  if (due === undefined || due <= now) return undefined
  const { kind, waitMs } = waitOf(head)
  const { id, attempts, misses, lastError } = head
  const leftMs = waitMs > 0 ? Math.min(due - now, waitMs) : due - now
  return {
    id,
    kind,
    attempts,
    misses,
    nextAttemptAt: due,
    leftMs,
    ...(lastError !== undefined && { reason: lastError }),
  }
}

function isCutShort(wait: Wait, { cut, id }: Pick<Pass<never>, 'cut' | 'id'>): boolean {
  return cut === 'all' ? wait.id === id : cut === 'backoff' && wait.kind === 'backoff'
}
