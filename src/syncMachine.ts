import type { SyncMachine } from './createSyncMachine.ts'
import { machineFor } from './createSyncMachine.ts'
import { defaultSettings } from './options.ts'
import { httpPush } from './push/http.ts'
import { createStorage } from './storage.ts'

/**
 * The ready-made machine: the platform's store, and HTTP push to `input.url`. Without a url it keeps entries, pushes nothing, and
 * says so with the warning `OUTBOX_NO_PUSH`.
 */
export const syncMachine: SyncMachine<unknown> = (() => {
  const settings = defaultSettings<unknown>()
  return machineFor(settings, createStorage(settings), (url) => httpPush({ url }))
})()
