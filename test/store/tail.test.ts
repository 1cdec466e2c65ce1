import { afterEach, describe, expect, it, vi } from 'vitest'
import type { FrameKind } from '../../src/store/fs/frame.ts'
import { frameKinds } from '../../src/store/fs/frame.ts'
import { createFrameBuffer } from '../../src/store/fs/frameBuffer.ts'
import type { LogEnd } from '../../src/store/fs/ledger.ts'
import { createLedger } from '../../src/store/fs/ledger.ts'
import { createLog } from '../../src/store/fs/log.ts'
import type { Processes } from '../../src/store/fs/processes.ts'
import type { Unplaced } from '../../src/store/fs/tail.ts'
import { createTail } from '../../src/store/fs/tail.ts'
import type { WatchedDisk } from './support/watchedDisk.ts'
import { createWatchedDisk, diskError } from './support/watchedDisk.ts'

const everybodyLives: Processes = { self: () => ({ pid: 1 }), fateOf: () => 'running' }

/** Somebody who writes to the disk, and what a later look at it finds. */
function writerOn({ directory }: WatchedDisk, { processes = everybodyLives, enqueuedAt = 1 } = {}) {
  const ledger = createLedger()
  const log = createLog(directory)
  const refresh = () => void log.refresh(ledger)
  const tail = createTail({ directory, log, processes, segmentBytes: 1_000_000, refresh })
  return {
    ...tail,
    refresh,
    /** Writes a frame of each kind; answers where the log ends behind those that were kept, and how many were refused. */
    put(...kinds: readonly FrameKind[]) {
      const buffer = createFrameBuffer()
      const ends = new Map<Unplaced, LogEnd>()
      const frames = kinds.map((kind) => {
        const count = kind === frameKinds.entries ? 1 : 0
        const written = buffer.add((into) => into.text(JSON.stringify(kind)))
        const frame: Unplaced = {
          ...written,
          kind,
          count,
          bytes: count * 10,
          enqueuedAt,
          onPlaced: (end) => void ends.set(frame, end),
        }
        return frame
      })
      const refused: unknown[] = []
      const kept = tail.write(frames, buffer, (frame) => refused.push(frame))
      return { kept: kept.map((frame) => ends.get(frame) ?? expect.fail()), refused: refused.length }
    },
  }
}

/** The end of the log of a writer, as somebody finds it who comes later. */
function endOnDisk({ directory }: WatchedDisk, writer = 0): LogEnd | undefined {
  const log = createLog(directory)
  log.refresh(createLedger())
  return log.writers.get(writer)?.end
}

const { entries, command } = frameKinds

/** Lets the next writes fail, or not, in this order. */
function failWrites(disk: WatchedDisk, ...fails: readonly boolean[]): void {
  const [first, ...others] = fails
  if (first === undefined) return
  disk.before('write', () => {
    failWrites(disk, ...others)
    if (first) throw diskError('ENOSPC')
  })
}

afterEach(() => {
  vi.useRealTimers()
})

describe('a write that fails', () => {
  it('is not tried again when it was of one frame, which leaves nothing', async () => {
    const disk = createWatchedDisk()
    const writer = writerOn(disk)
    writer.put(entries)
    await writer.sync()
    const before = disk.sizeOf('seg-0-1.log')
    disk.failNext('write')
    expect(() => writer.put(entries)).toThrow('EIO')
    expect(disk.sizeOf('seg-0-1.log')).toBe(before)
    expect(writer.put(entries).kept).toMatchObject([{ number: 1, ordinal: 2 }])
  })

  it('takes only those frames with it that cannot be written by themselves', async () => {
    const disk = createWatchedDisk()
    const writer = writerOn(disk)
    writer.put(entries)
    await writer.sync()
    failWrites(disk, true, false, true, false)
    const { kept, refused } = writer.put(entries, command, entries)
    expect(refused).toBe(1)
    expect(kept).toMatchObject([
      { number: 1, ordinal: 2, bytes: 20, specials: 0 },
      { number: 1, ordinal: 3, bytes: 30, specials: 0 },
    ])
    await writer.sync()
    expect(endOnDisk(disk)).toEqual(kept[1])
    expect(disk.sizeOf('seg-0-1.log')).toBe(kept[1]?.at)
  })

  it('leaves what is written by itself behind all that others have written', async () => {
    const disk = createWatchedDisk()
    const writer = writerOn(disk)
    writer.put(command)
    await writer.sync()
    const late = writerOn(disk, { enqueuedAt: 1_000 })
    const [last] = late.put(entries).kept
    await late.sync()
    writer.refresh()
    failWrites(disk, true)
    const { kept } = writer.put(entries, entries)
    expect(kept[0]?.seq).toBeGreaterThan(last?.seq ?? Infinity)
    expect(kept[1]?.seq).toBeGreaterThan(kept[0]?.seq ?? Infinity)
  })

  it('and cannot be cut back ends the segment where the last acknowledged frame does', async () => {
    const disk = createWatchedDisk()
    const writer = writerOn(disk)
    const [last] = writer.put(entries).kept
    await writer.sync()
    disk.failNext('write', 'truncate')
    expect(() => writer.put(entries)).toThrow('EIO')
    expect([writer.isOpen(), disk.open()]).toEqual([false, []])
    expect(writer.put(entries).kept).toMatchObject([{ number: 2, ordinal: 3 }])
    const log = createLog(disk.directory)
    expect(log.opening(0, 2)?.opening.previous).toEqual({ number: 1, at: last?.at })
  })

  it('of one frame among others and cannot be cut back gives none of their numbers again', async () => {
    const disk = createWatchedDisk()
    const writer = writerOn(disk)
    writer.put(entries)
    await writer.sync()
    failWrites(disk, true, false, true)
    disk.before('truncate', () => disk.failNext('truncate'))
    expect(() => writer.put(entries, entries, entries)).toThrow('ENOSPC')
    expect([writer.isOpen(), disk.open()]).toEqual([false, []])
    expect(writer.put(entries).kept).toMatchObject([{ number: 2, ordinal: 4, bytes: 40 }])
  })
})

