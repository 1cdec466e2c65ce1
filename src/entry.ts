/** Anything `JSON.stringify` writes and `JSON.parse` reads back unchanged. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** Facts about an entry that its events and audit records carry in place of the payload. */
export interface Meta {
  readonly [key: string]: Json
}

/** Why a waiting entry waits: its own backoff, the server's `Retry-After`, or the caller's `notBefore`. */
export type WaitKind = 'backoff' | 'server' | 'notBefore'

/** What the tries of an entry have come to so far. */
export interface Tries {
  /** Tries that were answered with a failure. */
  readonly attempts: number
  /** Tries in a row that no answer came to. */
  readonly misses: number
  /** Not before this moment, epoch ms. */
  readonly nextAttemptAt?: number
  /** The whole wait that ends at `nextAttemptAt`, ms: the bound on it when the clock is set back. */
  readonly waitMs?: number
  readonly waitKind?: WaitKind
  /** What the last failure said, at most 500 characters. */
  readonly lastError?: string
}

/** One change as it is handed to a store: everything known before its first try. */
export interface Draft {
  /** The idempotency key of every try; never used for order. */
  readonly id: string
  /** The payload as the codec wrote it; opaque to a store. */
  readonly body: string
  /** Name of the codec that wrote `body`. */
  readonly codec: string
  /** Version of the payload's shape, chosen by the app. */
  readonly version: number
  /** The ordering key: entries of one lane are pushed strictly one after the other. */
  readonly lane: string
  /** Reserved: entries with one key may later be merged. */
  readonly key?: string
  readonly meta?: Meta
  /** Epoch ms. */
  readonly enqueuedAt: number
  /** Not pushed before this moment, epoch ms. */
  readonly notBefore?: number
  /** How many things the payload holds; 0 marks an entry that is removed without a push. */
  readonly items: number
  /** UTF-8 length of `body`. */
  readonly bytes: number
}

/** A pending entry as a store gives it back. */
export interface StoredEntry extends Draft, Tries {
  /** Its place in the outbox, given by the store; grows with every append. */
  readonly seq: number
  /** How often it has come back from the dead letters. */
  readonly requeues: number
}

/** One queued change as `push` and the events see it. */
export interface Entry<P> extends Omit<Draft, 'body' | 'codec'>, Tries {
  readonly payload: P
  readonly seq: number
  readonly requeues: number
}

/** An entry whose payload cannot be read back with these settings, and why. */
export interface UnreadableEntry extends Omit<Entry<never>, 'payload'> {
  readonly payload?: undefined
  readonly unreadable: string
}

/** An entry in a listing: one that cannot be read does not hide the others. */
export type ListedEntry<P> = Entry<P> | UnreadableEntry

/** Why an entry became a dead letter. */
export type DeathCode = 'exhausted' | 'permanent' | 'expired' | 'unreadable'

/** A dead letter as a store gives it back. */
export interface StoredDeadLetter {
  /** Its place among the dead letters; grows with every death. */
  readonly seq: number
  readonly entry: StoredEntry
  readonly code: DeathCode
  readonly reason: string
  /** When it died, epoch ms. */
  readonly at: number
}

/** An entry that will not be tried again unless it is requeued. */
export interface DeadLetter<P> extends Omit<StoredDeadLetter, 'entry'> {
  readonly entry: ListedEntry<P>
}

/** What happened to an entry in the end: pushed, or dropped to the dead letters. */
export interface AuditRecord {
  readonly direction: 'push' | 'drop'
  readonly id: string
  readonly meta?: Meta
  /** Answered failures before the push that went through, or at the drop. */
  readonly attempts: number
  readonly items: number
  /** UTF-8 length of the encoded payload. */
  readonly bytes: number
  /** Epoch ms. */
  readonly at: number
  /** Set on a drop. */
  readonly reason?: string
}

/** An audit record as a store gives it back, with its place in the history. */
export interface StoredAuditRecord extends AuditRecord {
  readonly seq: number
}

/** Everything that ever entered, by where it went; with `pending` and `dead` it adds up to `enqueued`. */
export interface Totals {
  readonly enqueued: number
  readonly delivered: number
  readonly skipped: number
  readonly cancelled: number
  readonly discarded: number
  readonly quarantined: number
}

/** The state of an outbox in numbers: `enqueued = pending + dead + delivered + skipped + cancelled + discarded + quarantined`. */
export interface Counts {
  readonly pending: number
  /** Sum of `bytes` over the pending entries. */
  readonly bytes: number
  readonly dead: number
  /** `enqueuedAt` of the oldest pending entry. */
  readonly oldestAt?: number
  readonly lastDeliveredAt?: number
  readonly totals: Totals
}

/** What belongs to the outbox and not to one process or tab. */
export interface Control {
  readonly paused: boolean
  /** Why pushing is on hold (sign in again), if it is. */
  readonly held?: string
}
