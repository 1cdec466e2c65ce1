import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Entry, Outbox, Store } from '../../src/index.ts'
import { createOutbox, memoryStore } from '../../src/index.ts'
import { fsStore } from '../../src/store/fs/index.ts'

const payload = JSON.parse(
  '{"__proto__":{"isAdmin":true},"constructor":{"prototype":{"isAdmin":true}},"toString":"x"}',
) as Record<string, unknown>
const meta = JSON.parse('{"__proto__":"polluted","constructor":"c","hasOwnProperty":"h"}') as Record<string, string>

const stores: Record<string, (directory: string) => Store> = {
  memoryStore: () => memoryStore(),
  fsStore: (directory) => fsStore({ directory }),
}

test.each(Object.entries(stores))(
  'names that mean something to JavaScript are only names, in payload and meta: %s',
  async (_, makeStore) => {
    const directory = await mkdtemp(join(tmpdir(), 'xstate-outbox-'))
    const store = makeStore(directory)
    const pushed: Entry<unknown>[] = []
    const start = () => createOutbox<unknown>({ store, push: (entry) => void pushed.push(entry) })
    try {
      const before = start()
      before.pause()
      await before.enqueue(payload, { meta })
      await before.stop()
      const after = start()
      after.resume()
      await once(after, 'drained')
      const [record] = await after.history({ limit: 1 })
      await after.stop()
      expect(JSON.stringify(pushed.map((entry) => entry.payload))).toBe(JSON.stringify([payload]))
      expect(JSON.stringify([pushed[0]?.meta, record?.meta])).toBe(JSON.stringify([meta, meta]))
      for (const kept of [pushed[0]?.payload, pushed[0]?.meta, record?.meta]) {
        expect(Object.getPrototypeOf(kept)).toBe(Object.prototype)
      }
    } finally {
      await rm(directory, { recursive: true, force: true })
    }
  },
)

const once = (outbox: Outbox<unknown>, type: 'drained') =>
  new Promise<void>((resolve) => outbox.on(type, () => resolve()))
