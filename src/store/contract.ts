import type {
  AuditRecord,
  Control,
  Counts,
  DeathCode,
  Draft,
  StoredAuditRecord,
  StoredDeadLetter,
  StoredEntry,
  Tries,
} from '../entry.ts'

/** The outcome of a try, to be recorded for the pending entry at `seq`; one that is no longer pending is left alone. */
export type Settlement = { readonly seq: number; readonly id: string } & (
  | { readonly kind: 'delivered'; readonly audit: AuditRecord }
  | { readonly kind: 'skipped'; readonly at: number }
  | { readonly kind: 'retry'; readonly tries: Tries }
  | {
      readonly kind: 'dead'
      readonly tries: Tries
      readonly code: DeathCode
      readonly reason: string
      readonly audit: AuditRecord
    }
  | { readonly kind: 'quarantined'; readonly reason: string; readonly at: number }
)

/** A dead letter to put back at the tail; `replacement` takes its place under another id. */
export interface Requeue {
  readonly id: string
  readonly replacement?: Draft
}

/** A page of a listing, by the `seq` of what is listed. */
export interface Range {
  /** Only what has a greater `seq`; default: from the start. */
  readonly after?: number
  /** At most this many; an integer >= 1. */
  readonly limit: number
}

/** A change of the control record; a key that is missing stays, `held: null` lifts the hold. */
export interface ControlPatch {
  readonly paused?: boolean
  readonly held?: string | null
}

/** Something changed that the drainer of this store object did not do itself. */
export type StoreChange =
  | { readonly kind: 'appended' }
  | { readonly kind: 'removed' }
  | { readonly kind: 'control' }
  | { readonly kind: 'quarantined'; readonly reason: string }
  /** What another context announced. */
  | { readonly kind: 'news'; readonly news: unknown }

/** The right to drain, held by one context at a time. */
export interface Lease {
  /** Grows with every grant; a settlement of an older epoch is refused. */
  readonly epoch: number
  /** Aborted when the lease has been lost: stop pushing at once. */
  readonly lost: AbortSignal
  /** Gives the lease up; the next in line is granted it. Idempotent, and never rejects. */
  release(): Promise<void>
}

/**
 * Where entries live. A store is a factory's plain object: it opens on first use, reopens after `close`, and rejects with an
 * `OutboxError` (`OUTBOX_STORE` unless a method says otherwise) rather than answer "empty" for "could not read".
 */
export interface Store {
  /** What an append survives once resolved: nothing, a process crash, or power loss. */
  readonly durability: 'memory' | 'os' | 'disk'

  /**
   * Appends drafts at the tail: all or none, in this order, durable once resolved. Calls are ordered as they were begun.
   * @throws OutboxError `OUTBOX_QUOTA` when there is no room; nothing of the call is kept.
   */
  append(drafts: readonly Draft[]): Promise<void>

  /**
   * Pending entries by `seq`, which is unique in a store, ascending; may be fewer than `limit`, but empty only when none is left in
   * the range. An entry that another process appended may have a lower `seq` than one already read: after the change `appended`,
   * read from the start.
   */
  read(range: Range): Promise<readonly StoredEntry[]>

  /**
   * Records outcomes, all or none; a dead letter, its audit record and the removal are one step. After any other rejection than
   * the one below they may be recorded or not: settling again does no harm.
   * @throws OutboxError `OUTBOX_LEASE_LOST` when `lease.epoch` is not the present one; nothing is recorded.
   */
  settle(settlements: readonly Settlement[], lease: { readonly epoch: number }): Promise<void>

  /** The state in numbers, at a cost that does not grow with the backlog. */
  counts(): Promise<Counts>

  control(): Promise<Control>
  setControl(patch: ControlPatch): Promise<void>

  /** Dead letters by `seq`, ascending. */
  readDead(range: Range): Promise<readonly StoredDeadLetter[]>
  /** Puts dead letters back at the tail, attempts 0, `enqueuedAt` = `at`; resolves with how many there were. */
  requeue(requeues: readonly Requeue[], at: number): Promise<number>
  /** Forgets dead letters for good; resolves with how many there were. */
  discard(ids: readonly string[]): Promise<number>
  /** Removes pending entries without a push; resolves with how many there were. */
  cancel(ids: readonly string[]): Promise<number>
  /** Audit records by `seq`, ascending; at least the last `auditLimit` of the store are kept. */
  readAudit(range: Range): Promise<readonly StoredAuditRecord[]>

  /**
   * Waits in line for the right to drain; one holder at a time, across actors, processes and tabs.
   * @param signal - leaves the line, and rejects with its reason; no effect once granted.
   */
  lease(signal: AbortSignal): Promise<Lease>

  /**
   * Calls back after each change made by another context, and after `requeue`, `discard`, `cancel` and `setControl` by this one. Who
   * watches one store object together with others may also hear of appends and settlements made through it.
   */
  watch(onChange: (change: StoreChange) => void): () => void

  /**
   * Tells the other contexts that watch this store something that is stored nowhere; it may arrive or not. A store that cannot reach
   * them leaves this out; one that reaches some of them only through a disk may spare these all news but wishes.
   * @param news - what `structuredClone` can copy; with an `ask` in it when it is a wish, which is JSON.
   * @throws DOMException `DataCloneError` when it cannot be copied.
   */
  announce?(news: unknown): void

  /** Begins to open, for whoever will use it in a moment; what goes wrong shows at that use. Stores that open at once leave this out. */
  warmUp?(): void

  /** Ends what was begun and lets go of lease, files and connections; the next use opens again. */
  close(): Promise<void>
  /** Erases everything that is stored. */
  destroy(): Promise<void>
}
