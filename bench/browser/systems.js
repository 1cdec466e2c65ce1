// One page, one system: each keeps entries of 1 KB and gives them to `push`, oldest first.
import { createCollection, localOnlyCollectionOptions } from '@tanstack/db'
import { IndexedDBAdapter, startOfflineExecutor } from '@tanstack/offline-transactions'
import { Queue } from 'workbox-background-sync'
import { createOutbox } from 'xstate-outbox'
import { idbStore } from 'xstate-outbox/idb'

/**
 * @typedef {{ number: number, filler: string }} Payload
 * @typedef {object} System
 * @property {(payload: Payload) => Promise<unknown>} enqueue resolves when the entry is stored
 * @property {(payloads: readonly Payload[]) => Promise<unknown>} burst the same for many, as the system does it best
 * @property {() => void} drain begins to push what is stored
 */

const filler = 'x'.repeat(1_000)
/** @param {number} count @param {number} [from] @returns {Payload[]} */
const payloads = (count, from = 0) => Array.from({ length: count }, (_, index) => ({ number: from + index, filler }))

/** What nobody can beat: IndexedDB, one strict transaction an entry, and one for all entries of a burst. */
async function raw(/** @type {(payload: Payload) => unknown} */ push) {
  const db = await new Promise((resolve, reject) => {
    const opening = indexedDB.open('raw')
    opening.onupgradeneeded = () => opening.result.createObjectStore('entries', { autoIncrement: true })
    opening.onsuccess = () => resolve(opening.result)
    opening.onerror = () => reject(opening.error)
  })
  /** @param {'strict' | 'relaxed'} durability @param {(store: IDBObjectStore) => void} work */
  const inside = (durability, work) =>
    new Promise((resolve, reject) => {
      const transaction = db.transaction('entries', 'readwrite', { durability })
      transaction.oncomplete = resolve
      transaction.onabort = () => reject(transaction.error)
      work(transaction.objectStore('entries'))
    })
  /** @param {number} after */
  const page = async (after) => {
    const store = db.transaction('entries').objectStore('entries')
    const range = IDBKeyRange.lowerBound(after, true)
    const asked = [store.getAllKeys(range, 100), store.getAll(range, 100)]
    return Promise.all(
      asked.map((request) => new Promise((resolve) => (request.onsuccess = () => resolve(request.result)))),
    )
  }
  return {
    enqueue: (/** @type {Payload} */ payload) => inside('strict', (store) => store.add(payload)),
    burst: (/** @type {readonly Payload[]} */ all) =>
      inside('strict', (store) => {
        for (const payload of all) store.add(payload)
      }),
    async drain() {
      for (let after = -1; ;) {
        const [keys, values] = await page(after)
        if (keys.length === 0) return
        for (const [index, key] of keys.entries()) {
          await push(values[index])
          await inside('relaxed', (store) => store.delete(key))
          after = key
        }
      }
    },
  }
}

/** @param {'strict' | 'relaxed'} durability */
const outbox = (durability) => async (/** @type {(payload: Payload) => unknown} */ push) => {
  const connection = { say: (/** @type {'online' | 'offline'} */ _signal) => {} }
  const handle = createOutbox({
    store: idbStore({ name: `bench-${durability}`, durability }),
    push: ({ payload }) => push(payload),
    connectivity: {
      watch(listener) {
        connection.say = listener
        listener('offline')
        return () => {}
      },
    },
  })
  return {
    enqueue: (/** @type {Payload} */ payload) => handle.enqueue(payload),
    burst: (/** @type {readonly Payload[]} */ all) => Promise.all(all.map((payload) => handle.enqueue(payload))),
    drain: () => connection.say('online'),
  }
}

/** As in a page: its service worker is not there, so what is stored is shifted by hand, as `replayRequests` does. */
async function workbox(/** @type {(payload: Payload) => unknown} */ push) {
  self.registration ??= {}
  const queue = new Queue('bench', { forceSyncFallback: true, onSync: () => {} })
  const enqueue = (/** @type {Payload} */ payload) =>
    queue.pushRequest({ request: new Request('/sync', { method: 'POST', body: JSON.stringify(payload) }) })
  return {
    enqueue,
    burst: (/** @type {readonly Payload[]} */ all) => Promise.all(all.map(enqueue)),
    async drain() {
      for (let entry = await queue.shiftRequest(); entry; entry = await queue.shiftRequest()) {
        await push(JSON.parse(await entry.request.text()))
      }
    },
  }
}

