import type { Counts, DeathCode, Entry, Meta, WaitKind } from './entry.ts'

/** One change to keep, as the caller hands it in. */
export interface EnqueueRequest<P> {
  /** JSON; copied at the call, so that later mutation changes nothing. */
  readonly payload: P
  /** The idempotency key of every try; default: a new UUIDv7. Ids should be unique. */
  readonly id?: string
  /** Facts for events and audit records; default: what the option `meta` says. */
  readonly meta?: Meta
  /** Not pushed before this moment, epoch ms. */
  readonly notBefore?: number
}

/** What an app may send to the machine. */
export type Command<P> =
  | ({ readonly type: 'enqueue' } & EnqueueRequest<P>)
  /** Appends all entries or none. */
  | { readonly type: 'enqueueAll'; readonly entries: readonly EnqueueRequest<P>[] }
  /** Looks for something to push; changes nothing in a backoff. */
  | { readonly type: 'wake' }
  /** Looks at once and cuts a backoff short, but not a wait that the server asked for. */
  | { readonly type: 'flush' }
  /** Cuts any wait of the first entry short; with an `id`, only if it is that entry which waits. */
  | { readonly type: 'retry'; readonly id?: string }
  /** Lets the push in flight finish and pushes nothing more, also after a restart. */
  | { readonly type: 'pause' }
  /** Lifts `pause` and a hold. */
  | { readonly type: 'resume' }
  | { readonly type: 'online' }
  | { readonly type: 'offline' }
  /** Aborts the push in flight, settles what is known, closes the store and ends the machine. */
  | { readonly type: 'stop' }

/** Which context made it happen. */
export type Origin = 'here' | 'elsewhere'

/** What a `warning` is about; the README has a row for each. */
export type WarningCode =
  | 'OUTBOX_STORE'
  | 'OUTBOX_DROPPED'
  | 'OUTBOX_UNREADABLE'
  | 'OUTBOX_QUARANTINED'
  | 'OUTBOX_BACKOFF'
  | 'OUTBOX_NO_PUSH'
  | 'OUTBOX_OPTION'
  | 'OUTBOX_STALE'
  | 'OUTBOX_HIGH_WATER'
  | 'OUTBOX_DEAD_LIMIT'
  | 'OUTBOX_NAME_SHARED'

/** Something that went wrong without losing anything silently. */
export interface Warning {
  readonly type: 'warning'
  readonly origin: Origin
  readonly code: WarningCode
  readonly message: string
  readonly id?: string
  readonly meta?: Meta
  readonly attempts?: number
  readonly reason?: string
}

/** What the machine emits; listen with `actor.on(type, ...)`. A crash may swallow an event: `history` catches up. */
export type OutboxEvent<P> =
  /** Durable from now on. */
  | {
      readonly type: 'enqueued'
      readonly origin: Origin
      readonly id: string
      readonly meta?: Meta
      readonly enqueuedAt: number
    }
  /** Not kept: the caller still has to do something with `payload`. */
  | {
      readonly type: 'enqueueFailed'
      readonly origin: Origin
      readonly id: string
      readonly payload: P
      readonly meta?: Meta
      readonly error: Error
    }
  /** The remote has it and it is recorded; `result` is what `push` resolved to. */
  | { readonly type: 'delivered'; readonly origin: Origin; readonly entry: Entry<P>; readonly result: unknown }
  /** A try failed; the next one is not before `nextAttemptAt`. */
  | {
      readonly type: 'retryScheduled'
      readonly origin: Origin
      readonly entry: Entry<P>
      readonly nextAttemptAt: number
      readonly waitMs: number
      readonly reason: string
    }
  /** Became a dead letter. */
  | {
      readonly type: 'dropped'
      readonly origin: Origin
      readonly entry: Entry<P>
      readonly code: DeathCode
      readonly reason: string
    }
  /** Removed without a push: it holds 0 items. */
  | { readonly type: 'skipped'; readonly origin: Origin; readonly entry: Entry<P> }
  /** The outbox became empty. */
  | { readonly type: 'drained'; readonly origin: Origin }
  /** Pushing stopped until `resume`. */
  | { readonly type: 'held'; readonly origin: Origin; readonly reason: string }
  | Warning

