import { expect, test } from 'vitest'
import type { Entry, Push } from '../../src/index.ts'
import type { Clock } from '../../src/clock.ts'
import { startFlight } from '../../src/flight.ts'

const entry = { attempts: 0 } as Entry<string>

/** A try by a clock whose timers the test ends; `timers` are the ms of those that were set and not cleared. */
function flightOf(push: Push<string>, clock: Partial<Clock> = {}) {
  const timers = new Map<number, { readonly ms: number; readonly callback: () => void }>()
  const set: number[] = []
  const whole: Clock = {
    now: () => 0,
    setTimeout(callback, ms) {
      set.push(ms)
      timers.set(set.length, { ms, callback })
      return set.length
    },
    clearTimeout: (timer) => void timers.delete(timer as number),
    ...clock,
  }
  const flight = startFlight(entry, push, { pushTimeoutMs: 500, clock: whole }, () => false)
  return { flight, set, timers }
}

test.each<[string, Push<string>]>([
  ['answers at once', () => 'done'],
  ['answers in the same turn', () => Promise.resolve('done')],
  ['answers a little later in it', () => Promise.resolve().then(() => 'done')],
])('a push that %s needs no timer', async (_, push) => {
  const { flight, set } = flightOf(push)
  expect(await flight.outcome).toEqual({ kind: 'delivered', result: 'done' })
  await new Promise(setImmediate)
  expect(set).toEqual([])
})

test('one that takes longer gets its limit, which ends with it', async () => {
  let answer: (result: string) => void = () => undefined
  const { flight, set, timers } = flightOf(() => new Promise((resolve) => (answer = resolve)))
  await new Promise(setImmediate)
  expect([set, timers.size]).toEqual([[500], 1])
  answer('done')
  expect(await flight.outcome).toEqual({ kind: 'delivered', result: 'done' })
  expect(timers.size).toBe(0)
})

test('one that never answers fails when its limit is over', async () => {
  const { flight, timers } = flightOf(() => new Promise(() => {}))
  await new Promise(setImmediate)
  timers.get(1)?.callback()
  expect(await flight.outcome).toEqual({ kind: 'failed', reason: 'no answer within 500 ms' })
})

test('one that is aborted before it has a limit gets none', async () => {
  const { flight, set } = flightOf(() => new Promise(() => {}))
  flight.abort(0)
  expect(await flight.outcome).toEqual({ kind: 'aborted' })
  await new Promise(setImmediate)
  expect(set).toEqual([])
})

test('nor does one that is to end within a grace, which is another timer', async () => {
  const { flight, set, timers } = flightOf(() => new Promise(() => {}))
  flight.abort(100)
  await new Promise(setImmediate)
  expect([set, timers.size]).toEqual([[100], 1])
})

test('a clock that sets no timer fails the try', async () => {
  let signal: AbortSignal | undefined
  const { flight } = flightOf(
    (_, context) => {
      signal = context.signal
      return new Promise(() => {})
    },
    {
      setTimeout() {
        throw new Error('no timers here')
      },
    },
  )
  expect(await flight.outcome).toMatchObject({ kind: 'failed', reason: expect.stringContaining('no timers here') })
  expect(signal?.aborted).toBe(true)
})
