import { describe, expect, it } from 'vitest'
import type { Draft } from '../../src/entry.ts'
import type { Files } from '../../src/store/fs/files.ts'
import { writeDrafts } from '../../src/store/fs/entryCode.ts'
import { headerLength } from '../../src/store/fs/frame.ts'
import { createFrameBuffer } from '../../src/store/fs/frameBuffer.ts'
import { createRoomAhead } from '../../src/store/fs/roomAhead.ts'
import { delivered, draft, drafts } from '../contract/harness.ts'
import type { OpenSession } from './support/openSession.ts'
import { openSession } from './support/openSession.ts'
import { processOfBoot } from './support/places.ts'
import { createSimulatedDisk } from './support/simulatedDisk.ts'
import { createWatchedDisk, diskError } from './support/watchedDisk.ts'

/** A file of zeros, so long. */
function fileOf(length: number) {
  const { files, events } = createSimulatedDisk()
  const file = files.create('/file')
  files.write(file, Buffer.alloc(length), 0)
  return { files, events, file, size: () => files.size(file) }
}

const half = 512 * 1024

describe('room ahead', () => {
  it.each([
    { behind: 10_000, write: 100, room: 10_000 },
    { behind: 3_200, write: 100, room: 3_200 },
    { behind: 3_199, write: 100, room: 0 },
    { behind: half + 1, write: 1_000, room: half },
    { behind: 2 * half, write: 16 * 1024, room: half },
    { behind: 2 * half, write: 16 * 1024 + 1, room: 0 },
  ])('behind $behind bytes, after a write of $write, is $room bytes', ({ behind, write, room }) => {
    const { files, file, size } = fileOf(behind)
    createRoomAhead(files).keep(file, behind, write)
    expect(size()).toBe(behind + room)
  })

  it('is made anew only once it is used up', () => {
    const { files, file, size } = fileOf(10_000)
    const room = createRoomAhead(files)
    room.keep(file, 10_000, 100)
    room.keep(file, 10_100, 100)
    room.keep(file, 20_000, 100)
    expect(size()).toBe(20_000)
    room.keep(file, 20_001, 100)
    expect(size()).toBe(40_002)
  })

  it('is made anew after it was cut back', () => {
    const { files, file, size } = fileOf(10_000)
    const room = createRoomAhead(files)
    room.keep(file, 10_000, 100)
    expect(room.isCutBack(file, 9_000)).toBe(true)
    expect(size()).toBe(9_000)
    room.keep(file, 9_000, 100)
    expect(size()).toBe(18_000)
  })

  it('is cut off when the segment is left, if its end is known and there is any', () => {
    const { files, events, file, size } = fileOf(10_000)
    const room = createRoomAhead(files)
    const cuts = () => events.filter(({ is }) => is === 'truncate').length
    room.leave(file, 10_000)
    expect(cuts()).toBe(0)
    room.keep(file, 10_000, 100)
    room.leave(file, 10_100)
    expect(size()).toBe(10_100)
    room.keep(file, 10_100, 100)
    room.leave(file)
    expect(size()).toBe(20_200)
    room.leave(file, 10_100)
    expect(cuts()).toBe(1)
  })

  it('is widened before a write that would end where it does', () => {
    const { files, file, size } = fileOf(10_000)
    const room = createRoomAhead(files)
    room.widen(file, 10_000)
    expect(size()).toBe(10_000)
    room.keep(file, 10_000, 100)
    room.widen(file, 19_999)
    room.widen(file, 20_001)
    expect(size()).toBe(20_000)
    room.widen(file, 20_000)
    expect(size()).toBe(20_001)
    room.keep(file, 20_001, 100)
    expect(size()).toBe(20_001)
  })

  it('is done without where the disk has none, and what was written of it goes', () => {
    const { files, file, size } = fileOf(10_000)
    const full: Files = {
      ...files,
      write(to, data, at) {
        files.write(to, data.subarray(0, 10), at)
        throw diskError('ENOSPC')
      },
    }
    createRoomAhead(full).keep(file, 10_000, 100)
    expect(size()).toBe(10_000)
    const stuck: Files = {
      ...full,
      truncate() {
        throw diskError()
      },
    }
    createRoomAhead(stuck).keep(file, 10_000, 100)
    expect(size()).toBe(10_010)
  })
})

const large = (number: number): Draft => draft(number, { body: 'x'.repeat(60_000) })
const segment = 'seg-0-1.log'

/** Somebody who has appended so much that room is made behind the next small entry, which is number 2. */
async function withRoom(settings: Parameters<typeof openSession>[1] = {}) {
  const disk = createWatchedDisk()
  const one = openSession(disk, settings)
  await one.append(large(1))
  const before = disk.sizeOf(segment) ?? 0
  await one.append(draft(2))
  const after = disk.sizeOf(segment) ?? 0
  expect(after).toBeGreaterThan(2 * before)
  return { disk, one, length: after }
}

/** An entry that takes all the room there is, to the last byte. */
function filler(disk: ReturnType<typeof createWatchedDisk>, one: OpenSession): Draft {
  const room = (disk.sizeOf(segment) ?? 0) - (one.session.log.writers.get(0)?.end.at ?? 0)
  const buffer = createFrameBuffer()
  const { bodyLength } = buffer.add((into) => writeDrafts(into, [draft(3)]))
  const missing = room - headerLength - bodyLength
  const { body, bytes } = draft(3)
  return draft(3, { body: `${body}${' '.repeat(missing)}`, bytes })
}

