/** What an `OutboxError` is about; the README has a row for each. */
export type OutboxErrorCode =
  | 'OUTBOX_OPTION'
  | 'OUTBOX_PAYLOAD'
  | 'OUTBOX_STORE'
  | 'OUTBOX_NO_STORE'
  | 'OUTBOX_FORMAT'
  | 'OUTBOX_QUOTA'
  | 'OUTBOX_FULL'
  | 'OUTBOX_LEASE_LOST'
  | 'OUTBOX_STOPPED'

const errorBrand = Symbol.for('xstate-outbox.error')
const verdictBrand = Symbol.for('xstate-outbox.verdict')

/** Every error this package raises: tell them apart by `code`, never by message. */
export class OutboxError extends Error {
  override readonly name = 'OutboxError'
  readonly code: OutboxErrorCode
  readonly [errorBrand] = true

  constructor(code: OutboxErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** Whether `error` is an `OutboxError`, also one of another copy of this package; with `code`, whether it is that one. */
export function isOutboxError(error: unknown, code?: OutboxErrorCode): error is OutboxError {
  return (
    typeof error === 'object' &&
    error !== null &&
    errorBrand in error &&
    (code === undefined || (error as OutboxError).code === code)
  )
}

/** Throw from `push`: the remote will never take this entry. It becomes a dead letter now. */
export class PermanentError extends Error {
  override readonly name = 'PermanentError'
  readonly [verdictBrand] = 'permanent'
}

/** Throw from `push`: the remote says when to try again. Counts as a failed attempt; waits the longer of this and the backoff. */
export class RetryAfterError extends Error {
  override readonly name = 'RetryAfterError'
  readonly [verdictBrand] = 'retryAfter'
  readonly after: number | Date

  /** @param after - ms from now, or the moment itself; at most an hour of it is heeded. */
  constructor(after: number | Date, message?: string, options?: ErrorOptions) {
    super(message ?? 'the remote asks to try again later', options)
    this.after = after
  }
}

/** Throw from `push`: nothing can be pushed until somebody acts (signs in again). Nothing is spent; the outbox holds until `resume`. */
export class HoldError extends Error {
  override readonly name = 'HoldError'
  readonly [verdictBrand] = 'hold'
}

/** Throw from `push`: no answer came at all. The wait grows, no attempt is spent, and the entry never dies of it. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError'
  readonly [verdictBrand] = 'unreachable'
}

/** What a push says about its failure by the kind of error it throws. */
export type Verdict = PermanentError | RetryAfterError | HoldError | UnreachableError

/** The verdict in `error`, also from another copy of this package; undefined for any other error. */
export function verdictOf(
  error: unknown,
):
  | { readonly kind: 'permanent' | 'hold' | 'unreachable' }
  | { readonly kind: 'retryAfter'; readonly after: number | Date }
  | undefined {
  if (typeof error !== 'object' || error === null || !(verdictBrand in error)) return undefined
  const kind = error[verdictBrand]
  if (kind === 'retryAfter') return { kind, after: (error as RetryAfterError).after }
  if (kind === 'permanent' || kind === 'hold' || kind === 'unreachable') return { kind }
  return undefined
}

/** What an error says, bounded to 500 characters; never throws, whatever was thrown. */
export function errorText(error: unknown): string {
  let text: string
  try {
    text = error instanceof Error ? error.message || error.name : String(error)
  } catch {
    text = 'an error that cannot be printed'
  }
  return text.length > 500 ? `${text.slice(0, 499)}…` : text
}

/** The error that an enqueue is refused with: the store's own, or one that names it as the cause. */
export function appendError(cause: unknown): OutboxError {
  if (isOutboxError(cause)) return cause
  return new OutboxError('OUTBOX_STORE', `the store refused an append: ${errorText(cause)}`, { cause })
}

/** The error for an option that cannot be used: its name, the rule, and what came. */
export function optionError(option: string, rule: string, value: unknown): OutboxError {
  return new OutboxError('OUTBOX_OPTION', `\`${option}\` must be ${rule}, got ${shown(value)}`)
}

/** A value as a message shows it: short, and never its contents when it is an object. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object'
  return typeof value === 'function' ? 'a function' : String(value)
}
