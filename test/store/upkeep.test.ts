import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Files } from '../../src/store/fs/files.ts'
import type { Settings } from '../../src/store/fs/settings.ts'
import { delivered, drafts, retried } from '../contract/harness.ts'
import { openSession } from './support/openSession.ts'
import { processOfBoot } from './support/places.ts'
import { createWatchedDisk, diskError } from './support/watchedDisk.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] })
})

afterEach(() => {
  vi.useRealTimers()
})

/** Longer than anything here waits for its next look. */
const pollMs = 1_000_000

/** Lets everything go on that waits for nothing but its turn. */
const others = () => new Promise((resolve) => setImmediate(resolve))

const later = async (milliseconds: number) => {
  vi.advanceTimersByTime(milliseconds)
  await others()
}

/** The holder of the lease, with so many entries appended one by one, and the disk's doings so far forgotten. */
async function begin(count: number, settings: Partial<Settings> = {}) {
  const disk = createWatchedDisk()
  const holder = openSession(disk, { pollMs, syncMs: 1_000, idleSyncMs: 50, ...settings })
  for (const each of drafts(count)) await holder.append(each)
  const held = holder.take()
  holder.session.refresh()
  await held.journal.sync()
  disk.done.length = 0
  const head = () => {
    const first = holder.session.pending.first()
    if (first === undefined) throw new Error('nothing is pending')
    return first
  }
  return {
    ...holder,
    disk,
    held,
    deliver: () => holder.settle(delivered(head())),
    retry: (attempts: number) => holder.settle(retried(head(), attempts)),
  }
}

/** A segment for each entry. */
const oneEach = { segmentBytes: 1 }

const segmentsOf = (names: readonly string[]) => names.filter((name) => name.startsWith('seg-'))

describe('what is recorded reaches the disk', () => {
  it('after a while, however much is recorded meanwhile', async () => {
    const { retry, disk } = await begin(2)
    retry(1)
    await later(600)
    retry(2)
    await later(399)
    expect(disk.done).toEqual([])
    await later(1)
    expect(disk.done).toEqual(['sync journal-1-0.log'])
    await later(10_000)
    expect(disk.done).toEqual(['sync journal-1-0.log'])
    retry(3)
    await later(1_000)
    expect(disk.done).toEqual(['sync journal-1-0.log', 'sync journal-1-0.log'])
  })

  it('sooner once nothing is pending', async () => {
    const { deliver, disk, record } = await begin(2)
    deliver()
    await later(100)
    deliver()
    await later(30)
    record({ is: 'control', control: { paused: false } })
    await later(19)
    expect(disk.done).toEqual([])
    await later(1)
    expect(disk.done).toEqual(['sync journal-1-0.log'])
  })
})

describe('cleaning up', () => {
  it('removes a segment in which everything is settled, by itself', async () => {
    const { deliver, disk } = await begin(3, oneEach)
    const before = segmentsOf(disk.names())
    deliver()
    expect(segmentsOf(disk.names())).toEqual(before)
    await later(1_000)
    expect(segmentsOf(disk.names())).toEqual(before.slice(1))
  })

  it('is not begun again while it is under way', async () => {
    const { deliver, disk } = await begin(4, oneEach)
    let goOn = () => {}
    disk.before('sync', () => new Promise<void>((resolve) => (goOn = resolve)))
    deliver()
    await later(1_000)
    deliver()
    await later(1_000)
    expect(disk.done.filter((each) => each.startsWith('rename'))).toEqual(['rename journal-1-1.log'])
    goOn()
    await others()
    expect(disk.names()).not.toContain('seg-0-1.log')
  })

  it('removes nothing, and puts no room aside, once somebody else has the lease', async () => {
    const { deliver, disk, held, turnsEnded } = await begin(3, { ...oneEach, reserveBytes: 100 })
    const before = segmentsOf(disk.names())
    const { files, directory } = disk
    disk.before('sync', () => {
      files.unlink(directory.at('reserve'))
      files.close(files.create(directory.at('lease-2')))
    })
    deliver()
    await later(1_000)
    expect(held.lease.lost.aborted).toBe(true)
    expect(turnsEnded()).toBe(1)
    expect(segmentsOf(disk.names())).toEqual(before)
    expect(disk.names()).not.toContain('reserve')
  })

  it('puts room aside again, of which there is some now', async () => {
    const { deliver, disk } = await begin(3, { ...oneEach, reserveBytes: 100 })
    disk.files.unlink(disk.directory.at('reserve'))
    deliver()
    await later(1_000)
    expect(disk.names()).toContain('reserve')
  })

  it('comes sooner on a full disk, where a long journal takes the room of others', async () => {
    const reserveBytes = 1_000
    const disk = createWatchedDisk()
    const files: Files = {
      ...disk.files,
      write(file, data, at) {
        if (data.length === reserveBytes) throw diskError('ENOSPC')
        disk.files.write(file, data, at)
      },
    }
    const { session, record, take } = openSession(disk, { files, pollMs, reserveBytes })
    const { journal } = take()
    const recordUpTo = (bytes: number) => {
      while (journal.length() < bytes) journal.record([{ is: 'looked', writer: 0, number: 1 }])
    }
    recordUpTo(60_000)
    record({ is: 'looked', writer: 0, number: 1 })
    expect(journal.part()).toBe(0)
    recordUpTo(66_000)
    session.afterRecord()
    await others()
    expect(journal.part()).toBe(1)
  })

  it('does not come sooner on a disk with room', async () => {
    const { held, session } = await begin(0, { reserveBytes: 1_000 })
    while (held.journal.length() < 66_000) held.journal.record([{ is: 'looked', writer: 0, number: 1 }])
    session.afterRecord()
    expect(held.journal.part()).toBe(0)
  })

  it('that the disk refuses is left for another time, and nobody is killed by it', async () => {
    const { append, deliver, retry, disk } = await begin(0, oneEach)
    for (const each of drafts(4)) await append(each)
    retry(1)
    disk.failNext('open')
    expect(() => vi.advanceTimersByTime(1_000)).not.toThrow()
    await others()
    deliver()
    deliver()
    await later(1_000)
    expect(disk.names()).not.toContain('seg-0-2.log')
  })
})

it('what stands behind the end of a segment is kept and told of, once', async () => {
  const disk = createWatchedDisk()
  await openSession(disk).append(...drafts(2))
  const file = disk.files.open(disk.directory.at('seg-0-1.log'))
  disk.files.write(file, Buffer.from('torn'), disk.files.size(file))
  const processes = processOfBoot(2)
  const holder = openSession(disk, { processes, pollMs })
  await holder.take().release()
  const reason = expect.stringMatching(/^4 bytes in \/box behind the last record of seg-0-1.log cannot be read/)
  expect(holder.told).toEqual([{ kind: 'quarantined', reason }])
  const asides = () => disk.names().filter((name) => name.startsWith('quarantine'))
  expect(asides()).toHaveLength(1)
  const next = openSession(disk, { processes, pollMs })
  await next.take().release()
  expect(next.told).toEqual([])
  expect(asides()).toHaveLength(1)
})

it('nothing is left to be done once a session is closed', async () => {
  const { session, retry, held } = await begin(2)
  retry(1)
  expect(vi.getTimerCount()).toBe(2)
  await held.release()
  expect(vi.getTimerCount()).toBe(1)
  await session.close()
  expect(vi.getTimerCount()).toBe(0)
})
