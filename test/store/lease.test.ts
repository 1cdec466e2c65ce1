import { mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createDirectory } from '../../src/store/fs/directory.ts'
import { nodeFiles } from '../../src/store/fs/files.ts'
import { createLeaseFile } from '../../src/store/fs/leaseFile.ts'
import type { ProcessIdentity } from '../../src/store/fs/processes.ts'
import { systemProcesses } from '../../src/store/fs/processes.ts'
import { delivered, draft, drafts, headOf, pendingIds } from '../contract/harness.ts'
import { inDirectory, tunedStore } from './support/places.ts'

const here = systemProcesses.self()
const hour = 3_600_000

/** Leases of a directory that somebody holds already. */
async function withHolder(
  holder: ProcessIdentity | string,
  test: (leases: ReturnType<typeof createLeaseFile>, path: string) => Promise<void>,
) {
  await inDirectory(async (place) => {
    const directory = createDirectory(nodeFiles, join(place, 'box'))
    await mkdir(directory.path)
    const path = directory.at('lease-4')
    await writeFile(path, typeof holder === 'string' ? holder : JSON.stringify(holder))
    await test(createLeaseFile(directory, systemProcesses, 50), path)
  })
}

describe('a lease on the disk', () => {
  it('is not taken from a process that runs', () =>
    withHolder(here, async (leases) => {
      expect(leases.tryTake()).toBeUndefined()
    }))

  it.each([
    ['whose process is gone', { ...here, pid: 2 ** 22 + 1 }],
    ['whose pid has been used again', { ...here, startedAt: '1' }],
    ['of another boot of the machine', { ...here, boot: 'another' }],
    ['that was released', `${JSON.stringify(here)}\nreleased`],
    ['that was torn by a power cut', '{"pid":1'],
    ['that is empty', ''],
  ])('is taken from a holder %s', (_, holder) =>
    withHolder(holder, async (leases) => {
      expect(leases.tryTake()?.epoch).toBe(5)
    }),
  )

  it('is taken from a holder in another container only when that shows no life', () =>
    withHolder({ ...here, container: 'pid:[1]' }, async (leases, path) => {
      expect(leases.tryTake()).toBeUndefined()
      for (let beat = 1; beat <= 4; beat += 1) {
        await new Promise((resolve) => setTimeout(resolve, 30))
        await utimes(path, beat, beat)
        expect(leases.tryTake()).toBeUndefined()
      }
      await new Promise((resolve) => setTimeout(resolve, 60))
      expect(leases.tryTake()?.epoch).toBe(5)
    }))

  it.each([hour, -hour])('is not taken because the clock jumped by %i ms', (jumpMs) =>
    withHolder({ ...here, container: 'pid:[1]' }, async (leases, path) => {
      expect(leases.tryTake()).toBeUndefined()
      const at = (Date.now() - jumpMs) / 1_000
      await utimes(path, at, at)
      expect(leases.tryTake()).toBeUndefined()
    }),
  )

  it('goes to one of many who try at the same time, and to nobody who was slow', () =>
    inDirectory(async (place) => {
      const directory = createDirectory(nodeFiles, place)
      const racers = Array.from({ length: 5 }, () => createLeaseFile(directory, systemProcesses, 1_000))
      const taken = racers.map((racer) => racer.tryTake()).filter((lease) => lease !== undefined)
      expect(taken).toHaveLength(1)
      await writeFile(directory.at('lease-9'), JSON.stringify(here))
      expect(taken[0]?.isRenewed()).toBe(true)
      await writeFile(directory.at('lease-2'), JSON.stringify(here))
      expect(taken[0]?.isRenewed()).toBe(false)
    }))

  it('whose file is gone is lost', () =>
    inDirectory(async (directory) => {
      const store = tunedStore(directory, { heartbeatMs: 0 })
      try {
        await store.append(drafts(1))
        const lease = await store.lease(new AbortController().signal)
        const head = await headOf(store)
        nodeFiles.unlink(join(directory, 'lease-1'))
        await expect(store.settle([delivered(head)], lease)).rejects.toMatchObject({ code: 'OUTBOX_LEASE_LOST' })
        expect(lease.lost.aborted).toBe(true)
        expect(await pendingIds(store)).toEqual(['entry-1'])
      } finally {
        await store.close()
      }
    }))

  it('names its holder, readable by nobody else', () =>
    inDirectory(async (directory) => {
      const store = tunedStore(join(directory, 'a', 'b'))
      try {
        await store.append([draft(1)])
        await store.lease(new AbortController().signal)
        const folder = join(directory, 'a', 'b')
        expect(JSON.parse(await readFile(join(folder, 'lease-1'), 'utf8'))).toEqual(here)
        for (const name of await readdir(folder)) {
          const { mode } = await stat(join(folder, name))
          expect(mode & 0o777).toBe(0o600)
        }
        const { mode } = await stat(folder)
        expect(mode & 0o777).toBe(0o700)
      } finally {
        await store.close()
      }
    }))
})
