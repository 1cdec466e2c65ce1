import { PermanentError } from '../../errors.ts'
import type { RequestHeaders } from './options.ts'

/**
 * Headers that can be sent, copied; no message holds a value.
 * @throws PermanentError naming the header whose name or value would break out of its line or cannot be written.
 * @throws TypeError when something is no header at all.
 */
export function headersFrom(given: RequestHeaders): Headers {
  if (typeof given !== 'object' || given === null) throw new TypeError('there are none')
  const headers = new Headers()
  for (const [name, value] of Symbol.iterator in given ? given : Object.entries(given)) {
    if (typeof name !== 'string' || typeof value !== 'string') {
      throw new TypeError(`the header ${shownName(name)} has no text as its value`)
    }
    appendHeader(headers, name, value)
  }
  return headers
}

/** @throws PermanentError naming the header, when name or value cannot be sent. */
export function appendHeader(headers: Headers, name: string, value: string): void {
  try {
    headers.append(name, value)
  } catch {
    // Without the cause: its message holds the value.
    throw new PermanentError(
      `the header ${shownName(name)} cannot be sent: only Latin-1 without line breaks may stand in a value, and only a token as a name`,
    )
  }
}

/** What must not show up in a message, longest first: each header's value, each word of it, and each value of the query. */
export function secretsOf(headers: Headers, { searchParams }: URL): readonly string[] {
  const own = [...headers].filter(([name]) => name !== 'content-type' && name !== 'accept')
  const words = [...searchParams.values(), ...own.flatMap(([, value]) => [value, ...value.split(/[\s,;=]+/)])]
  return [...new Set(words)].filter((word) => word.length >= 6).toSorted((a, b) => b.length - a.length)
}

function shownName(name: unknown): string {
  return JSON.stringify(String(name).slice(0, 40))
}
