import { appendFile, copyFile, readdir, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { StoreChange } from '../../src/store/contract.ts'
import {
  deadIds,
  deliverAll,
  delivered,
  died,
  draft,
  drafts,
  expectBalance,
  headOf,
  leased,
  pendingIds,
} from '../contract/harness.ts'
import { inDirectory, processOfBoot, withStore } from './support/places.ts'

/** Each life is one of a process that is dead in the next. */
const life = (boot: number, settings = {}) => ({ processes: processOfBoot(boot), pollMs: 5, staleMs: 50, ...settings })

const named = async (directory: string, start: string) =>
  (await readdir(directory))
    .filter((name) => name.startsWith(start))
    .toSorted()
    .map((name) => join(directory, name))
const firstOf = async (directory: string, start: string) => (await named(directory, start))[0] ?? ''
const lastOf = async (directory: string, start: string) => (await named(directory, start)).at(-1) ?? ''

/** Appends so many entries one by one and delivers the first of them. */
async function begin(directory: string, count: number, deliveries: number, settings = {}): Promise<void> {
  await withStore(directory, life(1, settings), async (store) => {
    for (const each of drafts(count)) await store.append([each])
    await leased(store, async (lease) => {
      for (let left = deliveries; left > 0; left -= 1) await store.settle([delivered(await headOf(store))], lease)
    })
  })
}

describe('an fs store whose files were damaged', () => {
  it('tells of a damaged entry that it met before it had the lease, and counts it as pending no more', () =>
    inDirectory(async (directory) => {
      await begin(directory, 3, 0)
      const segment = await firstOf(directory, 'seg-')
      const data = await readFile(segment)
      data.write('"entry-X"', data.indexOf('"entry-1"'))
      await writeFile(segment, data)
      await withStore(directory, life(2), async (store) => {
        const changes: StoreChange[] = []
        store.watch((change) => changes.push(change))
        expect(await pendingIds(store)).toEqual(['entry-2', 'entry-3'])
        expect(await store.counts()).toMatchObject({ pending: 3 })
        await leased(store, async () => {
          expect(await pendingIds(store)).toEqual(['entry-2', 'entry-3'])
          expect(await store.counts()).toMatchObject({ pending: 2, totals: { quarantined: 1 } })
        })
        expect(changes.filter(({ kind }) => kind === 'quarantined')).toHaveLength(1)
      })
    }))

  it.each(['cut', 'emptied', 'removed'])(
    'keeps what is appended after the segment with settled entries was %s',
    (how) =>
      inDirectory(async (directory) => {
        await begin(directory, 9, 6, { segmentBytes: 100_000 })
        const segment = await lastOf(directory, 'seg-')
        if (how === 'removed') await rm(segment)
        else await truncate(segment, how === 'cut' ? 600 : 0)
        const fresh = drafts(9, 21)
        await withStore(directory, life(2), async (store) => {
          for (const each of fresh) await store.append([each])
          expect((await pendingIds(store)).slice(-9)).toEqual(fresh.map(({ id }) => id))
          await leased(store, async () => {
            expect(await store.counts()).toMatchObject({ pending: (await pendingIds(store)).length })
          })
          await expectBalance(store)
        })
        await withStore(directory, life(3), async (store) => {
          expect((await pendingIds(store)).slice(-9)).toEqual(fresh.map(({ id }) => id))
          await deliverAll(store)
          expect(await store.counts()).toMatchObject({ pending: 0, bytes: 0 })
        })
      }),
  )

  it('reads a segment once behind which a copy of it was appended, and goes on behind both', () =>
    inDirectory(async (directory) => {
      await begin(directory, 4, 0)
      const segment = await firstOf(directory, 'seg-')
      const { size } = await stat(segment)
      await truncate(segment, size - 64)
      await appendFile(segment, await readFile(segment))
      await withStore(directory, life(2), async (store) => {
        expect(await pendingIds(store)).toEqual(drafts(4).map(({ id }) => id))
        await store.append([draft(5)])
        expect(await pendingIds(store)).toEqual(drafts(5).map(({ id }) => id))
        await deliverAll(store)
        expect(await store.counts()).toMatchObject({ pending: 0, totals: { enqueued: 5, delivered: 5 } })
      })
    }))

  it('takes no record of a journal for a frame of the segment under whose name it came to stand', () =>
    inDirectory(async (directory) => {
      await begin(directory, 4, 2)
      const journal = await lastOf(directory, 'journal-1-')
      await copyFile(journal, join(directory, 'seg-0-1.log.copy'))
      await rm(join(directory, 'seg-0-1.log'))
      await rename(join(directory, 'seg-0-1.log.copy'), join(directory, 'seg-0-1.log'))
      const fresh = drafts(6, 21)
      await withStore(directory, life(2), async (store) => {
        for (const each of fresh) await store.append([each])
        expect(await pendingIds(store)).toEqual(fresh.map(({ id }) => id))
        await expectBalance(store)
      })
    }))

  it('brings no dead letter back because the record of its death stands there twice', () =>
    inDirectory(async (directory) => {
      await withStore(directory, life(1), async (store) => {
        await store.append(drafts(2))
        await leased(store, async (lease) => {
          await store.settle([died(await headOf(store))], lease)
          await store.requeue([{ id: 'entry-1' }], 2e12)
        })
      })
      const journal = await lastOf(directory, 'journal-')
      await appendFile(journal, await readFile(journal))
      await withStore(directory, life(2), async (store) => {
        await expectBalance(store)
        expect(await deadIds(store)).toEqual([])
        expect(await store.counts()).toMatchObject({ pending: 2, totals: { enqueued: 2 } })
      })
    }))

  it.each(['null', '0', '"x"', '[]', '{"pid":null}', ''])('takes the lease when the last one holds %j', (text) =>
    inDirectory(async (directory) => {
      await begin(directory, 2, 1)
      await writeFile(await lastOf(directory, 'lease-'), text)
      await withStore(directory, life(2), deliverAll)
    }),
  )

  it.each(['lease-4294967296', 'journal-999999999999999-0.log', 'seg-0-4294967295.log', 'lease-01', 'seg-00-1.log'])(
    'does not take %s, whose number it would never write, for one of its files',
    (name) =>
      inDirectory(async (directory) => {
        await begin(directory, 2, 1)
        await writeFile(join(directory, name), 'x')
        await withStore(directory, life(2), async (store) => {
          await store.append([draft(3)])
          await deliverAll(store)
          expect(await store.counts()).toMatchObject({ pending: 0, totals: { delivered: 3 } })
        })
        expect(await readdir(directory)).toContain(name)
      }),
  )
})
