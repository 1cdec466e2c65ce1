import { createOutbox } from 'xstate-outbox'
import { httpPush } from 'xstate-outbox/http'

// A dedicated worker with an outbox of its own: it shares store and lock with the page of the same name.
const outbox = createOutbox({ name: 'changes', push: httpPush({ url: '/sync', body: bodyOf }) })
const enqueued = Array.from({ length: 20 }, (_, number) => outbox.enqueue({ tab: 'worker', number }))
void Promise.all(enqueued).then((kept) => postMessage(kept.map(({ id }) => id)))

function bodyOf({ seq, payload }: { readonly seq: number; readonly payload: unknown }): unknown {
  return { seq, ...(payload as object) }
}
