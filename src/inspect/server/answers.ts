import type { IncomingMessage, ServerResponse } from 'node:http'
import { errorText, isOutboxError } from '../../errors.ts'
import type { InspectorSource } from '../source.ts'
import { assets, safeHeaders } from './assets.ts'
import type { Place, Refusal } from './gatekeeper.ts'
import { createRateLimit, refuseForeign, refuseStranger } from './gatekeeper.ts'
import { BadRequest, orderIn, pageRequestIn, readBody } from './requests.ts'
import type { LineStream } from './stream.ts'
import { createLineStream } from './stream.ts'

/** Pages that may look at one time. */
const mostStreams = 8

/** Answers every request to the inspector's server. */
export interface Answers {
  readonly answer: (request: IncomingMessage, response: ServerResponse) => void
  /** Ends every stream. */
  end(): void
}

/** @param place - read at each request: its port is known only once the server listens. */
export function createAnswers(source: InspectorSource, place: Readonly<Place>): Answers {
  const streams = new Set<LineStream>()
  // Two, so that who has no token cannot use up what the owner may ask.
  const maySomebody = createRateLimit(100, 50)
  const mayOwner = createRateLimit(200, 100)

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { headers, method } = request
    const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1')
    const foreign = refuseForeign(headers, place)
    if (foreign) return refuse(response, foreign)
    const asset = assets.get(pathname)
    if (asset !== undefined) {
      if (!maySomebody()) return refuse(response, tooMany)
      if (method !== 'GET') return refuse(response, { status: 405, reason: 'this is read with GET' })
      return give(response, asset.type, await asset.body())
    }
    const stranger = refuseStranger(headers, place)
    if (stranger) return refuse(response, maySomebody() ? stranger : tooMany)
    if (!mayOwner()) return refuse(response, tooMany)
    // A form of another page can send neither the token nor this type; said all the same.
    if (method !== 'POST') return refuse(response, { status: 405, reason: 'this is asked with POST' })
    if (headers['content-type'] !== 'application/json') return refuse(response, { status: 415, reason: 'JSON only' })
    const body = await readBody(request)
    if (pathname === '/stream') return stream(response)
    if (pathname === '/snapshot') return giveJson(response, await source.snapshot())
    if (pathname === '/page') {
      const { what, ...asked } = pageRequestIn(body)
      return giveJson(response, await source.page(what, asked))
    }
    if (pathname === '/control') {
      const order = orderIn(body)
      const { control } = await source.snapshot()
      if (!control)
        return refuse(response, { status: 403, reason: 'this inspector only looks: start it with `control`' })
      return giveJson(response, { count: await source.control(order) })
    }
    refuse(response, { status: 404, reason: 'there is nothing here' })
  }

  function stream(response: ServerResponse): void {
    if (streams.size >= mostStreams) return refuse(response, { status: 503, reason: 'enough pages look already' })
    response.writeHead(200, { ...safeHeaders, 'content-type': 'application/jsonl; charset=utf-8' })
    const lines = createLineStream(response)
    // Whatever breaks the connection also closes it.
    response.on('error', () => undefined)
    streams.add(lines)
    const endSteps = source.steps((line) => lines.send(line))
    response.once('close', () => {
      endSteps()
      streams.delete(lines)
    })
  }

  return {
    answer(request, response) {
      answer(request, response).catch((error: unknown) => fail(response, error))
    },
    end() {
      for (const lines of streams) lines.end()
    },
  }
}

const tooMany: Refusal = { status: 429, reason: 'too many requests' }

function refuse(response: ServerResponse, { status, reason }: Refusal): void {
  // What was not read of the request is not read any more.
  response.writeHead(status, { ...safeHeaders, 'content-type': 'application/json; charset=utf-8', connection: 'close' })
  response.end(JSON.stringify({ error: reason }))
}

function fail(response: ServerResponse, error: unknown): void {
  if (response.headersSent || response.destroyed) response.destroy()
  else if (error instanceof BadRequest) refuse(response, { status: error.status, reason: error.message })
  else refuse(response, { status: isOutboxError(error, 'OUTBOX_STOPPED') ? 409 : 500, reason: errorText(error) })
}

function give(response: ServerResponse, type: string, body: string): void {
  response.writeHead(200, { ...safeHeaders, 'content-type': type, 'content-length': Buffer.byteLength(body) })
  response.end(body)
}

function giveJson(response: ServerResponse, value: object): void {
  give(response, 'application/json; charset=utf-8', JSON.stringify(value))
}
