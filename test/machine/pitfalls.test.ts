import { assert, double, property } from 'fast-check'
import { createActor } from 'xstate'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { initialContext, setupSync } from '../../machines/setup.ts'
import type { Store } from '../../src/index.ts'
import { createSyncMachine, memoryStore } from '../../src/index.ts'
import { faultyStore, simulatedTime } from '../../src/testing/index.ts'
import type { Note } from '../support/world.ts'
import { createWorld, fails, scripted } from '../support/world.ts'

const down = fails(new Error('503'))

const strays: unknown[] = []
const collect = (error: unknown) => strays.push(error)
beforeEach(() => {
  strays.length = 0
  process.on('unhandledRejection', collect)
})
afterEach(() => {
  process.off('unhandledRejection', collect)
  expect(strays).toEqual([])
})

describe('no wake is lost', () => {
  test.each(['read', 'settle', 'counts', 'lease', 'control'] as const)(
    'when an entry arrives while the engine waits for %s',
    async (method) => {
      const store = faultyStore(memoryStore())
      await using world = createWorld(undefined, { store })
      let arrivals = 0
      store.faults[method] = async (real) => {
        const answer = await real()
        if (arrivals < 5) {
          arrivals += 1
          await store.append([
            {
              id: `late-${arrivals}`,
              body: `{"text":"late ${arrivals}"}`,
              codec: 'json',
              version: 0,
              lane: 'default',
              enqueuedAt: world.time.now(),
              items: 1,
              bytes: 17,
            },
          ])
          world.outbox.actor.send({ type: 'wake' })
        }
        return answer
      }
      await world.outbox.enqueue({ text: 'first' })
      await world.time.quiet()
      expect(world.texts().length).toBe(arrivals + 1)
      expect(arrivals).toBeGreaterThan(0)
      expect(world.elapsed()).toBe(0)
    },
  )

  test('when it comes in the very step in which the engine reports drained', async () => {
    await using world = createWorld()
    let sent = 0
    world.outbox.actor.subscribe((snapshot) => {
      if (!snapshot.matches({ idle: 'ready' }) || sent >= 3) return
      sent += 1
      world.outbox.actor.send({ type: 'enqueue', payload: { text: `echo ${sent}` } })
    })
    await world.outbox.enqueue({ text: 'first' })
    await world.time.quiet()
    expect(world.texts()).toHaveLength(4)
    expect(world.elapsed()).toBe(0)
  })
})

describe('a store that throws', () => {
  const methods = ['append', 'read', 'settle', 'counts', 'control', 'setControl', 'lease', 'watch', 'close'] as const
  const manners = [
    ['throws', (error: Error) => fails(error)],
    [
      'rejects',
      (error: Error) => async () => {
        throw error
      },
    ],
  ] as const
  const cases = methods.flatMap((method) =>
    manners
      .filter(([manner]) => manner === 'throws' || method !== 'watch')
      .flatMap(([manner, fault]) => [1, 2, 3].map((nth) => ({ method, manner, nth, fault }))),
  )
  test.each(cases)('does not break the machine: call $nth of $method $manner', async ({ method, nth, fault }) => {
    const store = faultyStore(memoryStore())
    let calls = 0
    store.faults[method] = (real) => {
      calls += 1
      return calls === nth ? fault(new Error('EIO'))() : real()
    }
    const world = createWorld(
      scripted(down, () => 'ok'),
      { store },
    )
    const kept = Promise.allSettled(['a', 'b', 'c'].map((text) => world.outbox.enqueue({ text })))
    await world.time.quiet()
    world.outbox.pause()
    await world.time.quiet()
    world.outbox.resume()
    await world.time.advance(10_000)
    const accepted = (await kept).filter(({ status }) => status === 'fulfilled').length
    expect(accepted).toBe(method === 'append' ? 2 : 3)
    expect(world.eventsOf('delivered')).toHaveLength(accepted)
    expect(world.outbox.actor.getSnapshot().status).toBe('active')
    await world.outbox.stop()
    expect(world.outbox.actor.getSnapshot()).toMatchObject({ status: 'done', error: undefined })
  })

  test('for good says so with growing waits, and ends cleanly', async () => {
    const store = faultyStore(memoryStore())
    store.faults.counts = fails(new Error('EIO'))
    const world = createWorld(undefined, { store })
    await world.outbox.enqueue({ text: 'a' })
    await world.time.advance(7_000)
    expect(world.eventsOf('warning').map(({ code }) => code)).toEqual(Array.from({ length: 4 }, () => 'OUTBOX_STORE'))
    expect(world.outbox.status()).toMatchObject({ state: 'backoff', reason: 'store', lastError: 'EIO' })
    await world.outbox.stop()
  })
})

