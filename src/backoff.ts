import { OutboxError, errorText } from './errors.ts'

/** The wait before the next try, in ms, after so many failed ones. */
export type Backoff = (attempts: number) => number

/**
 * The wait before the next try: 1 s, doubling to 30 s (1, 2, 4, 8, 16, 30, 30 ...), or 0 before the first failure.
 * @param options.jitter - the share of each wait that chance may take off, 0 (default) to 1: 1 is AWS's "full jitter".
 * @param options.random - the chance, 0 <= n < 1.
 * @throws OutboxError `OUTBOX_OPTION` when `jitter` is not from 0 to 1, or for any other option.
 * @see AWS Architecture Blog, "Exponential Backoff And Jitter"
 */
export function exponentialBackoff({
  jitter = 0,
  random = Math.random,
  ...unknown
}: { readonly jitter?: number; readonly random?: () => number } = {}): Backoff {
  if (!(jitter >= 0 && jitter <= 1)) {
    throw new OutboxError('OUTBOX_OPTION', `\`jitter\` must be a number from 0 to 1, got ${String(jitter)}`)
  }
  for (const option of Object.keys(unknown)) {
    throw new OutboxError('OUTBOX_OPTION', `\`${option}\` is no option of exponentialBackoff; give a function instead`)
  }
  return (attempts) => {
    if (attempts <= 0) return 0
    const waitMs = Math.min(firstMs * 2 ** Math.min(attempts - 1, 5), longestMs)
    return waitMs * (1 - jitter * (jitter === 0 ? 0 : random()))
  }
}

const firstMs = 1_000
const longestMs = 30_000

/** A backoff that cannot fail: where the given one does, the default answers, and `onFailure` is told why, once. */
export function guardedBackoff(backoff: Backoff, onFailure: (reason: string) => void): Backoff {
  const fallback = exponentialBackoff()
  let isTold = false
  return (attempts) => {
    let failure: string
    try {
      const waitMs = backoff(attempts)
      if (Number.isFinite(waitMs) && waitMs >= 0) return waitMs
      failure = `got ${errorText(waitMs)}`
    } catch (error) {
      failure = `it threw ${errorText(error)}`
    }
    if (!isTold) onFailure(failure)
    isTold = true
    return fallback(attempts)
  }
}
