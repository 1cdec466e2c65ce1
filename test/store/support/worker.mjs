// A process that does with a store what it is told over IPC; see worker.ts.
const [, , module, directory, settings] = process.argv
const { createFsStore } = await import(module + '/store.js')
const { defaultSettings } = await import(module + '/settings.js')
const store = createFsStore(directory, { ...defaultSettings, auditLimit: 1000, ...JSON.parse(settings) })
const leases = new Map()

const calls = {
  async take() {
    const lease = await store.lease(new AbortController().signal)
    leases.set(lease.epoch, lease)
    lease.lost.addEventListener('abort', () => process.send({ lost: lease.epoch }))
    return lease.epoch
  },
  release: (epoch) => leases.get(epoch).release(),
  /** Appends without end, a few at a time, and says what was acknowledged. */
  async appendForEver(draft, prefix) {
    const one = async () => {
      for (;;) {
        const id = `${prefix}-${String(calls.count++).padStart(8, '0')}`
        await store.append([{ ...draft, id, enqueuedAt: Date.now() }])
        process.send({ appended: id })
      }
    }
    await Promise.all([one(), one(), one()])
  },
  count: 0,
  /** Delivers all that is pending until nothing is left. */
  async drain() {
    const ids = []
    const epoch = await calls.take()
    for (let page = await store.read({ limit: 256 }); page.length > 0; page = await store.read({ limit: 256 })) {
      for (const { seq, id, items, bytes } of page) {
        const audit = { direction: 'push', id, attempts: 0, items, bytes, at: Date.now() }
        await store.settle([{ kind: 'delivered', seq, id, audit }], { epoch })
        ids.push(id)
      }
    }
    await calls.release(epoch)
    return ids
  },
}

async function answer({ number, call, args }) {
  try {
    const result = await (calls[call] ?? store[call])(...args)
    process.send({ number, result })
  } catch (error) {
    process.send({ number, error: { code: error.code, message: error.message } })
  }
}

process.on('message', (message) => void answer(message))
process.send({ ready: true })
