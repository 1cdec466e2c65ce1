import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

/** Why a request is not answered: the status, and a sentence for whoever sent it. */
export interface Refusal {
  readonly status: number
  readonly reason: string
}

/** Where the inspector is reached, and with which token. */
export interface Place {
  port: number
  readonly token: string
}

/**
 * Whether a request came for this server by its own name, and not through a name that somebody else points here (DNS rebinding)
 * or from a page of another origin. Holds for every request, also for the page itself.
 */
export function refuseForeign(headers: IncomingHttpHeaders, { port }: Readonly<Place>): Refusal | undefined {
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`]
  const { host = '', origin, 'sec-fetch-site': site = 'none' } = headers
  if (!hosts.includes(host)) return { status: 403, reason: 'this host name is not served' }
  if (origin !== undefined && origin !== `http://${host}`)
    return { status: 403, reason: 'pages of other origins are refused' }
  // A link on another page may lead here: what it opens is our page, which holds nothing without the token.
  const isNavigation = headers['sec-fetch-mode'] === 'navigate'
  if (!isNavigation && site !== 'same-origin' && site !== 'none') {
    return { status: 403, reason: 'pages of other origins are refused' }
  }
  return undefined
}

/** Whether a request carries the token; compared in a time that says nothing about how much of it is right. */
export function refuseStranger(
  { authorization = '' }: IncomingHttpHeaders,
  { token }: Readonly<Place>,
): Refusal | undefined {
  if (authorization === '') return { status: 401, reason: 'the token is missing' }
  const isRight = timingSafeEqual(digest(authorization), digest(`Bearer ${token}`))
  return isRight ? undefined : { status: 403, reason: 'the token is wrong' }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

/** How many requests may come: a bucket that holds `burst` and fills again by `perSecond`. Answers whether one more may. */
export function createRateLimit(burst: number, perSecond: number, now = () => performance.now()): () => boolean {
  let left = burst
  let countedAt = now()
  return () => {
    const at = now()
    left = Math.min(burst, left + ((at - countedAt) / 1_000) * perSecond)
    countedAt = at
    if (left < 1) return false
    left -= 1
    return true
  }
}
