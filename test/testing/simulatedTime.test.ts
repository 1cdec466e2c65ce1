import { SimulatedClock, createActor } from 'xstate'
import { describe, expect, test } from 'vitest'
import { createOutbox, createSyncMachine, memoryStore } from '../../src/index.ts'
import { simulatedTime } from '../../src/testing/index.ts'

describe('advance', () => {
  test('runs chained timers, each at its own moment', async () => {
    const time = simulatedTime(1_000)
    const ran: number[] = []
    const again = () => {
      ran.push(time.now())
      if (ran.length < 4) time.clock.setTimeout(again, 100)
    }
    time.clock.setTimeout(again, 100)
    await time.advance(350)
    expect(ran).toEqual([1_100, 1_200, 1_300])
    expect(time.now()).toBe(1_350)
    await time.advance(50)
    expect(ran).toHaveLength(4)
  })

  test('runs timers of one moment in the order in which they were set', async () => {
    const time = simulatedTime()
    const ran: string[] = []
    time.clock.setTimeout(() => ran.push('b'), 20)
    time.clock.setTimeout(() => ran.push('a'), 10)
    time.clock.setTimeout(() => ran.push('c'), 20)
    await time.advance(20)
    expect(ran).toEqual(['a', 'b', 'c'])
  })

  test('waits for the promises that a timer sets off before it goes on', async () => {
    const time = simulatedTime()
    const seen: number[] = []
    time.clock.setTimeout(() => {
      void (async () => {
        for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve))
        seen.push(time.now())
      })()
    }, 10)
    time.clock.setTimeout(() => seen.push(time.now()), 11)
    const start = time.now()
    await time.advance(100)
    expect(seen).toEqual([start + 10, start + 11])
  })

  test('does not run a timer that was cleared', async () => {
    const time = simulatedTime()
    let ran = 0
    const timer = time.clock.setTimeout(() => (ran += 1), 10)
    time.clock.clearTimeout(timer)
    await time.advance(20)
    expect(ran).toBe(0)
    expect(time.timers()).toBe(0)
  })

  test.each([Number.NaN, -1, 2 ** 31, Infinity])('fires a delay of %d at once, as platforms do', async (delayMs) => {
    const time = simulatedTime()
    let ranAt: number | undefined
    time.clock.setTimeout(() => (ranAt = time.now()), delayMs)
    const start = time.now()
    await time.advance(1)
    expect(ranAt).toBe(start)
  })
})

test('jump moves the wall clock and no timer', async () => {
  const time = simulatedTime(0)
  let ran = 0
  time.clock.setTimeout(() => (ran += 1), 100)
  time.jump(1_000_000)
  await time.quiet()
  expect([time.now(), ran]).toEqual([1_000_000, 0])
  await time.advance(100)
  expect([time.now(), ran]).toEqual([1_000_100, 1])
})

test('drives a machine as well as a handle', async () => {
  const time = simulatedTime()
  let tries = 0
  const push = () => {
    tries += 1
    throw new Error('503')
  }
  const machine = createSyncMachine<string>({ ...time.options, push, store: memoryStore() })
  const actor = createActor(machine, { clock: time.clock }).start()
  actor.send({ type: 'enqueue', payload: 'a' })
  await time.advance(7_000)
  expect(tries).toBe(4)
  actor.send({ type: 'stop' })
  await time.quiet()
  expect(actor.getSnapshot().status).toBe('done')
  expect(time.timers()).toBe(0)
})

test("XState's own SimulatedClock fits the option", async () => {
  const clock = new SimulatedClock()
  const outbox = createOutbox<string>({
    clock,
    store: memoryStore(),
    push: () => {
      throw new Error('503')
    },
  })
  await outbox.enqueue('a')
  expect(await outbox.flush()).toMatchObject({ outcome: 'waiting', pending: 1 })
  expect(outbox.status().nextAttemptAt).toBeLessThanOrEqual(4_000)
  await outbox.stop()
})
