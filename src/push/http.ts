import { HoldError, UnreachableError, errorText, verdictOf } from '../errors.ts'
import type { Push } from './contract.ts'
import { discard, receiveJson, without } from './http/answer.ts'
import type { HttpPushOptions } from './http/options.ts'
import { checkOptions } from './http/options.ts'
import type { HttpRequest } from './http/request.ts'
import { requestOf } from './http/request.ts'
import { errorOf, kindOf } from './http/verdict.ts'

export type { HttpPushOptions, RequestHeaders } from './http/options.ts'
export type { AnswerKind } from './http/verdict.ts'

/**
 * A push that sends each entry in one HTTP request with `Idempotency-Key: entry.id`, and tells answers apart by their number:
 * 2xx delivered; 401 holds the outbox; 408, 409, 425, 429 and 5xx are tried again, heeding `Retry-After`; any other 4xx makes a dead
 * letter; a redirect, which is never followed, and no answer at all wait without spending an attempt. It sends
 * `{ id, payload, meta }` as JSON by POST, unless told otherwise.
 *
 * A 2xx counts when its headers arrive: the remote has the entry even if the body breaks off. No message holds a value
 * of a header or of the query.
 * @throws OutboxError `OUTBOX_OPTION` when an option is unknown or wrong.
 */
export function httpPush<P>(options: HttpPushOptions<P>): Push<P> {
  checkOptions(options)
  const settings = { ...options }
  const { classify, receive } = settings
  return async (entry, { signal }) => {
    const request = await requestOf(entry, settings)
    const response = await send(request, settings.fetch, signal)
    try {
      const kind = (await classify?.(response, entry)) ?? kindOf(response)
      if (kind !== 'delivered') throw await errorOf(kind, response, request.secrets, signal)
      return await (receive === undefined ? receiveJson(response, signal) : receive(response, entry))
    } finally {
      await discard(response)
    }
  }
}

/**
 * Resolves when the headers of the answer are here.
 * @throws UnreachableError when none came; what `signal` was aborted with, as it is; a verdict of a given `fetch`, as it is.
 */
async function send(
  { url, init, secrets }: HttpRequest,
  given: HttpPushOptions<never>['fetch'],
  signal: AbortSignal,
): Promise<Response> {
  if (given === undefined && typeof globalThis.fetch !== 'function') {
    throw new HoldError('there is no `fetch` here: give one as the option `fetch`')
  }
  try {
    return await (given ?? globalThis.fetch)(url, { ...init, signal })
  } catch (error) {
    if (signal.aborted || verdictOf(error) !== undefined) throw error
    throw new UnreachableError(`no answer from ${url.origin}${without(whyOf(error), secrets)}${corsHint(url)}`, {
      cause: error,
    })
  }
}

/** What the platform says about a request that failed: the code of its cause on Node, its text elsewhere. */
function whyOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined
  const code: unknown = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined
  return ` (${errorText(typeof code === 'string' ? code : (cause ?? error))})`
}

/** A page cannot see why a request to another origin failed, so the likeliest mistake is named. */
function corsHint({ origin }: URL): string {
  const page: string | undefined = globalThis.location?.origin
  if (page === undefined || page === origin) return ''
  return `: offline, or its CORS headers do not admit ${page} with Idempotency-Key`
}
