// An admin's view of the dead letters, as a part of the process that has the outbox:
//   GET /dead, POST /dead/<id> (try again, with the payload in the body if there is one), DELETE /dead/<id>
import type { IncomingMessage, Server } from 'node:http'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import type { Outbox } from 'xstate-outbox'

/** Serves on loopback only: who may see it sees payloads. */
export function serveDeadLetters<P>({ deadLetters }: Outbox<P>, port: number): Server {
  async function answer(request: IncomingMessage): Promise<unknown> {
    const [, , id] = (request.url ?? '').split('/').map(decodeURIComponent)
    if (id === undefined) {
      const letters = await deadLetters.list()
      return letters.map(({ entry, code, reason, at }) => ({ id: entry.id, payload: entry.payload, code, reason, at }))
    }
    if (request.method === 'DELETE') return { discarded: await deadLetters.discard(id) }
    if (request.method !== 'POST') return { error: 'GET, POST or DELETE' }
    const body = await text(request)
    const how = body === '' ? {} : { edit: () => JSON.parse(body) as P }
    return { requeued: await deadLetters.requeue(id, how) }
  }

  return createServer((request, response) => {
    response.setHeader('content-type', 'application/json')
    answer(request).then(
      (value) => response.end(JSON.stringify(value)),
      (error: unknown) => response.writeHead(400).end(JSON.stringify({ error: String(error) })),
    )
  }).listen(port, '127.0.0.1')
}