/** Entries are stored when its storage says so: its own promise waits for the push. */
async function tanstack(/** @type {(payload: Payload) => unknown} */ push) {
  const storage = new IndexedDBAdapter()
  /** @type {((value?: unknown) => void)[]} */
  const stored = []
  const set = storage.set.bind(storage)
  storage.set = async (key, value) => {
    await set(key, value)
    stored.shift()?.()
  }
  const entries = createCollection(
    localOnlyCollectionOptions({ getKey: (/** @type {Payload} */ entry) => entry.number }),
  )
  let isOnline = false
  const listeners = new Set()
  const executor = startOfflineExecutor({
    collections: { entries },
    storage,
    mutationFns: { sync: async ({ transaction }) => void (await push(transaction.mutations[0].modified)) },
    onlineDetector: {
      isOnline: () => isOnline,
      subscribe(/** @type {() => void} */ listener) {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
      notifyOnline() {},
      dispose() {},
    },
  })
  const enqueue = (/** @type {Payload} */ payload) =>
    new Promise((resolve) => {
      stored.push(resolve)
      executor.createOfflineTransaction({ mutationFnName: 'sync' }).mutate(() => entries.insert(payload))
    })
  await executor.waitForInit()
  return {
    enqueue,
    burst: (/** @type {readonly Payload[]} */ all) => Promise.all(all.map(enqueue)),
    drain() {
      isOnline = true
      for (const listener of listeners) listener()
    },
  }
}

/** @type {Record<string, (push: (payload: Payload) => unknown) => Promise<System>>} */
const systems = {
  raw,
  'xstate-outbox': outbox('strict'),
  'xstate-outbox relaxed': outbox('relaxed'),
  workbox,
  tanstack,
}

/** @param {number} count @param {() => unknown} work resolves to entries a second */
async function rate(count, work) {
  const startedAt = performance.now()
  await work()
  return (count * 1_000) / (performance.now() - startedAt)
}

globalThis.bench = {
  /** Entries a second: awaited one by one, all at once, and drained by a push that answers at once; after `warm` entries of each. */
  async rates(/** @type {string} */ name, /** @type {{ warm: number, oneByOne: number, burst: number }} */ counts) {
    const warmed = 2 * counts.warm
    const total = warmed + counts.oneByOne + counts.burst
    let pushed = 0
    /** @type {Map<number, (at: number) => void>} */
    const targets = new Map()
    const reached = (/** @type {number} */ count) => new Promise((resolve) => targets.set(count, resolve))
    const system = await systems[name]?.(async () => {
      pushed += 1
      targets.get(pushed)?.(performance.now())
    })
    const enqueue = async (/** @type {readonly Payload[]} */ all) => {
      for (const payload of all) await system?.enqueue(payload)
    }
    await enqueue(payloads(counts.warm))
    await system?.burst(payloads(counts.warm, counts.warm))
    const oneByOne = await rate(counts.oneByOne, () => enqueue(payloads(counts.oneByOne, warmed)))
    const burst = await rate(counts.burst, () => system?.burst(payloads(counts.burst, warmed + counts.oneByOne)))
    const [from, to] = [reached(warmed), reached(total)]
    system?.drain()
    const drain = ((total - warmed) * 1_000) / ((await to) - (await from))
    return { oneByOne, burst, drain }
  },
  /** Leaves so many entries for the next page. */
  async fill(/** @type {string} */ name, /** @type {number} */ count) {
    const system = await systems[name]?.(() => {})
    for (let from = 0; from < count; from += 1_000) await system?.burst(payloads(1_000, from))
  },
  /** From the beginning of the reload to the first push, ms; the pushes never end. */
  async firstPush(/** @type {string} */ name) {
    return new Promise((resolve) => {
      const start = async () => {
        const system = await systems[name]?.(() => {
          resolve(performance.now())
          return new Promise(() => {})
        })
        system?.drain()
      }
      void start()
    })
  },
  /** Opens the system and leaves it be, for the size of the heap. */
  async rest(/** @type {string} */ name) {
    globalThis.kept = await systems[name]?.(() => new Promise(() => {}))
    globalThis.kept.drain()
  },
}

// A page that is reloaded drains in its first script.
if (location.hash !== '') globalThis.firstPush = bench.firstPush(decodeURIComponent(location.hash.slice(1)))
