import type { Entry } from '../../entry.ts'
import { HoldError, PermanentError, UnreachableError, errorText, verdictOf } from '../../errors.ts'
import { appendHeader, headersFrom, secretsOf } from './headers.ts'
import type { HttpPushOptions } from './options.ts'
import { urlFlaw } from './options.ts'

/** One try, ready to be sent. */
export interface HttpRequest {
  readonly url: URL
  readonly init: RequestInit
  /** Values of headers and query, to be kept out of every message. */
  readonly secrets: readonly string[]
}

/** Makes the request of an entry; the headers last, so that a token is as fresh as can be. */
export async function requestOf<P>(entry: Entry<P>, options: HttpPushOptions<P>): Promise<HttpRequest> {
  const url = resolveUrl(typeof options.url === 'function' ? options.url(entry) : options.url)
  const body = sendable(options.body === undefined ? defaultBody(entry) : await options.body(entry))
  const headers = await headersOf(entry, options.headers)
  const secrets = secretsOf(headers, url)
  headers.delete('idempotency-key')
  appendHeader(headers, 'idempotency-key', entry.id)
  if (entry.id === '' || headers.get('idempotency-key') !== entry.id) {
    throw new PermanentError('the id cannot be an Idempotency-Key: it is empty, or white space around it would be lost')
  }
  if (typeof body === 'string' && !headers.has('content-type')) headers.set('content-type', 'application/json')
  const method = (options.method ?? 'POST').toUpperCase()
  return { url, secrets, init: { method, headers, redirect: 'manual', ...(body !== undefined && { body }) } }
}

/**
 * @throws HoldError for a relative address where there is no page: nothing can be pushed, so nothing is spent.
 * @throws PermanentError for what can be no address.
 */
function resolveUrl(given: string | URL): URL {
  const flaw = urlFlaw(given)
  if (flaw !== undefined) throw new PermanentError(`\`url\` must give ${flaw}`)
  const base = globalThis.document?.baseURI ?? globalThis.location?.href
  if (!URL.canParse(given, base)) {
    throw new HoldError('`url` is relative, and there is no page here to resolve it against: give a full one')
  }
  return new URL(given, base)
}

function defaultBody<P>({ id, payload, meta }: Entry<P>): unknown {
  return { id, payload, meta }
}

function sendable(body: unknown): BodyInit | undefined {
  if (body === undefined || typeof body === 'string') return body
  if (body instanceof Blob || body instanceof FormData || body instanceof URLSearchParams) return body
  if (body instanceof ArrayBuffer || ArrayBuffer.isView(body)) return body as BodyInit
  return JSON.stringify(body)
}

/**
 * @throws UnreachableError when `headers` failed: no request was sent.
 * @throws the verdict that `headers` threw, or PermanentError for a header that cannot be sent.
 */
async function headersOf<P>(entry: Entry<P>, given: HttpPushOptions<P>['headers']): Promise<Headers> {
  if (given === undefined) return new Headers()
  try {
    return headersFrom(typeof given === 'function' ? await given(entry) : given)
  } catch (error) {
    if (verdictOf(error) !== undefined) throw error
    throw new UnreachableError(`nothing was sent, since \`headers\` failed: ${errorText(error)}`, { cause: error })
  }
}