describe('a sync that fails', () => {
  it.each([
    ['entries', entries, { ordinal: 3, bytes: 30, specials: 0 }],
    ['commands', command, { ordinal: 2, bytes: 20, specials: 1 }],
  ] as const)('lets no number of the %s before it be given again', async (_, kind, after) => {
    const disk = createWatchedDisk()
    const writer = writerOn(disk)
    writer.put(entries)
    await writer.sync()
    const [lost] = writer.put(kind).kept
    disk.failNext('sync')
    await expect(writer.sync()).rejects.toThrow('EIO')
    expect([writer.isOpen(), disk.open()]).toEqual([false, []])
    const [next] = writer.put(entries).kept
    expect(next).toMatchObject({ number: 2, ...after })
    expect(next?.seq).toBeGreaterThan(lost?.seq ?? Infinity)
    await writer.sync()
    expect(endOnDisk(disk)).toEqual(next)
  })

  it('leaves nothing to be ended', async () => {
    const disk = createWatchedDisk()
    const writer = writerOn(disk)
    writer.put(entries)
    disk.failNext('sync')
    await expect(writer.sync()).rejects.toThrow('EIO')
    writer.close()
    expect([writer.writer(), disk.names(), disk.open()]).toEqual([undefined, ['seg-0-1.log'], []])
  })
})

describe('the look whether the segment is still the own', () => {
  it('is taken while what was written is being synced', async () => {
    const disk = createWatchedDisk()
    const writer = writerOn(disk)
    writer.put(entries)
    const order: string[] = []
    disk.before('sync', async () => {
      await Promise.resolve()
      order.push('the sync goes on')
    })
    disk.before('stat', () => order.push('the look'))
    await writer.sync()
    expect(order).toEqual(['the look', 'the sync goes on'])
  })

  it('may fail: the file is left alone until its sync has ended', async () => {
    const disk = createWatchedDisk()
    const writer = writerOn(disk)
    writer.put(entries)
    let end: () => void = () => undefined
    disk.before('sync', () => new Promise<void>((resolve) => (end = resolve)))
    disk.failNext('stat')
    const synced = writer.sync().catch((error: Error) => error.message)
    await new Promise(setImmediate)
    expect(disk.open()).toEqual(['seg-0-1.log'])
    end()
    expect(await synced).toContain('EIO')
    expect(disk.open()).toEqual([])
  })
})

describe('the own segment', () => {
  it('is written to again before what was written to it is synced', async () => {
    const disk = createWatchedDisk()
    const writer = writerOn(disk)
    writer.put(command)
    disk.failNext('write')
    expect(() => writer.put(entries)).toThrow('EIO')
    writer.put(entries)
    expect(disk.names()).toEqual(['seg-0-1.log'])
  })

  it('is written to again however long nothing was written to it', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    const disk = createWatchedDisk()
    const writer = writerOn(disk)
    for (let hour = 0; hour < 3; hour += 1) {
      writer.put(entries)
      await writer.sync()
      vi.advanceTimersByTime(3_600_000)
    }
    expect(disk.names()).toEqual(['seg-0-1.log'])
  })

  it('is left to somebody who has become this writer while nothing was written', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    const disk = createWatchedDisk()
    const writer = writerOn(disk)
    writer.put(entries)
    await writer.sync()
    const heir = writerOn(disk, { processes: { ...everybodyLives, fateOf: () => 'gone' } })
    heir.put(entries)
    await heir.sync()
    vi.advanceTimersByTime(1_000)
    writer.put(entries)
    await writer.sync()
    expect([heir.writer(), writer.writer()]).toEqual([0, 1])
  })

  it('is open until it is ended', async () => {
    const disk = createWatchedDisk()
    const writer = writerOn(disk)
    writer.put(entries)
    await writer.sync()
    expect([writer.isOpen(), disk.open()]).toEqual([true, ['seg-0-1.log']])
    writer.close()
    expect([writer.isOpen(), disk.open()]).toEqual([false, []])
    expect(endOnDisk(disk)?.endedIn).toBe(1)
  })
})
