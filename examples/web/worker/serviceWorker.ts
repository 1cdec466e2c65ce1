import { drainOnSync } from 'xstate-outbox/service-worker'
import { openOutbox, syncTagOf } from '../app/sync/openOutbox.ts'
import { accounts } from '../protocol.ts'
import type { WorkerScope } from './scope.ts'
import type { Shell } from './shell.ts'
import { serveShell } from './shell.ts'

/** Put in by the build. */
declare const builtShell: Shell

const scope = globalThis as unknown as WorkerScope

serveShell(scope, builtShell)
// Sends what is left when every page is closed, each account's under its own token, where the browser has Background Sync.
for (const { id } of accounts) drainOnSync(scope, () => openOutbox(id), { tag: syncTagOf(id) })
