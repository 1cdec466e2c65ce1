import { describe, expect, it, vi } from 'vitest'
import { createDirectory, recentMs } from '../../src/store/fs/directory.ts'
import { nodeFiles } from '../../src/store/fs/files.ts'
import type { SimulatedDisk } from './support/simulatedDisk.ts'
import { createSimulatedDisk } from './support/simulatedDisk.ts'

/** A directory in which there are these names, given in this order. */
const directoryWith = (names: readonly string[] | undefined) =>
  createDirectory({ ...nodeFiles, stat: () => undefined, list: () => names }, '/box')

describe('the files in a directory', () => {
  it('are told apart by their names, and stand in the order of their numbers', () => {
    const names = [
      'journal-10-0.log',
      'seg-0-10.log',
      'lease-10',
      'tmp-1-abc',
      'journal-9-10.log',
      'quarantine-1-abc.bin',
      'seg-0-9.log',
      'reserve',
      'journal-9-2.log',
      'reserve-spent',
      'lease-9',
      'notes.txt',
      'seg-3-1.log',
      'tmp-2-abc',
    ]
    expect(directoryWith(names).list()).toEqual({
      segments: new Map([
        [0, [9, 10]],
        [3, [1]],
      ]),
      journals: [
        { kind: 'journal', epoch: 9, part: 2 },
        { kind: 'journal', epoch: 9, part: 10 },
        { kind: 'journal', epoch: 10, part: 0 },
      ],
      leases: [9, 10],
      temporary: ['tmp-1-abc', 'tmp-2-abc'],
      isSpent: true,
    })
  })

  it('are none when there is no directory', () => {
    const none = { segments: new Map(), journals: [], leases: [], temporary: [], isSpent: false }
    expect(directoryWith(undefined).list()).toEqual(none)
  })
})

describe('a look at a directory', () => {
  /** A directory to which a file is added behind the back of whoever looks; `looks` says how often it was looked at. */
  function growing() {
    const names = ['seg-0-1.log']
    let looks = 0
    const directory = createDirectory(
      {
        ...nodeFiles,
        stat() {
          looks += 1
          return { size: 0, changedAt: names.length, inode: 1 }
        },
        list: () => names,
      },
      '/box',
    )
    return { directory, names, looks: () => looks }
  }

  it('of a moment ago is good enough for who says so, and for nobody else', () => {
    const { directory, names, looks } = growing()
    const first = directory.list()
    names.push('reserve-spent')
    expect(directory.list(recentMs)).toBe(first)
    expect(looks()).toBe(1)
    expect(directory.list().isSpent).toBe(true)
    expect(directory.list(recentMs).isSpent).toBe(true)
    expect(looks()).toBe(2)
  })

  it('is too old when something was changed here since', () => {
    const { directory, names } = growing()
    directory.list()
    names.push('reserve-spent')
    directory.changed()
    expect(directory.list(recentMs).isSpent).toBe(true)
  })

  it('is too old after a while', () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    try {
      const { directory, names } = growing()
      directory.list()
      names.push('reserve-spent')
      vi.advanceTimersByTime(recentMs - 1)
      expect(directory.list(recentMs).isSpent).toBe(false)
      vi.advanceTimersByTime(1)
      expect(directory.list(recentMs).isSpent).toBe(true)
    } finally {
      vi.useRealTimers()
    }
  })
})

describe('a directory that is made', () => {
  /** Makes `/home/app/box`, and answers which directories were brought to the disk, and whether that was all. */
  async function make({ files }: SimulatedDisk, failing?: { readonly path: string; readonly code: string }) {
    const synced: string[] = []
    const syncDirectory = async (path: string) => {
      if (path === failing?.path) throw Object.assign(new Error(failing.code), { code: failing.code })
      synced.push(path)
      await files.syncDirectory(path)
    }
    const made = createDirectory({ ...files, syncDirectory }, '/home/app/box').make()
    const error: unknown = await made.then(
      () => undefined,
      (reason: unknown) => reason,
    )
    return { synced, error }
  }
  const all = { synced: ['/home/app', '/home', '/'], error: undefined }

  it('stays, with all that are above it', async () => {
    expect(await make(createSimulatedDisk())).toEqual(all)
  })

  it('stays although whoever made it did not come to see to that', async () => {
    const disk = createSimulatedDisk()
    const { error } = await make(disk, { path: '/home/app', code: 'EIO' })
    expect(error).toMatchObject({ code: 'EIO' })
    expect(await make(disk)).toEqual(all)
  })

  it('is left alone when there is a file of the store in it: that came later', async () => {
    for (const name of ['seg-0-0.log', 'journal-1-0.log', 'lease-1']) {
      const disk = createSimulatedDisk()
      await make(disk)
      disk.files.close(disk.files.create(`/home/app/box/${name}`))
      expect(await make(disk)).toEqual({ synced: [], error: undefined })
    }
  })

  it.each(['EACCES', 'EPERM', 'EROFS', 'EINVAL', 'ENOTSUP'])(
    'stands below one that cannot be brought to the disk (%s)',
    async (code) => {
      expect(await make(createSimulatedDisk(), { path: '/home', code })).toEqual({
        synced: ['/home/app', '/'],
        error: undefined,
      })
    },
  )
})
