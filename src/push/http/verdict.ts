import type { Verdict } from '../../errors.ts'
import { HoldError, OutboxError, PermanentError, RetryAfterError, UnreachableError } from '../../errors.ts'
import { excerptOf, without } from './answer.ts'
import { retryAfterOf } from './retryAfter.ts'

/** What an answer means for its entry: it has arrived, is tried again, can never arrive, waits for a person, or nobody answered. */
export type AnswerKind = 'delivered' | 'retry' | 'permanent' | 'hold' | 'unreachable'

/** What an answer means by its number alone. */
export function kindOf({ status }: Response): AnswerKind {
  if (status >= 200 && status < 300) return 'delivered'
  if (status < 400) return 'unreachable' // a redirect is not followed; a browser shows it as 0
  if (status === 401) return 'hold'
  if (status >= 500 || mayPass.includes(status)) return 'retry'
  return 'permanent'
}

const mayPass = [408, 409, 425, 429]

/** The error for an answer that does not mean delivered, with the status and the beginning of its text. */
export async function errorOf(
  kind: Exclude<AnswerKind, 'delivered'>,
  response: Response,
  secrets: readonly string[],
  signal: AbortSignal,
): Promise<Verdict | Error> {
  const text = `answered ${await excerptOf(response, secrets, signal)}`
  switch (kind) {
    case 'hold':
      return new HoldError(text)
    case 'permanent':
      return new PermanentError(text)
    case 'unreachable':
      return new UnreachableError(response.status < 400 ? text + redirectOf(response, secrets) : text)
    case 'retry': {
      const after = retryAfterOf(response.headers)
      return after === undefined ? new Error(text) : new RetryAfterError(after, text)
    }
    default:
      return new OutboxError(
        'OUTBOX_OPTION',
        `\`classify\` must answer an answer kind or undefined, got ${String(kind)}`,
      )
  }
}

/** Where a redirect points, without its query; following it could carry credentials away or turn the request into a GET. */
function redirectOf({ headers, url }: Response, secrets: readonly string[]): string {
  const location = headers.get('location') ?? ''
  const base = url === '' ? undefined : url
  const target = location !== '' && URL.canParse(location, base) ? new URL(location, base) : undefined
  const place = target ? ` to ${without(target.origin + target.pathname, secrets).slice(0, 200)}` : ''
  return `, a redirect${place} that is not followed: give the address that answers itself`
}