describe('a push that misbehaves', () => {
  test.each([
    ['throws a text', fails('nope'), 'nope'],
    ['throws undefined', fails(undefined), 'undefined'],
    ['throws null', fails(null), 'null'],
    ['throws what cannot be printed', fails(Object.create(null)), 'an error that cannot be printed'],
    ['throws an error without a message', fails(new TypeError()), 'TypeError'],
    ['rejects later', () => Promise.reject(new Error('later')), 'later'],
  ])('counts as failed and breaks nothing when it %s', async (_, push, reason) => {
    await using world = createWorld(push)
    await world.outbox.enqueue({ text: 'a' })
    await world.time.quiet()
    expect(world.eventsOf('retryScheduled')).toMatchObject([{ reason }])
  })

  test('cannot fill the store with its error text', async () => {
    await using world = createWorld(fails(new Error('x'.repeat(1_000_000))))
    await world.outbox.enqueue({ text: 'a' })
    await world.time.quiet()
    expect((await world.store.read({ limit: 1 }))[0]?.lastError).toHaveLength(500)
  })
})

test('a pushTimeoutMs function that throws counts as a failed try', async () => {
  await using world = createWorld(undefined, { pushTimeoutMs: fails(new Error('bad limit')) as never })
  await world.outbox.enqueue({ text: 'a' })
  await world.time.quiet()
  expect(world.eventsOf('retryScheduled')).toMatchObject([{ reason: 'bad limit' }])
  expect(world.pushes).toEqual([])
})

test.each([0, 2 ** 31, NaN])('a pushTimeoutMs function that answers %j counts as a failed try', async (limit) => {
  await using world = createWorld(undefined, { pushTimeoutMs: () => limit })
  await world.outbox.enqueue({ text: 'a' })
  await world.time.quiet()
  expect(world.eventsOf('retryScheduled')).toMatchObject([{ reason: expect.stringContaining('from 1 to 2^31 - 1') }])
  expect(world.pushes).toEqual([])
})

test.each([1, 2 ** 31 - 1])('a pushTimeoutMs function may answer %i', async (limit) => {
  await using world = createWorld(undefined, { pushTimeoutMs: () => limit })
  await world.outbox.enqueue({ text: 'a' })
  await world.time.quiet()
  expect(world.texts()).toEqual(['a'])
})

test('an entry that the codec cannot read becomes a dead letter, and the rest goes on', async () => {
  const codec = {
    name: 'picky',
    encode: (json: string) => json,
    decode: (body: string) => (body.includes('bad') ? fails(new Error('wrong key'))() : body),
  }
  await using world = createWorld(undefined, { codec })
  const { id } = await world.outbox.enqueue({ text: 'bad' })
  await world.outbox.enqueue({ text: 'good' })
  await world.time.quiet()
  expect(world.texts()).toEqual(['good'])
  expect(world.eventsOf('warning')).toMatchObject([{ code: 'OUTBOX_UNREADABLE', id, reason: 'wrong key' }])
  expect(await world.store.counts()).toMatchObject({
    pending: 0,
    dead: 1,
    totals: { enqueued: 2, delivered: 1 },
  })
})

