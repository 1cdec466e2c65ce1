// Enqueues numbered entries and drains them over HTTP, until it is killed or done.
// Arguments: directory, url, how many entries, the file of acknowledged ids, the number of this run, and `patient` to wait until
// nothing is pending.
import { appendFileSync, readFileSync } from 'node:fs'
import { createOutbox } from 'xstate-outbox'
import { fsStore } from 'xstate-outbox/fs'
import { httpPush } from 'xstate-outbox/http'

const [directory, url, total, acknowledged, run, patience] = process.argv.slice(2)
const outbox = createOutbox({ store: fsStore({ directory }), push: httpPush({ url }) })

const last = readFileSync(acknowledged, 'utf8').trimEnd().split('\n').at(-1)
let next = last === '' ? 1 : Number(last.split(':')[1]) + 1
while (next <= Number(total)) {
  // Else all would be enqueued long before it is pushed, and only few kills would meet an append.
  while (outbox.status().pending > 200) await new Promise((resolve) => setTimeout(resolve, 5))
  const burst = Array.from({ length: Math.min(20, Number(total) - next + 1) }, (_, index) => next + index)
  await Promise.all(
    burst.map(async (n) => {
      // An entry whose acknowledgement was lost is enqueued again by the next run, under another id.
      const { id } = await outbox.enqueue({ n }, { id: `${run}:${n}` })
      appendFileSync(acknowledged, `${id}\n`)
    }),
  )
  next += burst.length
}
await outbox.flush()
if (patience === 'patient') {
  // The flush has seen how much is pending, and may have ended with a wait, or while another process still held the lease.
  await new Promise((resolve) => {
    const look = () => outbox.status().pending === 0 && resolve()
    outbox.subscribe(look)
    look()
  })
}
await outbox.stop()
