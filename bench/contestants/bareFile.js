import { closeSync, fdatasync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

const sync = promisify(fdatasync)

/** What the disk allows: a file that is appended to and synced, and nothing else. */
export const bareFile = {
  name: 'bare append + fdatasync',
  survives: 'power loss',
  open({ directory }) {
    const file = openSync(join(directory, 'bare.log'), 'wx')
    let at = 0
    let waiting = []
    let flushing

    async function flush() {
      while (waiting.length > 0) {
        // Those who were answered together come back together.
        await new Promise(setImmediate)
        const group = waiting
        waiting = []
        const data = Buffer.concat(group.map((each) => each.data))
        writeSync(file, data, 0, data.length, at)
        at += data.length
        await sync(file)
        for (const { resolve } of group) resolve()
      }
      flushing = undefined
    }

    return {
      /** One write and one sync for each entry. */
      async enqueueAlone(payload) {
        const data = Buffer.from(JSON.stringify(payload))
        writeSync(file, data, 0, data.length, at)
        at += data.length
        await sync(file)
      },
      /** One write and one sync for all who wait at the same time. */
      enqueue(payload) {
        return new Promise((resolve) => {
          waiting.push({ data: Buffer.from(JSON.stringify(payload)), resolve })
          flushing ??= flush()
        })
      },
      async close() {
        await flushing
        closeSync(file)
      },
    }
  },
}
