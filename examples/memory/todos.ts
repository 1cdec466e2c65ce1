// The smallest outbox: entries live in memory, and the remote is an array that is offline at first.
import { createOutbox, memoryStore, UnreachableError } from 'xstate-outbox'

interface Todo {
  readonly title: string
}

const remote: string[] = []
let isOnline = false

const outbox = createOutbox<Todo>({
  name: 'todos',
  store: memoryStore(),
  push: async (entry) => {
    if (!isOnline) throw new UnreachableError('offline')
    remote.push(entry.payload.title)
  },
})

outbox.on('delivered', ({ entry }) => console.log(`delivered ${entry.payload.title}`))

await outbox.enqueue({ title: 'milk' })
await outbox.enqueue({ title: 'bread' })
await outbox.flush()
console.log(outbox.explain())

isOnline = true
await outbox.flush()
console.log(outbox.explain())
console.log(`the remote has ${remote.join(' and ')}`)

await outbox.stop()
