import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Store, StoreChange } from '../../src/store/contract.ts'
import { createLeaseFile } from '../../src/store/fs/leaseFile.ts'
import type { Settings } from '../../src/store/fs/settings.ts'
import {
  delivered,
  died,
  drafts,
  headOf,
  killAll,
  leased,
  pendingIds,
  pendingOf,
  retried,
  take,
} from '../../src/testing/contract/bench.ts'
import { inDirectory, tunedStore } from './support/places.ts'
import { createWatchedDisk } from './support/watchedDisk.ts'

const never = 2 ** 30
const still = { reserveBytes: 0, syncMs: never, idleSyncMs: never, pollMs: never } as const
const wish = { ask: { type: 'flush' } }

/** A disk, and stores on it on which nothing happens by itself. */
function place() {
  const disk = createWatchedDisk()
  const processes: Settings['processes'] = { self: () => ({ pid: 1 }), fateOf: () => 'running' }
  return {
    ...disk,
    processes,
    open: (settings: Partial<Settings> = {}) =>
      tunedStore('/box', { ...still, files: disk.files, processes, ...settings }),
    /** The files that are open. */
    left: disk.open,
  }
}

/** What each of so many watchers hears while `what` is done. */
async function heardBy(watchers: number, store: Store, what: () => unknown): Promise<StoreChange[][]> {
  const heard = Array.from({ length: watchers }, (): StoreChange[] => [])
  const unwatch = heard.map((changes) => store.watch((change) => changes.push(change)))
  await what()
  await Promise.resolve()
  for (const each of unwatch) each()
  return heard
}

afterEach(() => {
  vi.useRealTimers()
})

describe('who watches a store object that several use', () => {
  const twice = (change: StoreChange) => [[change], [change]]

  it('hears that entries were appended', async () => {
    const store = place().open()
    await store.append(drafts(1))
    expect(await heardBy(2, store, () => store.append(drafts(1, 2)))).toEqual(twice({ kind: 'appended' }))
    await store.close()
  })

  it('hears that entries were settled, but not that one is only to be tried again', async () => {
    const store = place().open()
    await store.append(drafts(4))
    const lease = await take(store)
    const [first, second, third, fourth] = await pendingOf(store)
    if (!first || !second || !third || !fourth) throw new Error('all are pending')
    expect(await heardBy(2, store, () => store.settle([retried(first, 1)], lease))).toEqual([[], []])
    for (const settlements of [[delivered(first)], [retried(second, 1), delivered(third)], [died(fourth)]]) {
      expect(await heardBy(2, store, () => store.settle(settlements, lease))).toEqual(twice({ kind: 'removed' }))
    }
    await store.close()
  })

  it('hears nothing of what it did by itself when it is alone', async () => {
    const store = place().open()
    const did = async () => {
      await store.append(drafts(1))
      await leased(store, async (lease) => store.settle([delivered(await headOf(store))], lease))
    }
    expect(await heardBy(1, store, did)).toEqual([[]])
    await store.close()
  })
})

describe('who watches a store object', () => {
  it('hears of dead letters that return or go and entries that are cancelled, if there are any', async () => {
    const store = place().open()
    await store.append(drafts(2))
    await killAll(store)
    await store.append(drafts(1, 3))
    const kinds = async (what: () => unknown) => (await heardBy(1, store, what)).flat()
    for (const nothing of [
      () => store.requeue([{ id: 'nobody' }], 1),
      () => store.discard(['nobody']),
      () => store.cancel(['nobody']),
    ]) {
      expect(await kinds(nothing)).toEqual([])
    }
    expect(await kinds(() => store.requeue([{ id: 'entry-1' }], 1))).toContainEqual({ kind: 'appended' })
    expect(await kinds(() => store.discard(['entry-2']))).toEqual([{ kind: 'removed' }])
    expect(await kinds(() => store.cancel(['entry-3']))).toEqual([{ kind: 'removed' }])
    expect(await kinds(() => store.destroy())).toEqual([{ kind: 'removed' }])
  })

  it('hears what others do without asking', async () => {
    const { open } = place()
    const other = open()
    const store = open({ pollMs: 1 })
    await store.counts()
    const heard: StoreChange[] = []
    store.watch((change) => heard.push(change))
    await other.append(drafts(1))
    await expect.poll(() => heard, { interval: 1 }).toContainEqual({ kind: 'appended' })
    await store.close()
    await other.close()
  })
})

describe('news', () => {
  it('that are no wish are not left on the disk', async () => {
    const { open, names } = place()
    const store = open()
    for (const news of ['ask', 7, null, undefined, {}, { progress: 1 }]) store.announce?.(news)
    await store.close()
    expect(names()).toEqual([])
  })

  it('are left on the disk when they are a wish, unless the lease is held here', async () => {
    const { open, names } = place()
    const store = open()
    const lease = await take(store)
    store.announce?.(wish)
    expect(await store.cancel(['nobody'])).toBe(0)
    expect(names().filter((name) => name.startsWith('seg-'))).toEqual([])
    await lease.release()
    store.announce?.(wish)
    await store.close()
    expect(names().filter((name) => name.startsWith('seg-'))).toEqual(['seg-0-1.log'])
  })
})

