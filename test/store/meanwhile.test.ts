import { symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import {
  delivered,
  died,
  draft,
  drafts,
  expectBalance,
  pendingIds,
  pendingOf,
  take,
} from '../../src/testing/contract/bench.ts'
import { createDirectory } from '../../src/store/fs/directory.ts'
import type { Files } from '../../src/store/fs/files.ts'
import { nodeFiles } from '../../src/store/fs/files.ts'
import { inDirectory, processOfBoot, tunedStore, withStore } from './support/places.ts'

const quick = { segmentBytes: 20_000, syncMs: 5, idleSyncMs: 5, pollMs: 5 }
const soon = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

describe('what happens meanwhile', () => {
  it('a segment is rewritten: reading goes on behind what has been settled in it', () =>
    inDirectory((directory) =>
      withStore(directory, quick, async (store) => {
        for (const each of drafts(200)) await store.append([each])
        const lease = await take(store)
        const all = await pendingOf(store)
        const stuck = all.filter((_, index) => index === 20 || index === 40)
        for (const entry of all.slice(0, 150)) if (!stuck.includes(entry)) await store.settle([delivered(entry)], lease)
        await soon(200)
        for (const entry of stuck.slice(0, 1)) await store.settle([delivered(entry)], lease)
        await store.read({ limit: 1 })
        expect(await store.cancel(['nobody'])).toBe(0)
        expect((await pendingIds(store))[0]).toBe(stuck[1]?.id)
        expect(await store.counts()).toMatchObject({ pending: 51, totals: { quarantined: 0 } })
        await expectBalance(store)
      }),
    ))

  it('many wishes come: whoever waits for an answer gets it', () =>
    inDirectory((directory) =>
      withStore(directory, { pollMs: 200 }, (holder) =>
        withStore(directory, quick, (asker) =>
          withStore(directory, quick, async (wisher) => {
            await asker.append(drafts(1))
            await wisher.append(drafts(1, 2))
            await take(holder)
            const cancelled = asker.cancel(['entry-1'])
            for (let wishes = 0; wishes < 80; wishes += 1) wisher.announce?.({ ask: { type: 'flush' } })
            expect(await cancelled).toBe(1)
          }),
        ),
      ),
    ))

  it('so many are answered that an answer is forgotten: whoever waited for it is told', () =>
    inDirectory((directory) =>
      withStore(directory, quick, (holder) =>
        withStore(directory, { pollMs: 8_000 }, async (asker) => {
          const others = Array.from({ length: 35 }, () => tunedStore(directory, quick))
          for (const each of [asker, ...others]) await each.append(drafts(1))
          await take(holder)
          const asked = asker.cancel(['nobody']).then(String, (error: Error) => error.message)
          await soon(100)
          for (let round = 0; round < 2; round += 1) await Promise.all(others.map((each) => each.cancel(['nobody'])))
          expect(await asked).toContain('what came of it is not known')
          for (const each of others) await each.close()
        }),
      ),
    ))

  it('others settle what a failed sync refuses: its number is not given again', () =>
    inDirectory(async (directory) => {
      let failure: Promise<void> | undefined
      const files: Files = {
        ...nodeFiles,
        async sync(file) {
          const present = failure
          failure = undefined
          await present
          return nodeFiles.sync(file)
        },
      }
      await withStore(directory, { ...quick, files }, (writer) =>
        withStore(directory, quick, async (holder) => {
          await writer.append(drafts(1))
          const lease = await take(holder)
          let fail: (error: Error) => void = () => undefined
          failure = new Promise((_, reject) => {
            fail = reject
          })
          const refused = writer.append(drafts(1, 2)).catch((error: Error) => error.message)
          await vi.waitFor(async () => expect(await pendingIds(holder)).toHaveLength(2))
          fail(new Error('the disk is gone'))
          expect(await refused).toContain('the disk is gone')
          for (const entry of await pendingOf(holder)) await holder.settle([delivered(entry)], lease)
          await writer.append(drafts(1, 3))
          expect(await pendingIds(holder)).toEqual(['entry-3'])
        }),
      )
    }))

  it('the lease goes while entries are looked for: they are cancelled by whoever has it then', () =>
    inDirectory((directory) =>
      withStore(directory, quick, (first) =>
        withStore(directory, quick, async (second) => {
          await first.append(drafts(20_000))
          const lease = await take(first)
          const cancelled = first.cancel(['entry-5'])
          const next = take(second)
          await lease.release()
          await next
          expect(await cancelled).toBe(1)
          expect((await second.read({ limit: 6 })).map(({ id }) => id)).not.toContain('entry-5')
        }),
      ),
    ))

  it('store objects come and go in a process that lives: each takes the place of one that has ended', () =>
    inDirectory((directory) =>
      withStore(directory, { ...quick, segmentBytes: 300 }, async (holder) => {
        await holder.append(drafts(1))
        const lease = await take(holder)
        for (let round = 0; round < 70; round += 1) {
          await withStore(directory, quick, (guest) => guest.append([draft(1_000 + round)]))
          await holder.append(drafts(3, 2 + round * 3))
          const own = (await pendingOf(holder)).filter(({ id }) => Number(id.slice('entry-'.length)) < 1_000)
          await holder.settle(
            own.map((entry) => delivered(entry)),
            lease,
          )
          await soon(15)
        }
        expect((await pendingOf(holder)).length).toBe(70)
      }),
    ))

  it('an entry dies while a segment is rewritten that had it: its death is on the disk before the entry is gone', () =>
    inDirectory(async (directory) => {
      const done: string[] = []
      const names = new Map<number, string>()
      let meanwhile: (() => Promise<void>) | undefined
      const files: Files = {
        ...nodeFiles,
        create(path) {
          const file = nodeFiles.create(path)
          names.set(file, path)
          return file
        },
        rename(from, to) {
          for (const [file, name] of names) if (name === from) names.set(file, to)
          done.push(`renamed ${to.slice(directory.length + 1)}`)
          nodeFiles.rename(from, to)
        },
        async sync(file) {
          const name = names.get(file)?.slice(directory.length + 1) ?? ''
          const first = name.startsWith('tmp-') ? meanwhile : undefined
          if (first !== undefined) meanwhile = undefined
          await first?.()
          await nodeFiles.sync(file)
          done.push(`synced ${name}`)
        },
      }
      await withStore(directory, { ...quick, syncMs: 100, idleSyncMs: 100, files }, async (store) => {
        for (const each of drafts(250)) await store.append([each])
        const lease = await take(store)
        const all = await pendingOf(store)
        const stuck = all.filter((_, index) => [20, 40, 100, 120].includes(index))
        meanwhile = async () => {
          await store.settle(
            stuck.slice(3).map((entry) => died(entry)),
            lease,
          )
          done.push('died')
        }
        await store.settle(
          all
            .slice(0, 230)
            .filter((entry) => !stuck.includes(entry))
            .map((entry) => delivered(entry)),
          lease,
        )
        await vi.waitFor(() => expect(done).toContain('renamed seg-0-2.log'))
        const between = done.slice(done.indexOf('died'), done.indexOf('renamed seg-0-2.log'))
        expect(between.filter((each) => each.startsWith('synced journal-'))).not.toEqual([])
      })
    }))

  it('an entry stays stuck in front: what is settled behind it is rewritten once, by whomever', () =>
    inDirectory(async (directory) => {
      const renamed: string[] = []
      const files: Files = {
        ...nodeFiles,
        rename(from, to) {
          if (to.includes('seg-')) renamed.push(to)
          nodeFiles.rename(from, to)
        },
      }
      for (let round = 0; round < 3; round += 1) {
        await withStore(directory, { ...quick, files }, async (store) => {
          if (round === 0) for (const each of drafts(400)) await store.append([each])
          const lease = await take(store)
          const settled = (await pendingOf(store)).slice(1)
          await store.settle(
            settled.map((entry) => delivered(entry)),
            lease,
          )
          await soon(150)
          for (const each of drafts(3, 1_000 + round * 10)) await store.append([each])
          await soon(150)
        })
      }
      expect(renamed.length).toBeGreaterThan(1)
      expect(new Set(renamed).size).toBe(renamed.length)
    }))

  it('whoever put a dead letter back is killed before that is on the disk: it is, before the letter is gone', () =>
    inDirectory(async (place) => {
      // By another name, since the store objects of a process stand in line for a directory.
      const [directory, alias] = [join(place, 'box'), join(place, 'alias')]
      await symlink('box', alias)
      let isStuck = false
      const stuck: Files = { ...nodeFiles, sync: (file) => (isStuck ? new Promise(() => {}) : nodeFiles.sync(file)) }
      const killed = tunedStore(directory, { ...quick, files: stuck, processes: processOfBoot(1) })
      await killed.append(drafts(2))
      const lease = await take(killed)
      await killed.settle(
        (await pendingOf(killed)).slice(0, 1).map((entry) => died(entry)),
        lease,
      )
      await soon(100)
      isStuck = true
      void killed.requeue([{ id: 'entry-1' }], Date.now())
      await soon(50)

      const opened = new Map<number, string>()
      const synced: string[] = []
      const files: Files = {
        ...nodeFiles,
        open(path) {
          const file = nodeFiles.open(path)
          opened.set(file, path.slice(alias.length + 1))
          return file
        },
        close(file) {
          opened.delete(file)
          nodeFiles.close(file)
        },
        sync(file) {
          synced.push(opened.get(file) ?? '')
          return nodeFiles.sync(file)
        },
      }
      await withStore(alias, { ...quick, files, processes: processOfBoot(2) }, async (heir) => {
        await take(heir)
        await vi.waitFor(() => expect(synced).toContain('seg-0-1.log'))
        expect(await pendingIds(heir)).toEqual(['entry-2', 'entry-1'])
      })
    }))

  it('this process stands still right after a listing: what came in that moment is seen', () =>
    inDirectory(async (path) => {
      const stamp = new Date()
      let isFirst = true
      const files: Files = {
        ...nodeFiles,
        stat: (of) => ({ ...nodeFiles.stat(of), size: 0, inode: 1, changedAt: stamp.getTime() }),
        list(of) {
          const names = nodeFiles.list(of)
          if (isFirst) vi.setSystemTime(stamp.getTime() + 100)
          isFirst = false
          return names
        },
      }
      vi.useFakeTimers({ toFake: ['Date'], now: stamp })
      try {
        const directory = createDirectory(files, path)
        directory.list()
        await writeFile(join(path, 'seg-0-1.log'), '')
        expect([...directory.list().segments.keys()]).toEqual([0])
      } finally {
        vi.useRealTimers()
      }
    }))

  it('a process was killed with a file half made: it is removed once it is old', () =>
    inDirectory(async (directory) => {
      const old = new Date(Date.now() - 3_600_000)
      await writeFile(join(directory, 'tmp-old'), 'half')
      await utimes(join(directory, 'tmp-old'), old, old)
      await writeFile(join(directory, 'tmp-new'), 'half')
      await withStore(directory, quick, async (store) => {
        await take(store)
        expect(nodeFiles.list(directory)).toContain('tmp-new')
        expect(nodeFiles.list(directory)).not.toContain('tmp-old')
      })
    }))
})
