import { afterEach, describe, expect, it, vi } from 'vitest'
import { delivered, died, draft, drafts } from '../contract/harness.ts'
import { flipped } from './support/handWritten.ts'
import type { OpenSession } from './support/openSession.ts'
import { openSession } from './support/openSession.ts'
import type { WatchedDisk } from './support/watchedDisk.ts'
import { createWatchedDisk, diskError } from './support/watchedDisk.ts'

afterEach(() => {
  vi.useRealTimers()
})

/** The first of what is pending. */
function headOf({ session }: OpenSession) {
  session.refresh()
  const head = session.pending.first()
  if (head === undefined) throw new Error('nothing is pending')
  return head
}

/** Damages the last byte of a file. */
function damage({ files, directory }: WatchedDisk, name: string): void {
  const file = files.open(directory.at(name))
  const bytes = Buffer.alloc(files.size(file))
  files.read(file, bytes, 0)
  files.write(file, flipped(bytes, bytes.length - 1), 0)
  files.close(file)
}

const asides = (disk: WatchedDisk) => disk.names().filter((name) => name.startsWith('quarantine'))

describe('a session without the lease', () => {
  it('tells of what others change, once, and not of what was there before it looked', async () => {
    const disk = createWatchedDisk()
    const [holder, watcher] = [openSession(disk), openSession(disk)]
    await holder.append(...drafts(2))
    holder.take()
    const news = () => {
      watcher.session.refresh()
      watcher.session.refresh()
      return watcher.told.splice(0)
    }
    expect(news()).toEqual([])
    await holder.append(draft(3))
    expect(news()).toEqual([{ kind: 'appended' }])
    holder.settle(delivered(headOf(holder)))
    expect(news()).toEqual([{ kind: 'removed' }])
    holder.record({ is: 'control', control: { paused: true } })
    expect(news()).toEqual([{ kind: 'control' }])
  })

  it('finds an entry with a lower number than those it has read already', async () => {
    const disk = createWatchedDisk()
    const [early, late, reader] = [openSession(disk), openSession(disk), openSession(disk)]
    await early.append(draft(1))
    await late.append(...drafts(3, 3))
    expect(reader.pending(2)).toEqual(['entry-1', 'entry-3'])
    await early.append(draft(2))
    expect(reader.pending(2)).toEqual(['entry-1', 'entry-2'])
  })

  it('sees a dead letter no more once it was put back, though the holder did not come to write it down', async () => {
    const disk = createWatchedDisk()
    const [holder, watcher] = [openSession(disk), openSession(disk)]
    await holder.append(draft(1))
    holder.take()
    holder.settle(died(headOf(holder)))
    watcher.session.refresh()
    expect([...watcher.session.ledger().dead.keys()]).toEqual([1])
    await holder.putBack(draft(1))
    watcher.session.refresh()
    expect([...watcher.session.ledger().dead.keys()]).toEqual([])
    expect(watcher.pending()).toEqual(['entry-1'])
  })

  it('leaves it to the holder to move aside what cannot be read', async () => {
    const disk = createWatchedDisk()
    const [writer, reader] = [openSession(disk), openSession(disk)]
    await writer.append(draft(1))
    await reader.append(draft(2))
    damage(disk, 'seg-0-1.log')
    expect(reader.pending()).toEqual(['entry-2'])
    expect(asides(disk)).toEqual([])
    expect(reader.told).toEqual([])
    reader.take()
    expect(reader.pending()).toEqual(['entry-2'])
    expect(asides(disk)).toHaveLength(1)
    expect(reader.told).toMatchObject([{ kind: 'quarantined' }])
  })

  it('says nothing of a dead letter that it cannot read: the holder does', async () => {
    const disk = createWatchedDisk()
    const [holder, reader] = [openSession(disk), openSession(disk)]
    await holder.append(draft(1))
    holder.take()
    holder.settle(died(headOf(holder)))
    const place = holder.session.ledger().dead.get(1)
    if (place === undefined) throw new Error('there is no dead letter')
    reader.session.refresh()
    reader.session.onLostLetter(1, place)
    expect(reader.told).toEqual([])
    holder.session.onLostLetter(1, place)
    expect(holder.told).toEqual([
      { kind: 'quarantined', reason: 'the dead letter entry-1 cannot be read in /box (journal-1-0.log)' },
    ])
    expect(holder.session.ledger().dead.size).toBe(0)
  })
})

describe('the holder of the lease', () => {
  it('tries again to move aside what cannot be read, when the disk refused that', async () => {
    const disk = createWatchedDisk()
    const holder = openSession(disk)
    await holder.append(draft(1))
    await openSession(disk).append(draft(2))
    holder.take()
    damage(disk, 'seg-0-1.log')
    disk.failNext('create')
    expect(holder.pending()).toEqual(['entry-2'])
    expect(holder.told).toEqual([{ kind: 'appended' }])
    expect(holder.pending()).toEqual(['entry-2'])
    expect(asides(disk)).toHaveLength(1)
    expect(holder.told.at(-1)).toMatchObject({ kind: 'quarantined' })
    expect(holder.session.ledger().sums.quarantined).toBe(1)
  })

  it('has on the disk what it recorded, before the next one has the lease', async () => {
    const disk = createWatchedDisk()
    const holder = openSession(disk)
    await holder.append(draft(1))
    const held = holder.take()
    holder.settle(delivered(headOf(holder)))
    disk.done.length = 0
    await held.release()
    expect(disk.done).toEqual(['sync journal-1-0.log', 'syncDirectory'])
    expect(holder.turnsEnded()).toBe(1)
  })

  it('is nobody, and the lease free, when a journal could not be begun', async () => {
    const disk = createWatchedDisk()
    const [unlucky, next] = [openSession(disk), openSession(disk)]
    disk.before('link', () => {
      disk.before('create', () => {
        throw diskError()
      })
    })
    expect(() => unlucky.take()).toThrow('EIO')
    expect(unlucky.session.held()).toBeUndefined()
    expect(next.take().lease.epoch).toBe(2)
  })
})

it('a look that the disk refuses is passed over: the next one is in time', () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  const disk = createWatchedDisk()
  const { session, ticks } = openSession(disk, { pollMs: 100 })
  session.watch()
  vi.advanceTimersByTime(100)
  expect(ticks()).toBe(1)
  disk.failNext('stat')
  vi.advanceTimersByTime(100)
  expect(ticks()).toBe(1)
  vi.advanceTimersByTime(100)
  expect(ticks()).toBe(2)
})
