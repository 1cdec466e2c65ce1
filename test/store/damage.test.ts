import { copyFile, cp, readdir, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { StoreChange } from '../../src/store/contract.ts'
import {
  deadIds,
  delivered,
  deliverAll,
  draft,
  drafts,
  expectBalance,
  killAll,
  leased,
  pendingIds,
} from '../contract/harness.ts'
import { nodeFiles } from '../../src/store/fs/files.ts'
import { inDirectory, processOfBoot, tunedStore, withStore } from './support/places.ts'

const ids = (count: number, from = 1) => drafts(count, from).map(({ id }) => id)

/** Appends entries one by one, and closes the store without the mark that a clean end leaves. */
async function fill(directory: string, count: number, settings = {}): Promise<void> {
  await withStore(directory, { ...settings, processes: processOfBoot(1) }, async (store) => {
    for (const each of drafts(count)) await store.append([each])
  })
  const segment = await lastSegment(directory)
  await truncate(segment, (await stat(segment)).size - 64)
}

const named = async (directory: string, start: string) =>
  (await readdir(directory))
    .filter((name) => name.startsWith(start))
    .map((name) => join(directory, name))
    .toSorted()
const lastSegment = async (directory: string) => (await named(directory, 'seg-')).at(-1) ?? ''

/** A copy of a directory, for one more way to damage it. */
async function copyOf(directory: string, to: string): Promise<string> {
  await rm(to, { recursive: true, force: true })
  await cp(directory, to, { recursive: true })
  return to
}

describe('a damaged fs store', () => {
  it('opens with a torn tail of any length: all entries before it are there, and more can follow', () =>
    inDirectory(async (place) => {
      const directory = join(place, 'whole')
      await fill(directory, 3)
      const { size } = await stat(await lastSegment(directory))
      const lengths = Array.from({ length: size + 1 }, (_, length) => length).filter(
        (length) => length % 7 === 0 || size - length < 5,
      )
      for (const length of lengths) {
        const torn = await copyOf(directory, join(place, 'torn'))
        await truncate(await lastSegment(torn), length)
        await withStore(torn, { processes: processOfBoot(2) }, async (store) => {
          const kept = await pendingIds(store)
          expect(kept).toEqual(ids(kept.length))
          if (length === size) expect(kept).toHaveLength(3)
          else expect(kept.length).toBeLessThan(3)
          await store.append([draft(9)])
          expect(await pendingIds(store)).toEqual([...kept, 'entry-9'])
          await expectBalance(store)
        })
        await withStore(torn, { processes: processOfBoot(3) }, async (store) => {
          await deliverAll(store)
          expect(await store.counts()).toMatchObject({ pending: 0, totals: { quarantined: 0 } })
        })
      }
    }))

  it.each([0, 5_000])(
    'loses one record to a flipped byte, wherever it is, and says so, with room of %i bytes ahead',
    (room) =>
      inDirectory(async (place) => {
        const directory = join(place, 'whole')
        await fill(directory, 3)
        const segment = await lastSegment(directory)
        const { size } = await stat(segment)
        await truncate(segment, size + room)
        for (let at = 0; at < size; at += 5) {
          const flipped = await copyOf(directory, join(place, 'flipped'))
          const data = await readFile(segment)
          data[at] = (data[at] ?? 0) ^ 0x10
          await writeFile(await lastSegment(flipped), data)
          await withStore(flipped, { processes: processOfBoot(2) }, async (store) => {
            const changes: StoreChange[] = []
            store.watch((change) => changes.push(change))
            await leased(store, async () => {
              const kept = await pendingIds(store)
              const lost = ids(3).filter((id) => !kept.includes(id))
              expect(kept.length).toBeGreaterThanOrEqual(2)
              expect(kept).toEqual(ids(3).filter((id) => !lost.includes(id)))
              await expectBalance(store)
              expect((await store.counts()).pending).toBe(kept.length)
              await Promise.resolve()
              expect({ at, reports: changes.filter(({ kind }) => kind === 'quarantined').length }).toEqual({
                at,
                reports: lost.length,
              })
            })
          })
        }
      }),
  )

  it('keeps the bytes of a record that it could not read', () =>
    inDirectory(async (directory) => {
      await fill(directory, 2)
      const segment = await lastSegment(directory)
      const data = await readFile(segment)
      const at = data.indexOf('"entry-1"')
      data.write('"entry-X"', at)
      await writeFile(segment, data)
      await withStore(directory, {}, async (store) => {
        await deliverAll(store)
        expect(await store.counts()).toMatchObject({
          pending: 0,
          totals: { enqueued: 2, delivered: 1, quarantined: 1 },
        })
      })
      const [aside = ''] = await named(directory, 'quarantine-')
      expect((await readFile(aside)).includes('"entry-X"')).toBe(true)
    }))

  it.each(['empty', 'missing', 'renamed'])('goes on when one segment of several is %s', (how) =>
    inDirectory(async (directory) => {
      await fill(directory, 30, { segmentBytes: 1_000 })
      const segments = await named(directory, 'seg-')
      const victim = segments.find((path) => path.endsWith('seg-0-3.log')) ?? ''
      if (how === 'empty') await truncate(victim, 0)
      else if (how === 'missing') await rm(victim)
      else await rename(victim, join(directory, 'seg-7-1.log'))
      await withStore(directory, {}, async (store) => {
        await leased(store, async () => {
          const kept = await pendingIds(store)
          expect(kept.length).toBeGreaterThan(20)
          expect(kept.length).toBeLessThan(30)
          expect(kept).toEqual(ids(30).filter((id) => kept.includes(id)))
          const counts = await store.counts()
          expect(counts).toMatchObject({
            pending: kept.length,
            totals: { enqueued: 30, quarantined: 30 - kept.length },
          })
        })
        await store.append([draft(31)])
        await deliverAll(store)
        expect(await store.counts()).toMatchObject({ pending: 0, bytes: 0 })
        await expectBalance(store)
      })
    }),
  )

  it('tells of all entries that are pending by the journal when every segment is gone', () =>
    inDirectory(async (directory) => {
      await withStore(directory, { segmentBytes: 1_000 }, async (store) => {
        for (const each of drafts(30)) await store.append([each])
        await leased(store, async (lease) => {
          for (const entry of await store.read({ limit: 28 })) await store.settle([delivered(entry)], lease)
        })
        // The next holder begins by cleaning up, and writes down where each writer's segments end.
        await leased(store, async () => {})
      })
      for (const path of await named(directory, 'seg-')) await rm(path)
      await withStore(directory, {}, async (store) => {
        const told: StoreChange[] = []
        store.watch((change) => told.push(change))
        await leased(store, async () => {
          expect(await pendingIds(store)).toEqual([])
        })
        expect(told.filter(({ kind }) => kind === 'quarantined')).toMatchObject([
          { reason: expect.stringContaining('2 entries of writer 0 are missing') as unknown },
        ])
        expect(await store.counts()).toMatchObject({
          pending: 0,
          bytes: 0,
          totals: { enqueued: 30, delivered: 28, quarantined: 2 },
        })
        await store.append([draft(31)])
        expect(await pendingIds(store)).toEqual(ids(1, 31))
        await deliverAll(store)
        await expectBalance(store)
      })
    }))

  it.each(['empty', 'missing', 'renamed', 'garbage', 'flipped'])(
    'repeats rather than loses when the journal is %s',
    (how) =>
      inDirectory(async (directory) => {
        await withStore(directory, {}, async (store) => {
          await store.append(drafts(4))
          await leased(store, async (lease) => {
            const page = await store.read({ limit: 2 })
            const audit = { direction: 'push', id: 'entry-1', attempts: 0, items: 1, bytes: 1, at: 1 } as const
            await store.settle(
              page.slice(0, 1).map(({ seq, id }) => ({ kind: 'delivered', seq, id, audit })),
              lease,
            )
          })
        })
        const [journal = ''] = await named(directory, 'journal-')
        if (how === 'empty') await truncate(journal, 0)
        else if (how === 'missing') await rm(journal)
        else if (how === 'renamed') await rename(journal, join(directory, 'journal-of-mine.log'))
        else if (how === 'garbage') await writeFile(journal, 'x'.repeat(5_000))
        else {
          const data = await readFile(journal)
          data[70] = 0
          await writeFile(journal, data)
        }
        await withStore(directory, {}, async (store) => {
          const kept = await pendingIds(store)
          expect(kept.slice(-3)).toEqual(ids(3, 2))
          await expectBalance(store)
          await deliverAll(store)
          expect(await store.counts()).toMatchObject({ pending: 0, totals: { enqueued: 4 } })
        })
      }),
  )

  it('goes back to the part before when a checkpoint is damaged', () =>
    inDirectory(async (directory) => {
      await withStore(directory, { journalBytes: 2_000, auditLimit: 5 }, async (store) => {
        await store.append(drafts(40))
        await leased(store, async (lease) => {
          for (const { seq, id } of await store.read({ limit: 20 })) {
            const audit = { direction: 'push', id, attempts: 0, items: 1, bytes: 1, at: 1 } as const
            await store.settle([{ kind: 'delivered', seq, id, audit }], lease)
          }
        })
      })
      const journals = await named(directory, 'journal-')
      expect(journals.length).toBeGreaterThan(1)
      const last = journals.at(-1) ?? ''
      const data = await readFile(last)
      data[100] = (data[100] ?? 0) ^ 1
      await writeFile(last, data)
      await withStore(directory, {}, async (store) => {
        expect(await pendingIds(store)).toEqual(ids(20, 21))
        await expectBalance(store)
      })
    }))

  it('moves a dead letter aside that cannot be read', () =>
    inDirectory(async (directory) => {
      await withStore(directory, {}, async (store) => {
        await store.append(drafts(1))
        await killAll(store)
        await store.append(drafts(1, 2))
        await killAll(store)
      })
      const [journal = ''] = await named(directory, 'journal-1')
      const data = await readFile(journal)
      data.write('entry-X', data.lastIndexOf('entry-1'))
      await writeFile(journal, data)
      await withStore(directory, {}, async (store) => {
        await leased(store, async () => {
          expect(await deadIds(store)).toEqual(['entry-2'])
          expect(await store.counts()).toMatchObject({ dead: 1, totals: { enqueued: 2, quarantined: 1 } })
          await expectBalance(store)
        })
      })
    }))

  it.each(['seg-', 'journal-'])('of a newer format (%s) is refused, and nothing in it is touched', (start) =>
    inDirectory(async (directory) => {
      await withStore(directory, {}, async (store) => {
        await store.append(drafts(2))
        await leased(store, async (lease) => {
          const [first] = await store.read({ limit: 1 })
          if (first) await store.settle([{ kind: 'skipped', seq: first.seq, id: first.id, at: 1 }], lease)
        })
      })
      const [file = ''] = await named(directory, start)
      const data = await readFile(file)
      data.writeUInt8(2, 4)
      data.writeUInt32LE(crc32(data.subarray(0, 60)), 60)
      await writeFile(file, data)
      const before = await contentsOf(directory)
      const store = tunedStore(directory)
      const refused = { code: 'OUTBOX_FORMAT', message: expect.stringContaining('got 2') as string }
      await expect(store.counts()).rejects.toMatchObject(refused)
      await expect(store.read({ limit: 1 })).rejects.toMatchObject(refused)
      await expect(store.append(drafts(1, 3))).rejects.toMatchObject(refused)
      await expect(store.lease(new AbortController().signal)).rejects.toMatchObject(refused)
      await expect(store.cancel(['entry-1'])).rejects.toMatchObject(refused)
      await expect(store.setControl({ paused: true })).rejects.toMatchObject(refused)
      await expect(store.control()).rejects.toMatchObject(refused)
      await store.close()
      expect(await contentsOf(directory)).toEqual(before)
    }),
  )

  it('leaves files alone that are not its own', () =>
    inDirectory(async (directory) => {
      const strange = ['seg-x-1.log', 'journal-1.log', 'lease-1.bak', 'seg-0-1.log.bak', 'README', 'seg-1-1e3.log']
      for (const name of strange) await writeFile(join(directory, name), 'mine')
      await withStore(directory, {}, async (store) => {
        await store.append(drafts(2))
        await deliverAll(store)
        await store.destroy()
      })
      expect((await readdir(directory)).toSorted()).toEqual(strange.toSorted())
    }))

  it.each(['list', 'stat', 'open', 'read'] as const)('does not call a directory empty whose %s is refused', (name) =>
    inDirectory(async (directory) => {
      await fill(directory, 2)
      const refuse = () => {
        throw Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' })
      }
      await withStore(directory, { files: { ...nodeFiles, [name]: refuse } }, async (store) => {
        const refused = { code: 'OUTBOX_STORE', message: expect.stringContaining(directory) as string }
        await expect(store.counts()).rejects.toMatchObject(refused)
        await expect(store.read({ limit: 1 })).rejects.toMatchObject(refused)
      })
    }),
  )

  it('says so when the directory is a file', () =>
    inDirectory(async (place) => {
      const directory = join(place, 'file')
      await copyFile('/dev/null', directory)
      await withStore(directory, {}, async (store) => {
        await expect(store.append(drafts(1))).rejects.toMatchObject({ code: 'OUTBOX_STORE' })
      })
    }))
})

async function contentsOf(directory: string): Promise<Record<string, string>> {
  const names = await readdir(directory)
  const pairs = names.map(async (name) => [name, await readFile(join(directory, name), 'latin1')] as const)
  return Object.fromEntries(await Promise.all(pairs))
}
