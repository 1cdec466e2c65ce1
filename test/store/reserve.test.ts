import { afterEach, describe, expect, it, vi } from 'vitest'
import { createReserve } from '../../src/store/fs/reserve.ts'
import { createWatchedDisk, diskError } from './support/watchedDisk.ts'

afterEach(() => {
  vi.useRealTimers()
})

function reserved(bytes = 1_000) {
  const disk = createWatchedDisk()
  return { ...disk, reserve: createReserve(disk.directory, bytes) }
}

/** Work for which there is no room as long as the reserve takes it. */
function tightWork({ names }: ReturnType<typeof reserved>, code: string) {
  return () => {
    if (names().includes('reserve')) throw diskError(code)
    return 'done'
  }
}

describe('the reserve', () => {
  it('is put aside once, and is in nobody’s use', () => {
    const { reserve, names, sizeOf, done, open } = reserved()
    expect([reserve.isInUse(), reserve.isSpent()]).toEqual([false, false])
    expect(reserve.refill()).toBe(true)
    expect([reserve.isInUse(), reserve.isSpent()]).toEqual([false, false])
    expect([names(), sizeOf('reserve')]).toEqual([['reserve'], 1_000])
    expect(reserve.refill()).toBe(true)
    expect(done).toEqual(['rename reserve'])
    expect(open()).toEqual([])
  })

  it.each(['ENOSPC', 'EDQUOT'])('makes room for work that found none (%s), which every process can see', (code) => {
    const disk = reserved()
    const { reserve, names, open } = disk
    reserve.refill()
    expect(reserve.isSpent()).toBe(false)
    expect(reserve.withRoom(tightWork(disk, code))).toBe('done')
    expect([reserve.isInUse(), reserve.isSpent()]).toEqual([true, true])
    expect(createReserve(disk.directory, 1_000).isSpent()).toBe(true)
    expect([names(), open()]).toEqual([['reserve-spent'], []])
    expect(reserve.refill()).toBe(true)
    expect([reserve.isInUse(), reserve.isSpent()]).toEqual([false, false])
    expect(names()).toEqual(['reserve'])
  })

  it('is there again and taken again, while the mark of the last time stands', () => {
    const disk = reserved()
    const { reserve, names } = disk
    reserve.refill()
    disk.files.close(disk.files.create(disk.directory.at('reserve-spent')))
    expect(reserve.withRoom(tightWork(disk, 'ENOSPC'))).toBe('done')
    expect(names()).toEqual(['reserve-spent'])
  })

  it('is not touched by work that fails for another reason', () => {
    const disk = reserved()
    disk.reserve.refill()
    expect(() => disk.reserve.withRoom(tightWork(disk, 'EIO'))).toThrow('EIO')
    expect([disk.reserve.isInUse(), disk.names()]).toEqual([false, ['reserve']])
  })

  it('that is not there makes no room: the work is not tried again', () => {
    const { reserve, names } = reserved()
    const work = vi.fn(() => {
      throw diskError('ENOSPC')
    })
    expect(() => reserve.withRoom(work)).toThrow('ENOSPC')
    expect(work).toHaveBeenCalledTimes(1)
    expect([reserve.isInUse(), names()]).toEqual([false, []])
  })

  it('takes no room when there is not enough for all of it', () => {
    const { reserve, failNext, names, open } = reserved()
    failNext('write')
    expect(reserve.refill()).toBe(false)
    expect([reserve.isInUse(), names(), open()]).toEqual([true, [], []])
  })

  it('is tried again a second after it failed, by those who try often', () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    const { reserve, failNext, names } = reserved()
    failNext('write')
    expect(reserve.refillSometimes()).toBe(false)
    vi.advanceTimersByTime(1_000)
    expect(reserve.refillSometimes()).toBe(false)
    expect(names()).toEqual([])
    vi.advanceTimersByTime(1)
    expect(reserve.refillSometimes()).toBe(true)
    expect(names()).toEqual(['reserve'])
  })
})
