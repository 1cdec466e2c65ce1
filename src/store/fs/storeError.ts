import { errorText, isOutboxError, OutboxError } from '../../errors.ts'
import { isFull } from './reserve.ts'

/** The error as an `OutboxError`: `OUTBOX_QUOTA` when there was no room, else `OUTBOX_STORE`. */
export function storeError(error: unknown, what: string): OutboxError {
  if (isOutboxError(error)) return error
  const code = isFull(error) ? 'OUTBOX_QUOTA' : 'OUTBOX_STORE'
  return new OutboxError(code, `could not ${what}: ${errorText(error)}`, { cause: error })
}

/** Runs `work`; what it throws becomes an `OutboxError`. */
export function orStoreError<T>(what: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw storeError(error, what)
  }
}
