import type { Entry } from '../../entry.ts'
import { OutboxError, errorText, optionError, shown } from '../../errors.ts'
import { headersFrom } from './headers.ts'
import type { AnswerKind } from './verdict.ts'

/** What `httpPush` can be told. */
export interface HttpPushOptions<P> {
  /**
   * Where entries go, http or https, or a function of the entry; a relative one is resolved against the page's address. What the
   * function throws is the push's error: a `HoldError` holds the outbox, a plain one counts as a failed attempt.
   */
  readonly url: string | URL | ((entry: Entry<P>) => string | URL)
  /** The request's method; not GET, HEAD, CONNECT, TRACE or TRACK. Default `'POST'`. */
  readonly method?: string
  /**
   * Headers of each request, or an async function that is called at every try, so that a token can be renewed. When it throws,
   * nothing was sent: a plain error counts as no answer, and a `HoldError` holds the outbox until somebody has signed in.
   */
  readonly headers?: RequestHeaders | ((entry: Entry<P>) => RequestHeaders | Promise<RequestHeaders>)
  /**
   * What is sent. Text, Blob, FormData, URLSearchParams and bytes go as they are, everything else as JSON; undefined sends no body.
   * The content type of text and JSON is `application/json` unless `headers` has one. What it throws is the push's error, as for
   * `url`. Default: `{ id, payload, meta }`.
   */
  readonly body?: (entry: Entry<P>) => unknown
  /**
   * Reads what the push resolves to from an answer that means delivered. An error it throws, a body that breaks off included, is the
   * push's: the entry then does not count as delivered. Default: the JSON of an `application/json` answer of at most 1 MiB, otherwise
   * undefined; it never fails, since the remote has said yes before its body begins.
   */
  readonly receive?: (response: Response, entry: Entry<P>) => unknown
  /** Overrides the table of `httpPush`; undefined leaves an answer to it. A body is read from `response.clone()`. */
  readonly classify?: (response: Response, entry: Entry<P>) => AnswerKind | undefined | Promise<AnswerKind | undefined>
  /** Sends a request; called with `redirect: 'manual'`. Default: the global `fetch`, looked up at each call. */
  readonly fetch?: (url: URL, init: RequestInit) => Promise<Response>
}

/** Headers by name, as pairs, or as `Headers`. */
export type RequestHeaders = Headers | Readonly<Record<string, string>> | readonly (readonly [string, string])[]

/** @throws OutboxError `OUTBOX_OPTION` naming the option, the rule and what came; never a header's value. */
export function checkOptions<P>(options: HttpPushOptions<P>): void {
  if (typeof options !== 'object' || options === null) throw optionError('options', 'an object', options)
  for (const [option, value] of Object.entries(options)) {
    if (!known.includes(option)) {
      throw new OutboxError(
        'OUTBOX_OPTION',
        `\`${option}\` is no option of httpPush; the options are ${known.join(', ')}`,
      )
    }
    if (callables.includes(option) && value !== undefined && typeof value !== 'function') {
      throw optionError(option, 'a function', value)
    }
  }
  checkMethod(options.method)
  checkHeaders(options.headers)
  if (typeof options.url !== 'function') {
    const flaw = urlFlaw(options.url)
    if (flaw !== undefined) throw new OutboxError('OUTBOX_OPTION', `\`url\` must be ${flaw}`)
  }
}

/** What `url` must be and is not, with what came where that is no secret; undefined when it may serve, at least relative to a page. */
export function urlFlaw(url: unknown): string | undefined {
  const rule = 'an http or https address, or one relative to a page'
  const isText = url instanceof URL || (typeof url === 'string' && url !== '')
  if (!isText || !URL.canParse(url, 'http://relative.invalid')) {
    return `${rule}, got ${typeof url === 'string' && url.includes('@') ? 'one that cannot be read' : shown(url)}`
  }
  const { protocol, username, password } = new URL(url, 'http://relative.invalid')
  if (protocol !== 'http:' && protocol !== 'https:') return `${rule}, got one of ${shown(protocol)}`
  if (username !== '' || password !== '') return 'without user name and password, which belong in `headers`'
  return undefined
}

const callables = ['body', 'receive', 'classify', 'fetch']
const known = ['url', 'method', 'headers', ...callables]
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const refusedMethods = ['GET', 'HEAD', 'CONNECT', 'TRACE', 'TRACK']

function checkMethod(method: unknown): void {
  if (method === undefined) return
  if (typeof method === 'string' && token.test(method) && !refusedMethods.includes(method.toUpperCase())) return
  throw optionError('method', `an HTTP method other than ${refusedMethods.join(', ')}`, method)
}

function checkHeaders(headers: unknown): void {
  if (headers === undefined || typeof headers === 'function') return
  try {
    headersFrom(headers as RequestHeaders)
  } catch (error) {
    throw new OutboxError(
      'OUTBOX_OPTION',
      `\`headers\` must be headers or a function that gives them: ${errorText(error)}`,
    )
  }
}
