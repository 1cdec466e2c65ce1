import type { IncomingMessage } from 'node:http'
import type { Lists, Order, PageRequest } from '../source.ts'

/** The longest body of a request, bytes: an order names one entry. */
export const longestBody = 4_096
const longestPage = 100

/** A body that cannot be taken, and why. */
export class BadRequest extends Error {
  readonly status: 400 | 413

  constructor(status: 400 | 413, message: string) {
    super(message)
    this.status = status
  }
}

/**
 * The JSON in the body of a request.
 * @throws BadRequest when it is too long, or no JSON object.
 */
export async function readBody(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > longestBody) throw new BadRequest(413, `a body has at most ${longestBody} bytes`)
    chunks.push(chunk)
  }
  try {
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString())
    if (typeof body === 'object' && body !== null) return body as Readonly<Record<string, unknown>>
  } catch {
    // told below
  }
  throw new BadRequest(400, 'a body is a JSON object')
}

/** @throws BadRequest */
export function pageRequestIn({
  what,
  from,
  limit,
}: Readonly<Record<string, unknown>>): PageRequest & { readonly what: keyof Lists } {
  if (what !== 'entries' && what !== 'dead' && what !== 'audit') {
    throw new BadRequest(400, '`what` is entries, dead or audit')
  }
  if (typeof limit !== 'number' || !Number.isInteger(limit) || limit < 1 || limit > longestPage) {
    throw new BadRequest(400, `\`limit\` is an integer from 1 to ${longestPage}`)
  }
  if (from === undefined) return { what, limit }
  if (typeof from !== 'number' || !Number.isSafeInteger(from)) throw new BadRequest(400, '`from` is an integer')
  return { what, from, limit }
}

/** @throws BadRequest */
export function orderIn({ type, id }: Readonly<Record<string, unknown>>): Order {
  switch (type) {
    case 'pause':
    case 'resume':
    case 'retry':
    case 'requeueAll':
      return { type }
    case 'cancel':
    case 'requeue':
    case 'discard':
      if (typeof id !== 'string' || id === '') throw new BadRequest(400, '`id` is the id of an entry')
      return { type, id }
    default:
      throw new BadRequest(400, '`type` is pause, resume, retry, requeueAll, cancel, requeue or discard')
  }
}
