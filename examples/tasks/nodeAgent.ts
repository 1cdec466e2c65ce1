// A Node agent: each line on stdin is a report. `STATE_DIRECTORY=... FLEET_URL=... node nodeAgent.js`
import { createInterface } from 'node:readline'
import { createOutbox } from 'xstate-outbox'
import { fsStore } from 'xstate-outbox/fs'
import { httpPush } from 'xstate-outbox/http'

const { STATE_DIRECTORY = 'state', FLEET_URL = 'http://localhost:8080/reports', FLEET_KEY = '' } = process.env

const outbox = createOutbox<{ readonly line: string }>({
  name: 'reports',
  store: fsStore({ directory: STATE_DIRECTORY }),
  push: httpPush({ url: FLEET_URL, headers: { authorization: `Bearer ${FLEET_KEY}` } }),
  maxEntries: 100_000,
})
outbox.on('delivered', ({ entry }) => console.log('delivered', entry.payload.line))
outbox.on('warning', ({ code, message }) => console.error(code, message))

const lines = createInterface({ input: process.stdin })
process.once('SIGTERM', () => lines.close())
for await (const line of lines) {
  await outbox.enqueue({ line }) // on the disk: whoever handed it in may forget it
  console.log('kept', line)
}
const { pending } = await outbox.stop()
console.log('stopped with', pending, 'waiting')
