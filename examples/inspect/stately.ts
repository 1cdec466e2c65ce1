// Shows an outbox in an inspector of Stately's that listens on a WebSocket: `node stately.js ws://localhost:8080`.
// In a page, `createBrowserInspector(statelyOptions())` opens the inspector in a window of its own.
import { createOutbox, memoryStore } from 'xstate-outbox'
import { attachInspector, statelyOptions } from 'xstate-outbox/inspect'

const [url = 'ws://localhost:8080'] = process.argv.slice(2)
const stately = await import('@statelyai/inspect').catch(() => undefined)
if (stately === undefined) {
  console.log('install @statelyai/inspect to see the outbox in it')
  process.exit()
}

const outbox = createOutbox<string>({ name: 'todos', store: memoryStore(), push: () => undefined })
const inspector = stately.createWebSocketInspector({ ...statelyOptions(), url })
const detach = attachInspector(outbox, inspector)
await outbox.enqueue('milk')
const { outcome } = await outbox.flush()
await outbox.stop()
console.log(`shown at ${url}: the outbox is ${outcome}`)
detach()
// What the inspector has put off comes first.
setTimeout(() => inspector.stop(), 2_000)
