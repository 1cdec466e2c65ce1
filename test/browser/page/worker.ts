import { createOutbox } from 'xstate-outbox'
import { httpPush } from 'xstate-outbox/http'
import { drainOnSync } from 'xstate-outbox/service-worker'
import type { SyncScope } from 'xstate-outbox/service-worker'

const scope = globalThis as unknown as SyncScope & { skipWaiting(): Promise<void> }

drainOnSync(scope, () => createOutbox({ name: 'changes', push: httpPush({ url: '/sync', body: bodyOf }) }))
void scope.skipWaiting()

function bodyOf({ seq, payload }: { readonly seq: number; readonly payload: unknown }): unknown {
  return { seq, ...(payload as object), by: 'worker' }
}
