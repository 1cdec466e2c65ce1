import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { refuse } from './answers.ts'
import type { Api } from './api.ts'
import { serveApi } from './api.ts'
import { serveDemo } from './demo.ts'
import type { PageFiles } from './files.ts'
import { serveFile } from './files.ts'
import type { Library } from './library.ts'
import { createLibrary } from './library.ts'
import type { Sessions } from './sessions.ts'
import { createSessions } from './sessions.ts'
import type { Switchboard } from './switchboard.ts'
import { createSwitchboard } from './switchboard.ts'

/** Page and API on one port of loopback. */
export interface NotesServer extends AsyncDisposable {
  readonly url: string
  readonly library: Library
  readonly sessions: Sessions
  readonly switchboard: Switchboard
  /** Stops listening and cuts every connection; what it has stays. */
  close(): Promise<void>
  /** Listens again, on the same port. */
  reopen(): Promise<void>
}

/** @param options - `port` 0 is any that is free; `slow` is what a slow answer waits for. */
export async function startNotesServer(
  files: PageFiles,
  { port = 0, slow = () => delay(1_200) }: { readonly port?: number; readonly slow?: () => Promise<unknown> } = {},
): Promise<NotesServer> {
  let refused = 0
  const api: Api = {
    library: createLibrary(),
    sessions: createSessions(),
    switchboard: createSwitchboard(),
    slow,
    onRefused: () => {
      refused += 1
    },
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!isFromHere(request)) return refuse(response, 403, 'ask from the page itself')
    const path = request.url ?? '/'
    if (path.startsWith('/api/')) return serveApi(api, request, response)
    if (path.startsWith('/demo/')) return serveDemo(api, () => refused, request, response)
    return serveFile(files, request, response)
  }

  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy()) // the page went away in the middle of a request
  })
  async function listen(on: number): Promise<number> {
    server.listen(on, '127.0.0.1')
    await once(server, 'listening')
    return (server.address() as AddressInfo).port
  }
  async function close(): Promise<void> {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }

  const bound = await listen(port)
  const { library, sessions, switchboard } = api
  return {
    url: `http://127.0.0.1:${bound}/`,
    library,
    sessions,
    switchboard,
    close,
    reopen: async () => void (await listen(bound)),
    [Symbol.asyncDispose]: close,
  }
}

/** Whether no other site asks, also not one whose name has been made to point here. */
function isFromHere({ headers: { host = '', origin } }: IncomingMessage): boolean {
  const isLoopback = /^(127\.0\.0\.1|localhost):\d+$/.test(host)
  return isLoopback && (origin === undefined || origin === `http://${host}`)
}