const ids = (count: number) => drafts(count).map(({ id }) => id)
const quarantines = ({ told }: OpenSession) => told.filter(({ kind }) => kind === 'quarantined')

describe('a segment with room ahead', () => {
  it('is filled without growing, and ends with its last record once it is closed', async () => {
    const { disk, one, length } = await withRoom()
    const { end } = one.session.log.writers.get(0) ?? {}
    for (let number = 3; number < 60; number += 1) await one.append(draft(number))
    expect(disk.sizeOf(segment)).toBe(length)
    const last = one.session.log.writers.get(0)?.end.at ?? 0
    expect(last).toBeGreaterThan(end?.at ?? Infinity)
    await one.session.close()
    const size = disk.sizeOf(segment) ?? 0
    expect(size).toBeGreaterThan(last)
    expect(size).toBeLessThan(last + 100)
  })

  it('ends with its last record once the next one is begun', async () => {
    const { disk, one } = await withRoom({ segmentBytes: 61_000 })
    for (let number = 3; disk.sizeOf('seg-0-2.log') === undefined; number += 1) await one.append(draft(number))
    expect(disk.sizeOf(segment)).toBe(one.session.log.endOf(0, 1))
    await one.session.close()
  })

  it('is read by whoever writes it and by others, entry by entry', async () => {
    const { disk, one } = await withRoom()
    const other = openSession(disk)
    one.take()
    for (let number = 3; number < 40; number += 1) {
      expect(one.pending()).toEqual(ids(number - 1))
      expect(other.pending()).toEqual(ids(number - 1))
      await one.append(draft(number))
    }
    expect(other.pending()).toEqual(ids(39))
    expect(quarantines(one)).toEqual([])
    await one.session.close()
    await other.session.close()
  })

  it.each([
    [1, 0],
    [30, 0],
    [63, 0],
    [64, 0],
    [65, 0],
    [100, 0],
    [-1, 0],
    [100, 1],
    [-1, 1],
  ])(
    'shows an entry of which %i bytes are written to nobody, until all of it is (filling the room: %i)',
    async (count, filling) => {
      const disk = createWatchedDisk()
      let onTorn: (() => void) | undefined
      const files: Files = {
        ...disk.files,
        write(file, data, at) {
          if (onTorn === undefined || data.length < 64) return disk.files.write(file, data, at)
          disk.files.write(file, data.subarray(0, count), at)
          onTorn()
          disk.files.write(file, data, at)
        },
      }
      const one = openSession(disk, { files })
      await one.append(large(1))
      await one.append(draft(2))
      const other = openSession(disk)
      other.take()
      expect(other.pending()).toEqual(ids(2))
      let shown: readonly string[] = []
      const third = filling === 1 ? filler(disk, one) : draft(3)
      onTorn = () => {
        onTorn = undefined
        shown = other.pending()
      }
      const heard = other.told.length
      await one.append(third)
      expect(shown).toEqual(ids(2))
      expect(other.told.length).toBe(heard)
      expect(other.pending()).toEqual(ids(3))
      expect(quarantines(other)).toEqual([])
      await other.session.close()
      await one.session.close()
    },
  )

  it('holds all that was acknowledged after a crash, and room is not taken for damage', async () => {
    const { disk, one } = await withRoom()
    await one.append(draft(3))
    const heir = openSession(disk, { processes: processOfBoot(2) })
    heir.take()
    expect(heir.pending()).toEqual(ids(3))
    await heir.append(draft(4))
    expect(heir.pending()).toEqual(ids(4))
    heir.settle(...heir.session.pending.read({ limit: 9 }).map(delivered))
    await heir.session.close()
    expect(quarantines(heir)).toEqual([])
    expect(disk.names().filter((name) => name.startsWith('quarantine'))).toEqual([])
  })

  it.each([30, 64, 100])('of whose last write %i bytes were there after a crash goes on without it', async (count) => {
    const { disk, one } = await withRoom()
    const { end } = one.session.log.writers.get(0) ?? {}
    const donor = await withRoom()
    await donor.one.append(draft(3))
    const torn = Buffer.alloc(count)
    const from = donor.disk.files.open(`/box/${segment}`)
    donor.disk.files.read(from, torn, end?.at ?? 0)
    const to = disk.files.open(`/box/${segment}`)
    disk.files.write(to, torn, end?.at ?? 0)
    disk.files.close(to)

    const heir = openSession(disk, { processes: processOfBoot(2) })
    heir.take()
    expect(heir.pending()).toEqual(ids(2))
    await heir.append(draft(3))
    expect(heir.pending()).toEqual(ids(3))
    heir.settle(...heir.session.pending.read({ limit: 9 }).map(delivered))
    await heir.session.close()
    expect(heir.session.ledger().sums.quarantined).toBe(0)
    expect(quarantines(heir)).toMatchObject([
      { reason: expect.stringContaining(`${count} bytes in /box behind`) as string },
    ])
  })
})
