import { afterEach, describe, expect, it, vi } from 'vitest'
import type { StoredAuditRecord } from '../../../src/entry.ts'
import type { Store, StoreChange } from '../../../src/store/contract.ts'
import type { IdbStoreOptions } from '../../../src/store/idb/index.ts'
import { idbStore } from '../../../src/store/idb/index.ts'
import {
  auditOf,
  delivered,
  died,
  draft,
  drafts,
  expectBalance,
  headOf,
  idsOf,
  leased,
  nextChange,
  pendingIds,
  pendingOf,
  retried,
  take,
} from '../../../src/testing/contract/bench.ts'
import { deleteDatabase, freshPlace } from './place.ts'
import { keysOf, overwrite, valuesOf } from './raw.ts'

interface Bench {
  readonly store: Store
  /** The name of the database. */
  readonly database: string
  /** Another store object on it. */
  other(): Store
}

async function onBench(
  test: (bench: Bench) => Promise<void>,
  options: Omit<IdbStoreOptions, 'name'> = {},
): Promise<void> {
  const opened: Store[] = []
  const place = freshPlace((name) => {
    const store = idbStore({ name, ...options })
    opened.push(store)
    return store
  })
  try {
    await test({ store: place.open(), database: `xstate-outbox/${place.name}`, other: place.open })
  } finally {
    vi.restoreAllMocks()
    for (const store of opened) await store.close()
    await place.dispose()
  }
}

afterEach(() => {
  vi.restoreAllMocks()
})

/** What the store says on its channel, heard by somebody who says nothing. */
function overhear(database: string) {
  const channel = new BroadcastChannel(database)
  const kinds: string[] = []
  channel.addEventListener('message', ({ data }: MessageEvent<readonly { readonly kind: string }[]>) => {
    kinds.push(...data.map(({ kind }) => kind))
  })
  return { channel, kinds }
}

/** From now on a write fails with the error that this answers for its value, if any. */
function failWrites(errorFor: (value: unknown) => DOMException | undefined): { mend(): void } {
  const spies = (['put', 'add'] as const).map((name) => {
    const write = IDBObjectStore.prototype[name]
    return vi.spyOn(IDBObjectStore.prototype, name).mockImplementation(function (this: IDBObjectStore, value, key) {
      const error = errorFor(value)
      if (error !== undefined) throw error
      return write.call(this, value, key)
    })
  })
  return {
    mend() {
      for (const spy of spies) spy.mockRestore()
    },
  }
}

