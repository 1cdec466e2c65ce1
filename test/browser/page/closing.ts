import { createOutbox } from 'xstate-outbox'
import { requestPersistence } from 'xstate-outbox/persistence'
import { syncWhenClosed } from 'xstate-outbox/service-worker'

/** What a page that is about to be closed can be asked to do; the tests reach it as `closing`. */
export interface Closing {
  /** Enqueues one change with sync registered; answers the tags that the browser then holds. */
  enqueueAndRegister(): Promise<readonly string[]>
  requestPersistence: typeof requestPersistence
}

declare global {
  var closing: Closing
}

globalThis.closing = {
  async enqueueAndRegister() {
    const { sync } = (await navigator.serviceWorker.ready) as ServiceWorkerRegistration & {
      readonly sync: { getTags(): Promise<string[]> }
    }
    const outbox = createOutbox<unknown>({ name: 'closing', push: () => Promise.reject(new Error('not now')) })
    const end = syncWhenClosed(outbox, { tag: 'my tag' })
    await outbox.enqueue({ text: 'a' })
    while ((await sync.getTags()).length === 0) await new Promise((resolve) => setTimeout(resolve, 10))
    end()
    return sync.getTags()
  },
  requestPersistence,
}
