import type { Entry } from '../entry.ts'

/** What a push is told besides the entry. */
export interface PushContext {
  /** Aborted by timeout, `stop` and loss of the lease: end the request. */
  readonly signal: AbortSignal
  /** This try's number, counted from 1; tries that no answer came to are not counted. */
  readonly attempt: number
}

/**
 * Sends one entry to the remote. Resolved means that the remote has it, with a value that goes to `delivered`; a plain error is an
 * answered failure; `PermanentError`, `RetryAfterError`, `HoldError` and `UnreachableError` say more. It may be called again for an
 * entry the remote already has (a crash came before the outcome was recorded): send `entry.id` as the idempotency key.
 */
export type Push<P> = (entry: Entry<P>, context: PushContext) => unknown
