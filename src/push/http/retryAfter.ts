/**
 * When to try again: ms from now, or the moment. Undefined without a `Retry-After` that is seconds or an HTTP-date. A date is taken as
 * the distance from the answer's own `Date` if it has one, so that a clock that is wrong here does not matter.
 * @see RFC 9110, sections 10.2.3 and 5.6.7
 */
export function retryAfterOf(headers: Headers): number | Date | undefined {
  const value = headers.get('retry-after')?.trim() ?? ''
  if (/^\d+$/.test(value)) return Math.min(Number(value) * 1_000, Number.MAX_SAFE_INTEGER)
  const at = parseHttpDate(value)
  if (at === undefined) return undefined
  const sentAt = parseHttpDate(headers.get('date')?.trim() ?? '')
  return sentAt === undefined ? new Date(at) : Math.max(0, at - sentAt)
}

/** Epoch ms of any of the three forms of an HTTP-date; the oldest one names no zone and means GMT. */
function parseHttpDate(value: string): number | undefined {
  if (!/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(value)) return undefined
  const at = Date.parse(value.endsWith(' GMT') ? value : `${value} GMT`)
  return Number.isNaN(at) ? undefined : at
}