/** What keeps a drain from going on by itself. */
export interface Wait {
  /** The entry that waits; none when the store is failing. */
  readonly id?: string
  readonly kind: WaitKind | 'store'
  readonly attempts: number
  readonly misses: number
  /** Epoch ms. */
  readonly nextAttemptAt: number
  /** What is left of the wait, ms, >= 0. */
  readonly leftMs: number
  readonly reason?: string
}

/** Which waits a pass may cut short: none, backoffs, or any wait of one entry. */
export type Cut = 'none' | 'backoff' | 'all'

/** A request that has been checked, copied and given its id; `json` is the copy. */
export interface PreparedRequest<P> extends EnqueueRequest<P> {
  readonly id: string
  readonly json: string
  readonly items: number
  readonly enqueuedAt: number
}

/** Requests that are kept all or none, and how whoever handed them in hears what came of it. */
export interface Batch<P> {
  readonly requests: readonly PreparedRequest<P>[]
  /** Called when all of it is durable; the machine hears of it in a moment. */
  onKept?(untold?: Untold<P>): void
  /** Called when nothing of it was kept. */
  onRefused?(error: Error): void
}

/** What the engine is ordered to do, by its machine if nothing else is said. */
export type EngineCommand<P> =
  | { readonly type: 'append'; readonly request: EnqueueRequest<P> }
  | { readonly type: 'appendAll'; readonly requests: readonly EnqueueRequest<P>[] }
  /** From the handle. */
  | { readonly type: 'appendPrepared'; readonly batches: readonly Batch<P>[] }
  /** One pass; `id` is the entry whose wait `cut: 'all'` overrides. */
  | { readonly type: 'drain'; readonly cut: Cut; readonly id?: string }
  | { readonly type: 'halt' }
  /** Passes the wish on to the context that drains, if that is another one. */
  | { readonly type: 'ask'; readonly ask: Ask }
  /** `paused: false` lifts a hold, too. */
  | { readonly type: 'control'; readonly paused?: boolean; readonly offline?: boolean }
  | { readonly type: 'close' }

/** Up to 64 events, with the counts after them; `changed` says that something may be there to push. */
export interface Reports<P> {
  readonly events: readonly OutboxEvent<P>[]
  readonly counts?: Counts
  readonly changed?: boolean
}

/** What has happened already, and the machine is about to be told. */
export interface Untold<P> {
  /** All of it; undefined when the machine knows everything. */
  reports(): Reports<P> | undefined
  /** Tells the machine now. */
  tell(): void
}

/** What a context may ask of the one that drains. */
export type Ask = { readonly type: 'flush' } | { readonly type: 'retry'; readonly id?: string }

/** What the engine passes on from the platform and from other contexts: the commands that a person would give. */
type Signal = { readonly type: 'online' } | { readonly type: 'offline' } | Ask

/** What the engine reports to its machine; internal. A pass ends with exactly one of the first five. */
export type EngineEvent<P> =
  | { readonly type: 'engine.drained' }
  | { readonly type: 'engine.waiting'; readonly wait: Wait }
  | { readonly type: 'engine.held'; readonly reason: string }
  | { readonly type: 'engine.halted' }
  | { readonly type: 'engine.standby' }
  /** The lease came after a pass had ended in standby, or the wait for it failed: look again. */
  | { readonly type: 'engine.leading' }
  | ({ readonly type: 'engine.reports' } & Reports<P>)
  /** Somebody removed entries: the one that waits may be gone. */
  | { readonly type: 'engine.removed' }
  | { readonly type: 'engine.control'; readonly paused: boolean; readonly held?: string }
  | { readonly type: 'engine.closed' }
  | Signal
