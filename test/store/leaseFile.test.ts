import { describe, expect, it, vi } from 'vitest'
import type { Files } from '../../src/store/fs/files.ts'
import { createLeaseFile } from '../../src/store/fs/leaseFile.ts'
import type { Processes } from '../../src/store/fs/processes.ts'
import { processOfBoot } from './support/places.ts'
import type { WatchedDisk } from './support/watchedDisk.ts'
import { createWatchedDisk, diskError } from './support/watchedDisk.ts'

const staleMs = 1_000

/** The lease of a process that is gone to those of boot 2. */
const abandoned = JSON.stringify(processOfBoot(1).self())

function put({ files, directory }: WatchedDisk, name: string, text = abandoned): void {
  const file = files.create(directory.at(name))
  files.write(file, Buffer.from(text), 0)
  files.close(file)
}

const take = ({ directory }: WatchedDisk, processes = processOfBoot(2)) =>
  createLeaseFile(directory, processes, staleMs).tryTake()

describe('the file of a lease', () => {
  it('is all that is left of those that were taken', () => {
    const disk = createWatchedDisk()
    for (const name of ['lease-2', 'lease-3', 'lease-4']) put(disk, name)
    const lease = take(disk)
    expect(lease?.epoch).toBe(5)
    expect(disk.names()).toEqual(['lease-5'])
    lease?.release()
    expect(disk.open()).toEqual([])
    expect(take(disk)?.epoch).toBe(6)
    expect(disk.names()).toEqual(['lease-6'])
  })

  it('takes the number after that of the newest journal when all leases are gone', () => {
    const disk = createWatchedDisk()
    for (const epoch of [7, 8, 9]) put(disk, `journal-${epoch}-0.log`)
    expect(take(disk)?.epoch).toBe(10)
  })

  it('stays with whoever was faster', () => {
    const disk = createWatchedDisk()
    put(disk, 'lease-4')
    disk.before('link', () => put(disk, 'lease-5'))
    expect(take(disk)).toBeUndefined()
    expect(disk.names()).toEqual(['lease-4', 'lease-5'])
    expect(disk.open()).toEqual([])
  })

  it('is given back by whoever was so slow that a later one was taken', () => {
    const disk = createWatchedDisk()
    put(disk, 'lease-4')
    disk.before('link', () => put(disk, 'lease-9'))
    expect(take(disk)).toBeUndefined()
    expect(disk.names()).toEqual(['lease-4', 'lease-9'])
    expect(disk.open()).toEqual([])
  })

  it('is given back when nobody can tell whether a later one was taken', () => {
    const disk = createWatchedDisk()
    put(disk, 'lease-4')
    disk.before('link', () => disk.failNext('list'))
    expect(() => take(disk)).toThrow('EIO')
    expect(disk.names()).toEqual(['lease-4'])
    expect(disk.open()).toEqual([])
  })

  it('stays with whoever has it when the disk fails to say so', () => {
    const disk = createWatchedDisk()
    put(disk, 'lease-4')
    disk.before('link', () => {
      put(disk, 'lease-5')
      throw diskError()
    })
    expect(() => take(disk)).toThrow('EIO')
    expect(disk.names()).toEqual(['lease-4', 'lease-5'])
    expect(disk.open()).toEqual([])
  })

  it('goes when it cannot be marked as released', () => {
    const disk = createWatchedDisk()
    const lease = take(disk)
    disk.failNext('write')
    lease?.release()
    expect(disk.names()).toEqual([])
    expect(disk.open()).toEqual([])
  })

  const goes: readonly (readonly [
    how: string,
    (disk: WatchedDisk, remove: () => void, putBack: () => void) => void,
  ])[] = [
    ['before it is read', (disk, remove) => disk.before('open', remove)],
    ['once it was read', (disk, remove) => disk.before('close', () => disk.before('stat', remove))],
    [
      'and comes back while it is looked at',
      (disk, remove, putBack) =>
        disk.before('open', () => {
          remove()
          disk.before('stat', putBack)
        }),
    ],
  ]
  it.each(goes)('is free when it goes %s', (_, prepare) => {
    const disk = createWatchedDisk()
    const holder = processOfBoot(2)
    put(disk, 'lease-4', JSON.stringify(holder.self()))
    expect(take(disk)).toBeUndefined()
    const [remove, putBack] = [() => disk.files.unlink(disk.directory.at('lease-4')), () => put(disk, 'lease-4')]
    prepare(disk, remove, putBack)
    expect(take(disk)?.epoch).toBe(5)
    expect(disk.names()).toEqual(['lease-5'])
  })
})

describe('a holder of whom nothing is known', () => {
  const stranger: Processes = { self: () => ({ pid: 2 }), fateOf: () => 'unknown' }

  it.each(['0', '"x"', 'null', '{"pid"'])('is none when the file says %s', (text) => {
    const disk = createWatchedDisk()
    put(disk, 'lease-4', text)
    expect(take(disk, stranger)?.epoch).toBe(5)
  })

  it('is dead when its file has not changed for longer than the limit, by the clock of who looks', () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    try {
      const disk = createWatchedDisk()
      let changedAt = 1
      const files: Files = {
        ...disk.files,
        stat(path) {
          const facts = disk.files.stat(path)
          return facts && path.endsWith('lease-4') ? { ...facts, changedAt } : facts
        },
      }
      put(disk, 'lease-4')
      const leases = createLeaseFile({ ...disk.directory, files }, stranger, staleMs)
      for (let beat = 0; beat < 3; beat += 1) {
        expect(leases.tryTake()).toBeUndefined()
        vi.advanceTimersByTime(staleMs - 1)
        expect(leases.tryTake()).toBeUndefined()
        changedAt += 1
      }
      expect(leases.tryTake()).toBeUndefined()
      vi.advanceTimersByTime(staleMs + 1)
      expect(leases.tryTake()?.epoch).toBe(5)
    } finally {
      vi.useRealTimers()
    }
  })
})
