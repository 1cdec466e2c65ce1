import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AccountId, Change } from '../protocol.ts'
import { isAccountId } from '../protocol.ts'
import { answer, bodyOf, refuse } from './answers.ts'
import { changeFrom } from './changeFrom.ts'
import type { Library } from './library.ts'
import type { Sessions } from './sessions.ts'
import type { Switchboard } from './switchboard.ts'
import { mentionsCoffee } from './switchboard.ts'

/** What the page's requests work on. */
export interface Api {
  readonly library: Library
  readonly sessions: Sessions
  readonly switchboard: Switchboard
  /** What a slow answer waits for. */
  readonly slow: () => Promise<unknown>
  /** Called for each change that is refused. */
  readonly onRefused: () => void
}

/** The app's own server: signs in, lists, and takes changes. It is as reliable as the switchboard says. */
export async function serveApi(api: Api, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { library, sessions, switchboard } = api
  if (switchboard.trouble === 'down') return void request.socket.resetAndDestroy()
  if (switchboard.trouble === 'busy') return refuse(response, 503, 'too much to do', { 'retry-after': '5' })
  const body = request.method === 'POST' ? await bodyOf(request) : undefined

  const route = `${request.method} ${request.url}`
  if (route === 'POST /api/session') {
    const { accountId } = (body ?? {}) as { readonly accountId?: unknown }
    if (!isAccountId(accountId)) return refuse(response, 400, 'nobody has this name')
    return answer(response, 200, { token: sessions.begin(accountId) })
  }
  const accountId = sessions.accountOf(request.headers.authorization)
  if (accountId === undefined) return refuse(response, 401, 'sign in again')
  if (route === 'GET /api/books') return answer(response, 200, library.books(accountId))
  if (route !== 'POST /api/changes') return refuse(response, 404, 'there is nothing here')

  const key = request.headers['idempotency-key']
  const change = changeFrom(body)
  if (typeof key !== 'string' || change === undefined) return refuse(response, 400, 'this is not a change')
  // What has been taken stays taken, whatever has changed since: only a new change can be refused.
  const flaw = library.knows(accountId, key) ? undefined : flawOf(api, accountId, change)
  if (flaw !== undefined) {
    api.onRefused()
    return refuse(response, 400, flaw)
  }
  if (switchboard.trouble === 'slow') await api.slow()
  const taken = library.take(accountId, key, change)
  // The change is made, and the page never hears of it: it will come again with the same key.
  if (switchboard.trouble === 'mute') return void request.socket.resetAndDestroy()
  answer(response, 200, taken)
}

/** Why a change cannot be taken, if it cannot. */
function flawOf({ library, switchboard }: Api, accountId: AccountId, change: Change): string | undefined {
  if (change.kind === 'saveNote' && !library.hasNotebook(accountId, change.notebookId)) return 'its notebook is gone'
  if (switchboard.refusesCoffee && mentionsCoffee(change)) return 'nothing about coffee, please'
  return undefined
}
