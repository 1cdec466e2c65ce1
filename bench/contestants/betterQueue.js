import { once } from 'node:events'
import { join } from 'node:path'
import Queue from 'better-queue'
import SqliteStore from 'better-queue-sqlite'

export const betterQueue = {
  name: 'better-queue (sqlite)',
  package: 'better-queue',
  survives: 'nothing: it answers before it writes',
  async open({ directory }) {
    let pushOn
    const queue = new Queue((payload, done) => void pushOn(payload).then(() => done(null), done), {
      store: new SqliteStore({ path: join(directory, 'queue.db') }),
      id: 'number',
      autoResume: false,
    })
    queue.pause()
    // It says nowhere when it has connected.
    while (!queue._connected) await new Promise((resolve) => setTimeout(resolve, 1))
    const enqueue = async (payload) => {
      await once(queue.push(payload), 'queued')
    }
    return {
      enqueue,
      enqueueMany: (payloads) => Promise.all(payloads.map(enqueue)),
      drain(push) {
        pushOn = push
        queue.resume()
      },
      close: () => new Promise((resolve) => queue.destroy(resolve)),
    }
  },
}
