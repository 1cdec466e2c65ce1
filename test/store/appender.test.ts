import { describe, expect, it } from 'vitest'
import { macrotask } from '../../src/clock.ts'
import type { FrameFacts } from '../../src/store/fs/appender.ts'
import { createAppender } from '../../src/store/fs/appender.ts'
import { createDirectory } from '../../src/store/fs/directory.ts'
import type { Files } from '../../src/store/fs/files.ts'
import { frameKinds } from '../../src/store/fs/frame.ts'
import { createLedger } from '../../src/store/fs/ledger.ts'
import { createLog } from '../../src/store/fs/log.ts'
import { createReserve } from '../../src/store/fs/reserve.ts'
import { createTail } from '../../src/store/fs/tail.ts'
import type { Turns } from '../../src/store/fs/turns.ts'
import { processOfBoot } from './support/places.ts'
import { createSimulatedDisk } from './support/simulatedDisk.ts'

const reserveBytes = 10_000

/** Somebody who appends on a disk in memory; some of its calls may be replaced. */
function appenderWith(change: (files: Files) => Partial<Files> = () => ({}), turns: Turns = never) {
  const disk = createSimulatedDisk()
  const files = { ...disk.files, ...change(disk.files) }
  const directory = createDirectory(files, '/box')
  const log = createLog(directory)
  const ledger = createLedger()
  const refresh = () => void log.refresh(ledger)
  const tail = createTail({ directory, log, processes: processOfBoot(1), segmentBytes: 1_000_000, refresh })
  const reserve = createReserve(directory, reserveBytes)
  let told = 0
  const appender = createAppender({ directory, tail, reserve, turns, onAppended: () => void (told += 1) })
  return {
    put(text = '', facts: Partial<FrameFacts> = {}) {
      const whole = { kind: frameKinds.entries, count: 1, bytes: 0, enqueuedAt: 1, ...facts }
      return appender.append(whole, (into) => into.text(text))
    },
    touch(name: string) {
      disk.files.makeDirectory('/box')
      disk.files.close(disk.files.create(`/box/${name}`))
    },
    syncs: () => disk.events.filter(({ is }) => is === 'sync').length,
    names: () => disk.files.list('/box'),
    /** How often it was said that something is on the disk. */
    told: () => told,
  }
}

const never: Turns = { areTaken: () => false, onStart: () => {}, onSynced: () => {} }
const always: Turns = { areTaken: () => true, onStart: () => {}, onSynced: () => {} }

/** A disk that has room for so many bytes at once. */
const withRoomFor = (most: number) => (files: Files) => ({
  write(file: number, data: Uint8Array, at: number) {
    if (data.length > most) throw Object.assign(new Error('no space'), { code: 'ENOSPC' })
    files.write(file, data, at)
  },
})

const ticks = async (count: number) => {
  for (let tick = 0; tick < count; tick += 1) await Promise.resolve()
}

describe('appends', () => {
  it('are all served, at whatever moment they come after others were', async () => {
    const { put, told } = appenderWith()
    for (let count = 0; count < 10; count += 1) {
      await put()
      await ticks(count)
      await put()
    }
    expect(told()).toBe(20)
  })

  it('that were served together are written together again, though one comes a little later', async () => {
    const { put, syncs } = appenderWith()
    const rounds = 8
    async function sooner() {
      for (let round = 0; round < rounds; round += 1) await put()
    }
    async function later() {
      for (let round = 0; round < rounds; round += 1) {
        await put()
        await ticks(5)
      }
    }
    await Promise.all([sooner(), later()])
    expect(syncs()).toBe(rounds)
  })

  it('that come one by one are not held up for others', async () => {
    const { put } = appenderWith()
    let hasTurned = false
    void macrotask().then(() => (hasTurned = true))
    for (let round = 0; round < 3; round += 1) await put()
    expect(hasTurned).toBe(false)
  })

  it('hear where they stand', async () => {
    const { put } = appenderWith()
    const places: unknown[] = []
    const onPlaced = ({ ordinal, specials }: { ordinal: number; specials: number }) => places.push([ordinal, specials])
    await put('', { onPlaced })
    await put()
    await put('', { kind: frameKinds.command, count: 0, onPlaced })
    expect(places).toEqual([
      [1, 0],
      [2, 1],
    ])
  })
})

