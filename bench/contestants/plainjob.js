import { join } from 'node:path'
import Database from 'better-sqlite3'
import { better, defineQueue, defineWorker } from 'plainjob'

const logger = { debug() {}, info() {}, warn() {}, error: console.error }

export const plainjob = {
  name: 'plainjob',
  package: 'plainjob',
  survives: 'a process crash',
  open({ directory }) {
    const queue = defineQueue({ connection: better(new Database(join(directory, 'queue.db'))), logger })
    let worker
    return {
      enqueue: async (payload) => void queue.add('entry', payload),
      enqueueMany: async (payloads) => void queue.addMany('entry', payloads),
      drain(push) {
        worker = defineWorker('entry', ({ data }) => push(JSON.parse(data)), { queue, logger, pollIntervall: 1 })
        void worker.start()
      },
      async close() {
        await worker?.stop()
        // The worker may be between two entries.
        await new Promise((resolve) => setTimeout(resolve, 20))
        queue.close()
      },
    }
  },
}
