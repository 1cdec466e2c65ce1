import { errorText, isOutboxError, OutboxError } from '../../errors.ts'

/** Whether the browser had no room for what was written. */
export function isQuota(error: unknown): boolean {
  return nameOf(error) === 'QuotaExceededError'
}

/** Whether what was to be added is there already: a transaction was begun on numbers that were old. */
export function isTaken(error: unknown): boolean {
  return nameOf(error) === 'ConstraintError'
}

/** The error as an `OutboxError`: `OUTBOX_QUOTA` when there was no room, else `OUTBOX_STORE`. */
export function storeError(error: unknown, what: string): OutboxError {
  if (isOutboxError(error)) return error
  if (isQuota(error)) {
    return new OutboxError('OUTBOX_QUOTA', `could not ${what}: the browser's storage is full`, { cause: error })
  }
  return new OutboxError('OUTBOX_STORE', `could not ${what}: ${nameOf(error)}: ${errorText(error)}`, { cause: error })
}

/** Does what has to go on where the browser has no room any more, and then once again in a way that needs none. */
export async function evenIfFull<R>(attempt: (isFull: boolean) => Promise<R>): Promise<R> {
  try {
    return await attempt(false)
  } catch (error) {
    if (!isOutboxError(error, 'OUTBOX_QUOTA')) throw error
    return attempt(true)
  }
}

/** What is stored comes from a later version of this package: it is left as it is. */
export function formatError(what: string, format: unknown): OutboxError {
  return new OutboxError(
    'OUTBOX_FORMAT',
    `${what} has the format ${String(format)}, and this version of xstate-outbox reads 1: a later one has written it`,
  )
}

function nameOf(error: unknown): string {
  return error instanceof Error || error instanceof DOMException ? error.name : typeof error
}