test('an entry written with a codec that is not configured holds the outbox instead of being moved aside', async () => {
  const store = memoryStore()
  {
    await using before = createWorld(undefined, { store, codec: { name: 'sealed', encode: btoa, decode: atob } })
    before.outbox.pause()
    await before.outbox.enqueue({ text: 'a' })
    before.outbox.resume()
    before.outbox.pause()
  }
  await store.setControl({ paused: false })
  await using world = createWorld(undefined, { store })
  await world.time.quiet()
  expect(world.outbox.status()).toMatchObject({ reason: 'held', pending: 1 })
  expect(world.outbox.explain()).toContain('written with the codec "sealed", but the codec here is "json"')
})

describe('delays', () => {
  test('are always such as a timer can take', () => {
    const { delays } = setupSync<unknown>().createMachine({ context: {} as never }).implementations
    const backoff = delays['backoff'] as (args: { context: unknown }) => number
    assert(
      property(double({ min: 0, noNaN: true }), (waitLeftMs) => {
        const delayMs = backoff({ context: { ...initialContext(undefined), waitLeftMs } })
        return delayMs >= 0 && delayMs < 2 ** 31
      }),
    )
  })

  test('longer than a timer can be are waited out in full', async () => {
    await using world = createWorld()
    const ninetyDaysMs = 90 * 86_400_000
    await world.outbox.enqueue({ text: 'a' }, { notBefore: world.time.now() + ninetyDaysMs })
    await world.time.advance(60_000)
    expect(world.texts()).toEqual([])
    world.time.jump(ninetyDaysMs)
    await world.time.advance(1_000)
    expect(world.texts()).toEqual(['a'])
  })
})

describe('time that moves by itself', () => {
  test('a sleep of two hours ends a wait within a second of waking', async () => {
    await using world = createWorld(scripted(fails(new Error('503'))), { backoff: () => 3_600_000 })
    await world.outbox.enqueue({ text: 'a' })
    await world.time.advance(10_500)
    world.time.jump(7_200_000)
    await world.time.advance(1_000)
    expect(world.pushes).toHaveLength(2)
  })

  test('a clock set back does not make a wait longer', async () => {
    await using world = createWorld(
      scripted(down, () => 'ok'),
      { backoff: () => 20_000 },
    )
    await world.outbox.enqueue({ text: 'a' })
    await world.time.quiet()
    world.time.jump(-86_400_000)
    await world.time.advance(19_999)
    expect(world.pushes).toHaveLength(1)
    await world.time.advance(1)
    expect(world.pushes).toHaveLength(2)
  })

  test('a clock set back before a restart makes the new process wait no longer than the whole wait', async () => {
    const store = memoryStore()
    const time = simulatedTime()
    {
      await using before = createWorld(down, { store, time, backoff: () => 20_000 })
      await before.outbox.enqueue({ text: 'a' })
      await time.quiet()
    }
    time.jump(-86_400_000)
    await using world = createWorld(undefined, { store, time })
    await time.advance(20_000)
    expect(world.texts()).toEqual(['a'])
  })

  test('a clock set ahead lets the entry go at once, and nothing breaks', async () => {
    await using world = createWorld(scripted(down, () => 'ok'))
    await world.outbox.enqueue({ text: 'a' })
    await world.time.quiet()
    world.time.jump(86_400_000)
    await world.time.advance(1_000)
    expect(world.texts()).toEqual(['a', 'a'])
  })
})

