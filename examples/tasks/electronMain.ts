// Electron's main process keeps what its windows hand over. When the sign-in has expired, it asks once and goes on.
// `startOutbox({ ...electron, directory: join(electron.app.getPath('userData'), 'outbox'), url, signIn })`
import { createOutbox, HoldError } from 'xstate-outbox'
import type { Outbox } from 'xstate-outbox'
import { electronConnectivity } from 'xstate-outbox/electron'
import { fsStore } from 'xstate-outbox/fs'
import { httpPush } from 'xstate-outbox/http'

type Electron = Parameters<typeof electronConnectivity>[0] & {
  readonly ipcMain: { handle(channel: string, listener: (event: unknown, payload: unknown) => unknown): void }
}

interface Options extends Electron {
  readonly directory: string
  readonly url: string
  readonly signIn: () => Promise<string> // opens a window; resolves with the new token
}

export function startOutbox(options: Options): Outbox<unknown> {
  let token: string | undefined
  let isSigningIn = false
  function headers() {
    if (token === undefined) throw new HoldError('nobody is signed in')
    return { authorization: `Bearer ${token}` }
  }
  const push = httpPush({ url: options.url, headers }) // a 401 holds, too
  const store = fsStore({ directory: options.directory })
  const outbox = createOutbox<unknown>({ store, push, connectivity: electronConnectivity(options) })
  async function signInAgain(): Promise<void> {
    isSigningIn = true
    token = await options.signIn()
    isSigningIn = false
    outbox.resume()
  }
  outbox.subscribe(() => !isSigningIn && outbox.status().reason === 'held' && void signInAgain())
  options.ipcMain.handle('keep', async (_, payload) => (await outbox.enqueue(payload)).id)
  options.ipcMain.handle('status', () => outbox.explain())
  return outbox
}
