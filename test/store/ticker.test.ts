import { afterEach, describe, expect, it, vi } from 'vitest'
import { createTicker, pause } from '../../src/store/fs/ticker.ts'

afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

const whileFaked = () => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] })

it('a ticker ticks until it is stopped, and again when it is started again', () => {
  whileFaked()
  let ticks = 0
  const ticker = createTicker(10, () => void (ticks += 1))
  ticker.start()
  ticker.start()
  vi.advanceTimersByTime(20)
  expect(ticks).toBe(2)
  ticker.stop()
  vi.advanceTimersByTime(20)
  expect(ticks).toBe(2)
  ticker.start()
  vi.advanceTimersByTime(20)
  expect(ticks).toBe(4)
})

describe('a pause', () => {
  it('takes its time', async () => {
    whileFaked()
    let isOver = false
    const over = pause(10).then(() => (isOver = true))
    await vi.advanceTimersByTimeAsync(9)
    expect(isOver).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    await over
  })

  it('is not begun when its signal has been aborted', async () => {
    whileFaked()
    const reason = new Error('no more')
    await expect(pause(10, AbortSignal.abort(reason))).rejects.toBe(reason)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('ends when its signal is aborted, and leaves nothing behind', async () => {
    whileFaked()
    const abort = new AbortController()
    const reason = new Error('no more')
    const paused = pause(10, abort.signal)
    abort.abort(reason)
    await expect(paused).rejects.toBe(reason)
    expect(vi.getTimerCount()).toBe(0)
  })

  it.each([
    ['does not keep the process alive', undefined, false],
    ['keeps the process alive when told to', { keepsAlive: true }, true],
  ])('%s', async (_, options, isKept) => {
    const timers = vi.spyOn(globalThis, 'setTimeout')
    const abort = new AbortController()
    const paused = pause(10_000, abort.signal, options)
    expect(timers.mock.results.map(({ value }) => (value as NodeJS.Timeout).hasRef())).toEqual([isKept])
    abort.abort()
    await expect(paused).rejects.toThrow('aborted')
  })
})