describe('those who append at once and take turns', () => {
  /** What happens on the disk and to the callers, in order. */
  function course(turns: Turns) {
    const happened: string[] = []
    const { put, told } = appenderWith(
      (files) => ({
        async sync(file) {
          happened.push('sync')
          await files.sync(file)
          await macrotask()
          happened.push('synced')
        },
      }),
      turns,
    )
    async function call(name: string, rounds: number) {
      for (let round = 0; round < rounds; round += 1) {
        await put()
        happened.push(name)
        await ticks(4)
      }
    }
    return { call, happened, told }
  }

  it('are answered while the others are on their way to the disk, each once it is there', async () => {
    const { call, happened } = course(always)
    await Promise.all(['a', 'b', 'c', 'd'].map((name) => call(name, 3)))
    expect(happened.join(' ')).toBe(
      'sync synced a b sync c d synced sync a b synced sync c d synced sync a b synced c d',
    )
  })

  it('are all written at once where turns are not taken', async () => {
    const { call, happened } = course(never)
    await Promise.all(['a', 'b', 'c', 'd'].map((name) => call(name, 2)))
    const all = ['sync', 'synced', 'a', 'b', 'c', 'd']
    expect(happened).toEqual([...all, ...all])
  })

  it('are all answered, though none of them comes back', async () => {
    const { call, happened } = course(always)
    await Promise.all(['a', 'b', 'c'].map((name) => call(name, 1)))
    expect(happened).toEqual(['sync', 'synced', 'a', 'b', 'c'])
  })

  /** How many were written at once, and how many waited then, themselves included, when some come while others are being written. */
  async function groupsOf(areTaken: boolean, sooner: number, later: number) {
    const groups: (readonly [number, number])[] = []
    const turns: Turns = {
      areTaken: () => areTaken,
      onStart: () => {},
      onSynced: (appends, callers) => void groups.push([appends, callers]),
    }
    const { call } = course(turns)
    const calls = (count: number) => Array.from({ length: count }, () => call('', 5))
    const first = calls(sooner)
    await ticks(10)
    await Promise.all([...first, ...calls(later)])
    return groups.slice(0, 4)
  }

  it('do so once they are about as many: a few are let in with the many', async () => {
    expect(await groupsOf(true, 1, 9)).toEqual([
      [1, 10],
      [10, 10],
      [5, 10],
      [5, 10],
    ])
    expect(await groupsOf(true, 9, 1)).toEqual([
      [9, 10],
      [10, 10],
      [5, 10],
      [5, 10],
    ])
    expect(await groupsOf(true, 4, 8)).toEqual([
      [4, 12],
      [8, 12],
      [4, 12],
      [8, 12],
    ])
  })

  it('begin anew when somebody appends after nobody did', async () => {
    let begun = 0
    const { call } = course({ ...never, onStart: () => void (begun += 1) })
    await Promise.all([call('a', 3), call('b', 3)])
    expect(begun).toBe(1)
    await macrotask()
    await call('c', 1)
    expect(begun).toBe(2)
  })

  it('come together again where turns are not taken', async () => {
    expect(await groupsOf(false, 4, 4)).toEqual([
      [4, 8],
      [8, 8],
      [8, 8],
      [8, 8],
    ])
  })

  it('are answered, though those after them are refused', async () => {
    let isFull = false
    const { put, told } = appenderWith(
      (files) => ({
        write(file, data, at) {
          if (isFull) throw Object.assign(new Error('no space'), { code: 'ENOSPC' })
          files.write(file, data, at)
        },
      }),
      always,
    )
    const first = ['a', 'b'].map((text) => put(text))
    const others = first[0]?.then(() => {
      isFull = true
      return Promise.allSettled([put('c')])
    })
    expect(await Promise.allSettled(first)).toMatchObject([{ status: 'fulfilled' }, { status: 'fulfilled' }])
    expect(await others).toMatchObject([{ status: 'rejected', reason: { code: 'OUTBOX_QUOTA' } }])
    expect(told()).toBe(1)
  })
})

describe('an append is refused', () => {
  it('without those beside it, when it alone is too large for the disk', async () => {
    const { put } = appenderWith(withRoomFor(5_000))
    const large = 'x'.repeat(6_000)
    expect(await Promise.allSettled([put('a'), put(large), put('b')])).toMatchObject([
      { status: 'fulfilled' },
      { status: 'rejected', reason: { code: 'OUTBOX_QUOTA' } },
      { status: 'fulfilled' },
    ])
  })

  it('and nobody is told of anything new, when those beside it are refused, too', async () => {
    const { put, told } = appenderWith(withRoomFor(5_000))
    const large = 'x'.repeat(6_000)
    const results = await Promise.allSettled([put(large), put(large)])
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    await macrotask()
    expect(told()).toBe(0)
  })

  it('with the reason, when the directory cannot be made', async () => {
    const { put } = appenderWith(() => ({
      makeDirectory() {
        throw Object.assign(new Error('not permitted here'), { code: 'EACCES' })
      },
    }))
    await expect(put()).rejects.toMatchObject({
      code: 'OUTBOX_STORE',
      message: 'could not append to /box: not permitted here',
      cause: { code: 'EACCES' },
    })
  })

  it('when a power cut could take the directory with it', async () => {
    const { put, names } = appenderWith(() => ({
      syncDirectory: () => Promise.reject(new Error('the disk is gone')),
    }))
    await expect(put()).rejects.toThrow('the disk is gone')
    expect(names()).toEqual([])
  })
})

describe('while the room put aside for settlements is in use', () => {
  it('an append is refused, and takes none of it', async () => {
    const { put, touch, names } = appenderWith(withRoomFor(5_000))
    touch('reserve-spent')
    await expect(put()).rejects.toMatchObject({
      code: 'OUTBOX_QUOTA',
      message: expect.stringContaining('the room put aside is for settlements'),
    })
    expect(names()).toEqual(['reserve-spent'])
  })

  it('an append is accepted once as much can be put aside again', async () => {
    const { put, touch, names } = appenderWith()
    touch('reserve-spent')
    await put()
    expect(names()?.toSorted()).toEqual(['reserve', 'seg-0-1.log'])
  })
})

it('an append is accepted on a disk that has no room to put aside, but room for it', async () => {
  const { put, names } = appenderWith(withRoomFor(5_000))
  await put()
  expect(names()).toEqual(['seg-0-1.log'])
})
