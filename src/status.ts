import type { Rest, SyncContext } from '../machines/setup.ts'
import type { WaitKind } from './entry.ts'

/** Where an outbox stands, for a screen: the same object until something changes. */
export interface Status {
  readonly state: 'idle' | 'draining' | 'backoff' | 'stopped'
  /** Why it is there: how it rests when idle, what it waits for in a backoff, what it is doing while draining. */
  readonly reason: Rest | WaitKind | 'store' | 'pushing' | 'stopping' | 'stopped'
  /** Since when, epoch ms. */
  readonly since: number
  /** When the wait ends, epoch ms; only in a backoff. */
  readonly nextAttemptAt: number | undefined
  /** Entries that wait to be pushed; 0 until the store has been read. */
  readonly pending: number
  /** Entries that became dead letters and have not been requeued or discarded. */
  readonly dead: number
  /** When the oldest waiting entry was enqueued, epoch ms. */
  readonly oldestAt: number | undefined
  /** Why pushing is on hold; only when `reason` is `held`. */
  readonly held: string | undefined
  /** What the last failure said; cleared by the next delivery. */
  readonly lastError: string | undefined
  /** Epoch ms. */
  readonly lastDeliveredAt: number | undefined
  /** Progress of the drain under way: how many entries have left since it began, of how many. */
  readonly draining: { readonly done: number; readonly of: number } | undefined
}

/** The top-level state and the reason for it, as `Status` says them. */
export type Place = Pick<Status, 'state' | 'reason'>

/** How many entries this actor has seen leave the queue. */
export function leftCount({ tally }: SyncContext): number {
  return tally.delivered + tally.dropped + tally.skipped
}

/** The status in this place and context; `leftBefore` is how many entries had left when the drain began. */
export function statusOf(place: Place, context: SyncContext, since: number, leftBefore: number): Status {
  const { counts, wait, held, lastError } = context
  const pending = counts?.pending ?? 0
  const done = leftCount(context) - leftBefore
  return {
    since,
    nextAttemptAt: place.state === 'backoff' ? wait?.nextAttemptAt : undefined,
    pending,
    dead: counts?.dead ?? 0,
    oldestAt: counts?.oldestAt,
    held: place.reason === 'held' ? held : undefined,
    lastError,
    lastDeliveredAt: counts?.lastDeliveredAt,
    draining: place.state === 'draining' ? { done, of: done + pending } : undefined,
    // Last: properties behind a spread are slow to make, and this is made for every report.
    ...place,
  }
}

/** Whether two statuses say the same. */
export function isSameStatus(one: Status, other: Status): boolean {
  return (
    (Object.keys(one) as (keyof Status)[]).every((key) => key === 'draining' || one[key] === other[key]) &&
    one.draining?.done === other.draining?.done &&
    one.draining?.of === other.draining?.of
  )
}
