import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ServerState } from '../protocol.ts'
import { answer, bodyOf, refuse } from './answers.ts'
import type { Api } from './api.ts'

/** The switches of the server, and what it has seen. No trouble reaches them. */
export async function serveDemo(
  api: Api,
  refusedCount: () => number,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { library, sessions, switchboard } = api
  const state = (): ServerState => ({
    trouble: switchboard.trouble,
    refusesCoffee: switchboard.refusesCoffee,
    taken: library.taken.length,
    repeated: library.repeated(),
    refused: refusedCount(),
  })
  switch (`${request.method} ${request.url}`) {
    case 'GET /demo/state':
      return answer(response, 200, state())
    case 'POST /demo/state':
      switchboard.set(await bodyOf(request))
      return answer(response, 200, state())
    case 'POST /demo/sign-out':
      sessions.endAll()
      return answer(response, 200, state())
    default:
      return refuse(response, 404, 'there is nothing here')
  }
}
