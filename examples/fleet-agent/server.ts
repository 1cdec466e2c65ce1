// The fleet server of the demo: it takes reports, and has a bad day.
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import type { Dispatch } from './agent.ts'

/** What goes wrong with a report the first time it comes. */
export type Trouble =
  /** 503 with `Retry-After: 3`. */
  | 'busy'
  /** The connection breaks before the server has the report. */
  | 'cutRequest'
  /** The server takes the report, but its answer breaks off after the headers. */
  | 'cutAnswer'
  /** The server takes the report and never answers. */
  | 'silent'
  /** The server answers 200 and forgets the report: the one fault that no client can make good. */
  | 'forgets'

/** What the server did with a request. */
export type Deed = 'took' | 'tookAgain' | 'refused' | 'unauthorized' | Trouble

export interface FleetServer {
  readonly url: string
  /** The ids of the reports it has, in the order in which they first came. */
  readonly taken: readonly string[]
  /** How many requests brought a report that it already had. */
  repeats(): number
  /** Listens from now on; connections were refused before. */
  accept(): Promise<void>
  close(): void
}

const latencyMs = 60

export function createFleetServer(options: {
  readonly key: string
  readonly troubles: ReadonlyMap<string, Trouble>
  readonly onDeed: (deed: Deed, id: string) => void
}): FleetServer {
  const { key, onDeed } = options
  const troubles = new Map(options.troubles)
  const taken: string[] = []
  let repeats = 0

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const id = String(request.headers['idempotency-key'])
    const trouble = troubles.get(id)
    if (trouble === 'cutRequest') {
      troubles.delete(id)
      request.socket.resetAndDestroy()
      return onDeed(trouble, id)
    }
    const { dispatches } = JSON.parse(await text(request)) as { dispatches: readonly Dispatch[] }
    await delay(latencyMs)
    if (request.headers.authorization !== `Bearer ${key}`) return answer(401, 'unauthorized')
    if (dispatches.some(({ result }) => result === 'poison')) return answer(400, 'refused', 'a result cannot be poison')
    troubles.delete(id)
    if (trouble === 'busy') {
      response.setHeader('retry-after', 3)
      return answer(503, trouble, 'busy')
    }
    if (trouble !== 'forgets') take(id, trouble)
    if (trouble === 'cutAnswer') {
      response.writeHead(200, { 'content-length': 100 })
      response.write('{', () => response.destroy())
    } else if (trouble !== 'silent') response.end()
    if (trouble !== undefined) onDeed(trouble, id)

    function answer(status: number, deed: Deed, reason = ''): void {
      response.writeHead(status).end(reason)
      onDeed(deed, id)
    }
  }

  function take(id: string, trouble: Trouble | undefined): void {
    const isKnown = taken.includes(id)
    if (isKnown) repeats += 1
    else taken.push(id)
    if (trouble === undefined) onDeed(isKnown ? 'tookAgain' : 'took', id)
  }

  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy()) // the agent was killed in the middle of a request
  })
  // Below the ports that the system hands out by itself, so that nobody else gets it while connections are refused.
  const port = 20_000 + Math.floor(Math.random() * 10_000)

  return {
    url: `http://127.0.0.1:${port}`,
    taken,
    repeats: () => repeats,
    async accept() {
      server.listen(port, '127.0.0.1')
      await once(server, 'listening')
    },
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