describe('idbStore', () => {
  it('says what an append survives', () => {
    expect(idbStore({ name: 'any' }).durability).toBe('disk')
    expect(idbStore({ name: 'any', durability: 'relaxed' }).durability).toBe('os')
  })

  it.each([
    [{ name: '' }, '`name` must be a text of 1 to 128 characters, got ""'],
    [{ name: 'x'.repeat(129) }, /^`name` must be a text of 1 to 128 characters, got "x+"$/],
    [{ name: 'a', durability: 'paper' }, "`durability` must be 'strict' or 'relaxed', got \"paper\""],
    [{ name: 'a', auditLimit: -1 }, '`auditLimit` must be an integer >= 0, got -1'],
    [{ name: 'a', folder: 'b' }, '`folder` is not an option of idbStore, got "b"'],
  ])('refuses the options %j', (options, message) => {
    expect(() => idbStore(options as IdbStoreOptions)).toThrow(
      expect.objectContaining({ code: 'OUTBOX_OPTION', message: expect.stringMatching(message) as string }),
    )
  })

  it('opens nothing before it is used', async () => {
    const name = crypto.randomUUID()
    const open = vi.spyOn(indexedDB, 'open')
    await idbStore({ name }).close()
    expect(open).not.toHaveBeenCalled()
    expect((await indexedDB.databases()).map((database) => database.name)).not.toContain(`xstate-outbox/${name}`)
  })

  it.each([
    ['strict', ['strict', 'relaxed']],
    ['relaxed', ['relaxed', 'relaxed']],
  ] as const)('waits for the disk where it says so: durability %s', (durability, expected) =>
    onBench(
      async ({ store }) => {
        await store.counts()
        await leased(store, async (lease) => {
          const transaction = vi.spyOn(IDBDatabase.prototype, 'transaction')
          const durabilities = () => transaction.mock.results.map(({ value }) => (value as IDBTransaction).durability)
          await store.append(drafts(1))
          const [append] = durabilities()
          const head = await headOf(store)
          transaction.mockClear()
          await store.settle([delivered(head)], lease)
          expect([append, ...durabilities()]).toEqual(expected)
        })
      },
      { durability },
    ),
  )

  it('keeps appends that were begun together in few transactions', () =>
    onBench(async ({ store }) => {
      await store.counts()
      const transaction = vi.spyOn(IDBDatabase.prototype, 'transaction')
      await Promise.all(drafts(500).map((each) => store.append([each])))
      expect(transaction.mock.calls.length).toBeLessThanOrEqual(2)
      expect(await pendingIds(store)).toEqual(idsOf(drafts(500)))
    }))

  it('refuses each of the appends that share a transaction when it fails, and keeps nothing of them', () =>
    onBench(async ({ store }) => {
      await store.append(drafts(1))
      const writes = failWrites(() => new DOMException('the disk is broken', 'UnknownError'))
      const appends = await Promise.allSettled(drafts(3, 2).map((each) => store.append([each])))
      writes.mend()
      expect(appends).toMatchObject([
        { reason: { code: 'OUTBOX_STORE' } },
        { reason: { code: 'OUTBOX_STORE' } },
        { reason: { code: 'OUTBOX_STORE' } },
      ])
      expect(await pendingIds(store)).toEqual(['entry-1'])
      expect(await store.counts()).toMatchObject({ pending: 1, totals: { enqueued: 1 } })
    }))

  it('keeps the other appends of a transaction in which one does not fit, each as a whole', () =>
    onBench(async ({ store }) => {
      failWrites((value) =>
        (value as { readonly id?: string }).id === 'entry-3'
          ? new DOMException('full', 'QuotaExceededError')
          : undefined,
      )
      const calls = [drafts(1), drafts(3, 2), drafts(2, 5)]
      const appends = await Promise.allSettled(calls.map((each) => store.append(each)))
      expect(appends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
      expect(appends[1]).toMatchObject({ reason: { code: 'OUTBOX_QUOTA' } })
      expect(await pendingIds(store)).toEqual(['entry-1', 'entry-5', 'entry-6'])
      expect(await store.counts()).toMatchObject({ pending: 3, totals: { enqueued: 3 } })
    }))

  it('answers an append when the transaction is complete, and not before', () =>
    onBench(async ({ store }) => {
      await store.counts()
      let isComplete = false
      const begin = IDBDatabase.prototype.transaction
      vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementation(function (this: IDBDatabase, ...how) {
        const transaction = begin.apply(this, how)
        transaction.addEventListener('complete', () => (isComplete = true))
        return transaction
      })
      await store.append(drafts(1))
      expect(isComplete).toBe(true)
    }))
})

describe('idbStore with a connection that goes away', () => {
  it('opens another one when the browser has closed it', () =>
    onBench(async ({ store }) => {
      const connections = new Set<IDBDatabase>()
      const begin = IDBDatabase.prototype.transaction
      vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementation(function (this: IDBDatabase, ...how) {
        connections.add(this)
        return begin.apply(this, how)
      })
      await store.append(drafts(1))
      for (const connection of connections) connection.close()
      await store.append(drafts(1, 2))
      for (const connection of connections) connection.close()
      expect(await pendingIds(store)).toEqual(['entry-1', 'entry-2'])
      for (const connection of connections) connection.close()
      expect(await store.control()).toEqual({ paused: false })
      expect(connections.size).toBe(4)
    }))

  it('does not keep an append twice when the connection breaks after the commit', () =>
    onBench(async ({ store }) => {
      await store.counts()
      const begin = IDBDatabase.prototype.transaction
      const spy = vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementation(function (
        this: IDBDatabase,
        ...how
      ) {
        const transaction = begin.apply(this, how)
        if (transaction.mode !== 'readwrite') return transaction
        spy.mockRestore()
        // What has been committed is reported as aborted, as when the process that does it is gone.
        queueMicrotask(() => {
          const { onabort } = transaction
          transaction.oncomplete = () => onabort?.call(transaction, new Event('abort'))
        })
        return transaction
      })
      await Promise.all([store.append(drafts(2)), store.append(drafts(1, 3))])
      expect(await pendingIds(store)).toEqual(['entry-1', 'entry-2', 'entry-3'])
      expect(await store.counts()).toMatchObject({ pending: 3, totals: { enqueued: 3 } })
    }))

  it('lets go of a database that somebody deletes, and starts anew', () =>
    onBench(async ({ store, database }) => {
      await store.append(drafts(3))
      const lease = await take(store)
      const head = await headOf(store)
      await deleteDatabase(database)
      expect(await store.counts()).toMatchObject({ pending: 0, totals: { enqueued: 0 } })
      await store.append(drafts(1, 4))
      await expect(store.settle([delivered(head)], lease)).rejects.toMatchObject({ code: 'OUTBOX_LEASE_LOST' })
      expect(await pendingIds(store)).toEqual(['entry-4'])
      await lease.release()
    }))

  it('is opened in advance when it is told to, once', () =>
    onBench(async ({ store }) => {
      const open = vi.spyOn(indexedDB, 'open')
      store.warmUp?.()
      expect(open).toHaveBeenCalledTimes(1)
      await store.append(drafts(1))
      expect(open).toHaveBeenCalledTimes(1)
    }))

  it('opens at its first use where that failed in advance', () =>
    onBench(async ({ store }) => {
      const open = vi.spyOn(indexedDB, 'open').mockImplementationOnce(() => {
        throw new DOMException('storage is blocked', 'SecurityError')
      })
      store.warmUp?.()
      await new Promise((resolve) => setTimeout(resolve))
      await store.append(drafts(1))
      expect(open).toHaveBeenCalledTimes(2)
    }))

  it('says what is wrong when the database does not open, and goes on when it does', () =>
    onBench(async ({ store }) => {
      const open = vi.spyOn(indexedDB, 'open').mockImplementation(() => {
        throw new DOMException('storage is blocked', 'SecurityError')
      })
      await expect(store.append(drafts(1))).rejects.toMatchObject({
        code: 'OUTBOX_STORE',
        message: expect.stringContaining('SecurityError: storage is blocked') as string,
      })
      await expect(store.counts()).rejects.toMatchObject({ code: 'OUTBOX_STORE' })
      open.mockRestore()
      await store.append(drafts(1))
      expect(await pendingIds(store)).toEqual(['entry-1'])
    }))
})

describe('idbStore with records that cannot be read', () => {
  it.each([
    ['null', null],
    ['a text', 'garbage'],
    ['an empty object', {}],
    ['an entry without a body', { v: 1, id: 'entry-2', codec: 'json', lane: '' }],
    ['a record of no known format', { v: 0, id: 'entry-2' }],
  ])('moves %s aside in the place of an entry, tells of it, and goes on with the rest', (_, garbage) =>
    onBench(async ({ store, database, other }) => {
      await store.append(drafts(5))
      await overwrite(database, 2, garbage)
      const heard: StoreChange[] = []
      const heardElsewhere: StoreChange[] = []
      const second = other()
      const isOfRecords = ({ kind }: StoreChange) => kind === 'quarantined'
      const unwatch = [
        store.watch((change) => heard.push(change)),
        second.watch((change) => heardElsewhere.push(change)),
      ]
      expect(await pendingIds(store)).toEqual(['entry-1', 'entry-3', 'entry-4', 'entry-5'])
      await vi.waitFor(() => expect(heardElsewhere.filter(isOfRecords)).toHaveLength(1))
      for (const end of unwatch) end()
      expect(heard.filter(isOfRecords)).toEqual([
        { kind: 'quarantined', reason: expect.stringContaining('entry') as string },
      ])
      const bytes = (await pendingOf(store)).reduce((sum, entry) => sum + entry.bytes, 0)
      expect(await store.counts()).toMatchObject({ pending: 4, bytes, totals: { enqueued: 5, quarantined: 1 } })
      expect(await valuesOf(database)).toContainEqual(
        expect.objectContaining({ kind: 'entry', key: 2, value: garbage }),
      )
    }),
  )

  it('does not answer an empty page because all of it is unreadable', () =>
    onBench(async ({ store, database }) => {
      await store.append(drafts(250))
      for (let seq = 1; seq <= 210; seq += 1) await overwrite(database, seq, seq)
      expect(idsOf(await store.read({ limit: 5 }))).toEqual(idsOf(drafts(5, 211)))
      expect(await store.counts()).toMatchObject({ pending: 40, totals: { quarantined: 210 } })
    }))

  it('moves an unreadable dead letter and audit record aside', () =>
    onBench(async ({ store, database }) => {
      await store.append(drafts(3))
      await leased(store, async (lease) => {
        const entries = await pendingOf(store)
        await store.settle(
          entries.map((entry) => died(entry)),
          lease,
        )
      })
      await overwrite(database, ['dead', 1], 'garbage')
      const [, second] = await auditOf(store)
      const place = (await keysOf(database)).find(
        (key) => Array.isArray(key) && key[0] === 'out' && key[1] === second?.seq,
      )
      await overwrite(database, place ?? NaN, { v: 1 })
      expect((await store.readDead({ limit: 9 })).map(({ entry }) => entry.id)).toEqual(['entry-2', 'entry-3'])
      expect(idsOf(await store.readAudit({ limit: 9 }))).toEqual(['entry-1', 'entry-3'])
      expect(await store.counts()).toMatchObject({ dead: 2, totals: { enqueued: 3, quarantined: 1 } })
    }))

  it.each([
    ['arrivals are lost', 'in', undefined],
    ['arrivals are broken', 'in', { v: 1, numbers: 'many' }],
    ['departures are lost', 'out', undefined],
    ['departures are broken', 'out', { v: 1, numbers: 'many' }],
  ])('counts anew what is there when its %s, and gives no number twice', (_, book, garbage) =>
    onBench(async ({ store, database, other }) => {
      await store.append(drafts(4))
      const lease = await take(store)
      await store.settle([delivered(await headOf(store))], lease)
      await lease.release()
      await store.close()
      for (const key of await keysOf(database)) {
        if (Array.isArray(key) && key[0] === book) await overwrite(database, key, garbage)
      }
      const bytes = drafts(3, 2).reduce((sum, each) => sum + each.bytes, 0)
      const second = other()
      expect(await second.counts()).toMatchObject({ pending: 3, bytes, dead: 0 })
      await expectBalance(second)
      await second.append(drafts(1, 5))
      expect(await pendingIds(second)).toEqual(idsOf(drafts(4, 2)))
      const next = await take(second)
      expect(next.epoch).toBeGreaterThan(lease.epoch)
      await second.settle([delivered(await headOf(second))], next)
      await next.release()
      expect(await store.counts()).toMatchObject({ pending: 3, dead: 0 })
      await expectBalance(store)
    }),
  )

  it('leaves alone what a later version has written, and says so', () =>
    onBench(async ({ store, database }) => {
      await store.append(drafts(2))
      await overwrite(database, 1, { v: 2, whatever: true })
      await expect(store.read({ limit: 1 })).rejects.toMatchObject({ code: 'OUTBOX_FORMAT' })
      await overwrite(database, ['in', 9, ''], { v: 2, whatever: true })
      await store.close()
      await expect(store.append(drafts(1))).rejects.toMatchObject({ code: 'OUTBOX_FORMAT' })
      await expect(store.counts()).rejects.toMatchObject({ code: 'OUTBOX_FORMAT' })
      expect(await valuesOf(database)).toContainEqual({ v: 2, whatever: true })
    }))
})

describe('idbStore with entries that have left', () => {
  const bodiesIn = async (database: string) =>
    (await valuesOf(database)).filter((value) => typeof value === 'object' && value !== null && 'body' in value).length

  it('takes them out of the database a few at a time, all of them when nothing waits or the lease is given up', () =>
    onBench(async ({ store, database }) => {
      await store.append(drafts(110))
      await leased(store, async (lease) => {
        for (const entry of (await pendingOf(store)).slice(0, 100)) await store.settle([delivered(entry)], lease)
        expect(await bodiesIn(database)).toBeLessThan(10 + 64)
      })
      expect(await bodiesIn(database)).toBe(10)
      await leased(store, async (lease) => {
        for (const entry of await pendingOf(store)) await store.settle([delivered(entry)], lease)
        expect(await bodiesIn(database)).toBe(0)
      })
    }))

  it('does not show them to anyone, settle, cancel or count them again', () =>
    onBench(async ({ store, database, other }) => {
      await store.append(drafts(10))
      const lease = await take(store)
      const entries = await pendingOf(store)
      for (const entry of entries.slice(0, 5)) await store.settle([delivered(entry)], lease)
      expect(await bodiesIn(database)).toBeGreaterThan(5)
      const second = other()
      expect(await pendingIds(second)).toEqual(idsOf(drafts(5, 6)))
      expect((await second.counts()).oldestAt).toBe(entries[5]?.enqueuedAt)
      expect(await second.cancel(['entry-1', 'entry-5', 'entry-10'])).toBe(1)
      await store.settle(
        entries.slice(0, 6).map((entry) => died(entry)),
        lease,
      )
      expect(await pendingIds(second)).toEqual(idsOf(drafts(3, 7)))
      expect(await second.counts()).toMatchObject({
        pending: 3,
        dead: 1,
        totals: { enqueued: 10, delivered: 5, cancelled: 1 },
      })
      await lease.release()
    }))

  it('gives a new entry no number of theirs, even where the arrivals are lost', () =>
    onBench(async ({ store, database }) => {
      await store.append(drafts(5))
      await leased(store, async (lease) => {
        for (const entry of await pendingOf(store)) await store.settle([delivered(entry)], lease)
      })
      await store.close()
      for (const key of await keysOf(database)) {
        if (Array.isArray(key) && key[0] === 'in') await overwrite(database, key, undefined)
      }
      await store.append(drafts(1, 6))
      expect(await pendingIds(store)).toEqual(['entry-6'])
      await expectBalance(store)
    }))
})

describe('idbStore without room', () => {
  /** Nothing fits from now on; what is removed needs none. */
  const fill = () => failWrites(() => new DOMException('full', 'QuotaExceededError'))

  it('grants leases, records deliveries, and adds up when there is room again', () =>
    onBench(async ({ store, other }) => {
      await store.append(drafts(4))
      const full = fill()
      await leased(store, async (lease) => {
        await store.settle([delivered(await headOf(store))], lease)
        await store.settle([delivered(await headOf(store))], lease)
      })
      for (const each of [store, other()]) {
        expect(await each.counts()).toMatchObject({ pending: 2, totals: { enqueued: 4, delivered: 2 } })
      }
      await expect(store.append(drafts(1, 5))).rejects.toMatchObject({ code: 'OUTBOX_QUOTA' })
      full.mend()
      await store.append(drafts(1, 5))
      expect(await pendingIds(other())).toEqual(['entry-3', 'entry-4', 'entry-5'])
      expect(await other().counts()).toMatchObject({ pending: 3, totals: { enqueued: 5, delivered: 2 } })
    }))

  it('knows the tries of an entry though they cannot be written down, and keeps the one that dies', () =>
    onBench(async ({ store }) => {
      await store.append(drafts(2))
      const full = fill()
      await leased(store, async (lease) => {
        const head = await headOf(store)
        await store.settle([retried(head, 1)], lease)
        expect(await headOf(store)).toMatchObject({ id: 'entry-1', attempts: 1 })
        await expect(store.settle([died(head)], lease)).rejects.toMatchObject({ code: 'OUTBOX_QUOTA' })
        full.mend()
        await store.settle([retried(head, 2)], lease)
        expect(await headOf(store)).toMatchObject({ id: 'entry-1', attempts: 2 })
      })
      expect(await store.counts()).toMatchObject({ pending: 2, dead: 0 })
    }))

  it('adds up when another tab cancels an entry while the storage is full and one drains', () =>
    onBench(async ({ store, other }) => {
      await store.append(drafts(4))
      const heard = nextChange(store, 'removed')
      await leased(store, async (lease) => {
        const [first, second, , fourth] = await store.read({ limit: 9 })
        if (!first || !second || !fourth) throw new Error('four entries are pending')
        await store.settle([delivered(first)], lease)
        await store.settle([delivered(second)], lease)
        const full = fill()
        await other().cancel(['entry-3'])
        await heard
        full.mend()
        await store.append(drafts(1, 5))
        await store.settle([delivered(fourth)], lease)
        for (const each of [store, other()]) {
          expect(await each.counts()).toMatchObject({ pending: 1, totals: { enqueued: 5 } })
          await expectBalance(each)
        }
      })
    }))

  it('cancels entries and discards dead letters', () =>
    onBench(async ({ store }) => {
      await store.append(drafts(3))
      await leased(store, async (lease) => store.settle([died(await headOf(store))], lease))
      fill()
      expect(await store.cancel(['entry-2'])).toBe(1)
      expect(await store.discard(['entry-1'])).toBe(1)
      expect(await pendingIds(store)).toEqual(['entry-3'])
      expect(await store.counts()).toMatchObject({ pending: 1, dead: 0, totals: { enqueued: 3, discarded: 1 } })
    }))
})

describe('the lease of an idbStore', () => {
  it('is lost when somebody steals the lock', () =>
    onBench(async ({ store, database }) => {
      await store.append([draft(1)])
      const lease = await take(store)
      await navigator.locks.request(database, { steal: true }, () => undefined)
      await vi.waitFor(() => expect(lease.lost.aborted).toBe(true))
      await lease.release()
    }))

  it('goes to the next in line when its number cannot be written', () =>
    onBench(async ({ store, other }) => {
      await store.counts()
      const writes = failWrites(() => new DOMException('broken', 'UnknownError'))
      await expect(take(store)).rejects.toMatchObject({ code: 'OUTBOX_STORE' })
      writes.mend()
      const lease = await take(other())
      await lease.release()
    }))
})

describe('idbStore in a context', () => {
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

  it('that is alone tells nobody of what happens all the time, and everybody who comes that it has happened', () =>
    onBench(async ({ store, database }) => {
      const { channel, kinds } = overhear(database)
      const unwatch = store.watch(() => {})
      await store.append(drafts(1))
      store.announce?.({ from: 'a', events: [] })
      await leased(store, async (lease) => store.settle([delivered(await headOf(store))], lease))
      await pause(50)
      expect(kinds).toEqual(['hello'])

      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- that is a window's; a channel stays within its origin
      channel.postMessage([{ kind: 'hello' }])
      await vi.waitFor(() => expect(kinds).toEqual(['hello', 'appended', 'removed']))
      store.announce?.({ from: 'a', events: [] })
      await store.append(drafts(1, 2))
      await vi.waitFor(() => expect(kinds.slice(3)).toEqual(['news', 'appended']))
      unwatch()
      channel.close()
    }))

  it('that does not listen tells everything, and one that listens again introduces itself again', () =>
    onBench(async ({ store, database }) => {
      const { channel, kinds } = overhear(database)
      await store.append(drafts(1))
      await vi.waitFor(() => expect(kinds).toEqual(['appended']))
      store.watch(() => {})()
      store.watch(() => {})()
      await vi.waitFor(() => expect(kinds.slice(1)).toEqual(['hello', 'hello']))
      channel.close()
    }))

  it('that is alone says all the same what hardly ever happens, and what it wishes', () =>
    onBench(async ({ store, database }) => {
      const { channel, kinds } = overhear(database)
      const unwatch = store.watch(() => {})
      store.announce?.({ from: 'a', ask: { type: 'flush' } })
      await store.setControl({ paused: true })
      await vi.waitFor(() => expect(kinds).toEqual(['hello', 'news', 'control']))
      unwatch()
      channel.close()
    }))

  it('that comes back to a page says so, since it may have missed others', () =>
    onBench(async ({ store, database }) => {
      const { channel, kinds } = overhear(database)
      const unwatch = store.watch(() => {})
      globalThis.dispatchEvent(new Event('pageshow'))
      await vi.waitFor(() => expect(kinds).toEqual(['hello', 'hello']))
      unwatch()
      globalThis.dispatchEvent(new Event('pageshow'))
      await pause(50)
      expect(kinds).toHaveLength(2)
      channel.close()
    }))
})

it('an idbStore passes over what has left and is still to be swept out', () =>
  onBench(async ({ store, database, other }) => {
    await store.append(drafts(7))
    await leased(store, async (lease) => {
      for (const entry of (await store.read({ limit: 7 })).slice(0, 5)) await store.settle([delivered(entry)], lease)
      // With the first of them all that was known to have left was swept out.
      expect((await keysOf(database)).filter((key) => typeof key === 'number')).toHaveLength(6)
      const late = other()
      expect(await late.counts()).toMatchObject({ pending: 2, oldestAt: draft(6).enqueuedAt })
      for (const [limit, ids] of [
        [1, ['entry-6']],
        [4, ['entry-6', 'entry-7']],
        [5, ['entry-6']],
        [6, ['entry-6', 'entry-7']],
      ] as const) {
        expect(idsOf(await late.read({ limit }))).toEqual(ids)
      }
    })
  }))

describe('idbStore with old pages', () => {
  const pagesIn = async (database: string, book: 'in' | 'out') =>
    (await keysOf(database)).filter((key) => Array.isArray(key) && key[0] === book).length

  async function historyOf(store: Store): Promise<readonly StoredAuditRecord[]> {
    const all: StoredAuditRecord[] = []
    for (;;) {
      const page = await store.readAudit({ limit: 100, after: all.at(-1)?.seq ?? -Infinity })
      if (page.length === 0) return all
      all.push(...page)
    }
  }

  it('tears them out, and lets nobody go on from a page that was torn out', () =>
    onBench(async ({ store, database, other }) => {
      const sleeper = other()
      await sleeper.append(drafts(1))
      for (let number = 2; number <= 400; number += 1) await store.append(drafts(1, number))
      const left = await pagesIn(database, 'in')
      expect(left).toBeGreaterThan(1)
      expect(left).toBeLessThan(250)
      await leased(store, async (lease) => store.settle((await pendingOf(store)).map(delivered), lease))
      await sleeper.append(drafts(1, 401))
      expect(await store.counts()).toMatchObject({ pending: 1, totals: { enqueued: 401, delivered: 400 } })
      expect(await pendingIds(store)).toEqual(['entry-401'])
    }))

  it.each([100, 400])('keeps those that hold the last %d audit records', (auditLimit) =>
    onBench(
      async ({ store, database }) => {
        const total = auditLimit + 500
        await store.append(drafts(total))
        await leased(store, async (lease) => {
          for (const entry of await pendingOf(store)) await store.settle([delivered(entry)], lease)
        })
        const left = await pagesIn(database, 'out')
        expect(left).toBeGreaterThanOrEqual(auditLimit)
        expect(left).toBeLessThan(auditLimit + 250)
        const audit = await historyOf(store)
        expect(idsOf(audit.slice(-auditLimit))).toEqual(idsOf(drafts(auditLimit, total - auditLimit + 1)))
        expect(await store.counts()).toMatchObject({ pending: 0, totals: { delivered: total } })
      },
      { auditLimit },
    ),
  )

  it('tears out none before there can be an old one, nor one of those that cannot be told from new ones', () =>
    onBench(async ({ store, database }) => {
      await store.append(drafts(300))
      await leased(store, async (lease) => {
        for (const entry of await pendingOf(store)) await store.settle([delivered(entry)], lease)
      })
      expect(await pagesIn(database, 'out')).toBeGreaterThanOrEqual(300)
      expect(await historyOf(store)).toHaveLength(300)
    }))
})
