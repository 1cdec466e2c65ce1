import type { Outbox } from 'xstate-outbox'
import { requestPersistence } from 'xstate-outbox/persistence'
import { syncWhenClosed } from 'xstate-outbox/service-worker'
import type { AccountId, Change } from '../../protocol.ts'
import type { Device } from '../sync/device.ts'
import { deviceOf } from '../sync/device.ts'
import { openOutbox, syncTagOf } from '../sync/openOutbox.ts'
import { fetchBooks, signInAs, SignedOutError } from '../sync/server.ts'
import { onceAtATime } from './onceAtATime.ts'
import { readAll } from './readAll.ts'
import type { View } from './view.ts'
import { emptyView, viewOf } from './view.ts'

/** Where an account's notes are read and written, with or without a connection. */
export interface Desk {
  readonly accountId: AccountId
  readonly outbox: Outbox<Change>
  /** What is on it: the same object until it is read anew. */
  view(): View
  /** Whether the server has refused this device's token. */
  isSignedOut(): boolean
  subscribe(listener: () => void): () => void
  /** Fetches the books; without a connection those that are known stay. */
  refresh(): Promise<void>
  signInAgain(): Promise<void>
  /** Stops sending; what waits stays on this device. */
  close(): Promise<void>
}

export function openDesk(accountId: AccountId): Desk {
  const device = deviceOf(accountId)
  const outbox = openOutbox(accountId)
  const listeners = new Set<() => void>()
  let view = emptyView
  let isSignedOut = false

  const tell = () => listeners.forEach((listener) => listener())

  const look = onceAtATime(async () => {
    if (outbox.status().state === 'stopped') return
    view = await readView(outbox, device)
    tell()
  })

  const refresh = onceAtATime(async () => {
    try {
      const token = await device.token()
      if (token === undefined) return
      await device.keepBooks(await fetchBooks(token))
      isSignedOut = false
    } catch (error) {
      // Without an answer what is known stays, and the outbox tells how things stand.
      if (error instanceof SignedOutError) isSignedOut = true
    }
    await look()
  })

  let wasReady = false
  const unsubscribe = outbox.subscribe(() => {
    const isReady = outbox.status().reason === 'ready'
    if (isReady && !wasReady) void refresh()
    wasReady = isReady
    void look()
  })
  const endSync = syncWhenClosed(outbox, { tag: syncTagOf(accountId) })
  // Something is worth keeping from now on: some browsers ask the user.
  const firstKept = outbox.on('enqueued', () => {
    firstKept.unsubscribe()
    void requestPersistence()
  })
  const seen = () => {
    if (document.visibilityState === 'visible') void refresh()
  }
  globalThis.addEventListener('online', seen)
  document.addEventListener('visibilitychange', seen)
  void look()
  void refresh()

  return {
    accountId,
    outbox,
    view: () => view,
    isSignedOut: () => isSignedOut,
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    refresh,
    async signInAgain() {
      await device.keepToken(await signInAs(accountId))
      outbox.resume()
      await refresh()
    },
    async close() {
      globalThis.removeEventListener('online', seen)
      document.removeEventListener('visibilitychange', seen)
      unsubscribe()
      endSync()
      await outbox.stop()
    },
  }
}

/** The entries are read before the books: one that has left the outbox in between is in the books already. */
async function readView(outbox: Outbox<Change>, device: Device): Promise<View> {
  const [waiting, letters] = await Promise.all([readAll(outbox.list), readAll(outbox.deadLetters.list)])
  const [books, serverIds] = await Promise.all([device.books(), device.serverIds()])
  return viewOf({ books, serverIds, waiting, letters, status: outbox.status() })
}