describe('a settlement', () => {
  it.each(['os', 'sync'] as const)('with ack: %s waits for the disk only if told to', async (ack) => {
    const { open, done } = place()
    const store = open({ ack })
    await store.append(drafts(2))
    const lease = await take(store)
    const head = await headOf(store)
    done.length = 0
    await store.settle([delivered(head)], lease)
    expect(done.length > 0).toBe(ack === 'sync')
    await store.close()
  })

  it('of what is settled already writes nothing', async () => {
    const { open, names, sizeOf } = place()
    const store = open()
    await store.append(drafts(2))
    const lease = await take(store)
    const head = await headOf(store)
    await store.settle([delivered(head)], lease)
    const sizes = () => names().map((name) => [name, sizeOf(name)])
    const before = sizes()
    await store.settle([delivered(head)], lease)
    expect(sizes()).toEqual(before)
    await store.close()
  })
})

/** A store that holds the lease and closes: it stands still where its journal is synced, until told to go on. */
async function closingStore() {
  const all = place()
  const store = all.open()
  await store.append(drafts(2))
  const lease = await take(store)
  const [first, second] = await pendingOf(store)
  if (!first || !second) throw new Error('both are pending')
  await store.settle([delivered(first)], lease)
  let goOn = () => {}
  const isThere = new Promise<void>((arrived) => {
    all.before('sync', () => {
      arrived()
      return new Promise<void>((resolve) => {
        goOn = resolve
      })
    })
  })
  const closed = store.close()
  await isThere
  return { ...all, store, lease, second, closed, goOn }
}

describe('while a store closes', () => {
  it('what is appended comes behind it, and is there for the next close to end', async () => {
    const { store, open, left, closed, goOn } = await closingStore()
    const appended = store.append(drafts(1, 3))
    goOn()
    await Promise.all([closed, appended])
    expect(await pendingIds(store)).toEqual(['entry-2', 'entry-3'])
    await store.close()
    expect(left()).toEqual([])
    const after = open()
    expect(await pendingIds(after)).toEqual(['entry-2', 'entry-3'])
    await after.close()
  })

  it('nothing is settled any more', async () => {
    const { store, lease, second, closed, goOn } = await closingStore()
    const refused = expect(store.settle([delivered(second)], lease)).rejects.toMatchObject({
      code: 'OUTBOX_LEASE_LOST',
    })
    goOn()
    await Promise.all([closed, refused])
    expect(await pendingIds(store)).toEqual(['entry-2'])
    await store.close()
  })

  it('a lease that is asked for is one with which the store that opens next can settle', async () => {
    const { store, second, left, closed, goOn } = await closingStore()
    const asked = take(store)
    goOn()
    await closed
    await store.settle([delivered(second)], await asked)
    expect(await pendingIds(store)).toEqual([])
    await store.close()
    expect(left()).toEqual([])
  })

  it('a watcher that comes leaves nothing that goes on', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const { store, closed, goOn } = await closingStore()
    store.watch(() => {})
    goOn()
    await closed
    expect(vi.getTimerCount()).toBe(0)
  })

  it('a wish is not left behind the end of the log', async () => {
    const { before, open, names, left } = place()
    const store = open()
    await store.append(drafts(1))
    before('close', () => store.announce?.(wish))
    await store.close()
    await store.close()
    expect([names(), left()]).toEqual([['seg-0-1.log'], []])
  })

  it('what is read leaves no file open', async () => {
    const { before, open, left } = place()
    const writer = open()
    for (const each of drafts(3)) await writer.append([each])
    await writer.close()
    const store = open()
    await store.read({ limit: 1 })
    let read: unknown
    before('close', () => {
      read = store.read({ limit: 1 })
    })
    await store.close()
    expect(await read).toMatchObject([{ id: 'entry-1' }])
    await store.close()
    expect(left()).toEqual([])
  })
})

it('a lease that another process holds is waited for', async () => {
  const { directory, processes, open } = place()
  const other = createLeaseFile(directory, processes, never).tryTake() ?? expect.fail()
  const store = open({ pollMs: 1 })
  let isGranted = false
  const asked = take(store).finally(() => {
    isGranted = true
  })
  expect(await store.counts()).toMatchObject({ pending: 0 })
  expect(isGranted).toBe(false)
  other.release()
  expect((await asked).epoch).toBe(other.epoch + 1)
  await store.close()
})

it('a store that was closed is closed again once it has been used again', async () => {
  const { open, left } = place()
  const store = open()
  for (const each of drafts(3)) {
    await store.append([each])
    await store.close()
    expect(left()).toEqual([])
  }
  expect(await pendingIds(store)).toHaveLength(3)
  await store.close()
})

it('a lease that is asked for right before the store closes can be used, and is given up when it closes again', () =>
  inDirectory(async (directory) => {
    for (let turns = 0; turns < 6; turns += 1) {
      const store = tunedStore(join(directory, `${turns}`))
      const asked = take(store)
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve()
      await store.close()
      const lease = await asked
      await store.append(drafts(1))
      if (!lease.lost.aborted) await store.settle([delivered(await headOf(store))], lease)
      await store.close()
      expect(lease.lost.aborted).toBe(true)
    }
  }))