describe('actor.stop() at any moment', () => {
  /** Runs an outbox for so many turns of the microtask queue, stops the actor, and answers what was durable by then. */
  async function runAndStop(store: Store, turns: number, seen: string[]): Promise<string[]> {
    const time = simulatedTime()
    const machine = createSyncMachine<Note>({
      ...time.options,
      store,
      push: async ({ payload }) => {
        seen.push(payload.text)
        await Promise.resolve()
      },
    })
    const actor = createActor(machine, { clock: time.clock })
    const kept: string[] = []
    actor.on('enqueued', ({ id }) => {
      kept.push(id)
    })
    actor.start()
    for (const text of ['a', 'b', 'c']) actor.send({ type: 'enqueue', payload: { text }, id: text })
    for (let turn = 0; turn < turns; turn += 1) await Promise.resolve()
    actor.stop()
    await time.quiet()
    return kept
  }

  test.each(Array.from({ length: 120 }, (_, turn) => turn))('loses nothing: after %i turns', async (turns) => {
    const store = memoryStore()
    const seen: string[] = []
    await runAndStop(store, turns, seen)
    await using world = createWorld(undefined, { store })
    await world.time.quiet()
    const all = [...seen, ...world.texts()]
    // Everything was begun before the stop, so everything is written; the push in flight may repeat, in order.
    expect([...new Set(all)]).toEqual(['a', 'b', 'c'])
    expect(all.length).toBeLessThanOrEqual(4)
    expect(await store.counts()).toMatchObject({ pending: 0, totals: { enqueued: 3, delivered: 3 } })
  })

  test('gives the lease up without any timer', async () => {
    const store = memoryStore()
    const time = simulatedTime()
    const world = createWorld(() => new Promise(() => {}), { store, time })
    await world.outbox.enqueue({ text: 'a' })
    await time.quiet()
    world.outbox.actor.stop()
    await time.quiet()
    const lease = await store.lease(AbortSignal.timeout(1_000))
    expect(lease.epoch).toBe(2)
  })

  test('writes what the handle was given in the tick before', async () => {
    const store = memoryStore()
    const world = createWorld(undefined, { store })
    const kept = [world.outbox.enqueue({ text: 'a' }), world.outbox.enqueue({ text: 'b' })]
    world.outbox.actor.stop()
    await Promise.all(kept)
    expect(await store.read({ limit: 3 })).toMatchObject([{ body: '{"text":"a"}' }, { body: '{"text":"b"}' }])
    await expect(world.outbox.enqueue({ text: 'c' })).rejects.toMatchObject({ code: 'OUTBOX_STOPPED' })
  })

  test('rejects what the store had not answered yet, and still writes it', async () => {
    const store = memoryStore()
    const world = createWorld(undefined, { store })
    const kept = world.outbox.enqueue({ text: 'a' })
    await Promise.resolve()
    world.outbox.actor.stop()
    await expect(kept).rejects.toMatchObject({ code: 'OUTBOX_STOPPED' })
    await world.time.quiet()
    expect(await store.counts()).toMatchObject({ pending: 1 })
  })
})

describe('a store that hangs', () => {
  test.each(['append', 'read', 'settle', 'counts', 'control', 'lease', 'close'] as const)(
    'does not keep the machine from stopping: %s',
    async (method) => {
      const store = faultyStore(memoryStore())
      store.faults[method] = () => new Promise(() => {})
      const world = createWorld(undefined, { store })
      world.outbox.actor.send({ type: 'enqueue', payload: { text: 'a' } })
      await world.time.advance(1_000)
      const stopped = world.outbox.stop()
      await world.time.advance(10_000)
      expect(await stopped).toMatchObject({ dropped: 0 })
      expect(world.outbox.status().state).toBe('stopped')
    },
  )
})

// Late counts only what this process itself worked meanwhile: a busy machine makes timers late that nobody starves.
test('2,000 entries drain while a 20 ms timer is never late by more than 30 ms', { retry: 2 }, async () => {
  const store = memoryStore()
  const world = createWorld(() => 'ok', { store })
  world.outbox.pause()
  await Promise.all(Array.from({ length: 2_000 }, (_, n) => world.outbox.enqueue({ text: String(n) })))
  const workedMs = () => {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1_000
  }
  const latenesses: number[] = []
  let due = { atMs: performance.now() + 20, workedMs: workedMs() + 20 }
  const timer = setInterval(() => {
    latenesses.push(Math.min(performance.now() - due.atMs, workedMs() - due.workedMs))
    due = { atMs: performance.now() + 20, workedMs: workedMs() + 20 }
  }, 20)
  world.outbox.resume()
  await world.outbox.flush()
  // One more tick after the drain, so that a timer starved to the end shows.
  await new Promise((resolve) => setTimeout(resolve, 25))
  clearInterval(timer)
  expect(world.pushes).toHaveLength(2_000)
  expect(latenesses.length).toBeGreaterThan(0)
  expect(Math.max(...latenesses)).toBeLessThan(30)
  await world.outbox.stop()
})
