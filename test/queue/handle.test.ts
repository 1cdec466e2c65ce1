import { createActor, toPromise } from 'xstate'
import { describe, expect, test } from 'vitest'
import { HoldError, OutboxError, createOutbox, createSyncMachine, memoryStore } from '../../src/index.ts'
import { faultyStore, simulatedTime } from '../../src/testing/index.ts'
import type { Note } from '../support/world.ts'
import { createWorld, deferred, fails, scripted } from '../support/world.ts'

const down = fails(new Error('503'))

describe('enqueue', () => {
  test('gives the id it was given, or a UUIDv7', async () => {
    await using world = createWorld()
    expect(await world.outbox.enqueue({ text: 'a' }, { id: 'my-id' })).toEqual({ id: 'my-id' })
    const { id } = await world.outbox.enqueue({ text: 'b' })
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    await world.time.quiet()
    expect(world.pushes.map((push) => push.id)).toEqual(['my-id', id])
  })

  test('resolves only once the store has it', async () => {
    const gate = deferred()
    const store = faultyStore(memoryStore())
    store.faults.append = (real) => gate.promise.then(real)
    await using world = createWorld(undefined, { store })
    let isKept = false
    const kept = world.outbox.enqueue({ text: 'a' }).then(() => {
      isKept = true
    })
    await world.time.quiet()
    expect(isKept).toBe(false)
    gate.resolve()
    await kept
    await world.time.quiet()
    expect(world.eventsOf('enqueued').length).toBe(1)
  })

  test('rejects with the reason when the store refuses, and keeps the others', async () => {
    const store = faultyStore(memoryStore())
    store.faults.append = (real, [drafts]) => {
      // Not in all of the draft: the digits of an id may spell it.
      if (JSON.stringify(drafts?.map(({ body }) => body)).includes('bad')) throw new Error('no room')
      return real()
    }
    await using world = createWorld(undefined, { store })
    const results = await Promise.allSettled(['a', 'bad', 'c'].map((text) => world.outbox.enqueue({ text })))
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(results[1]).toMatchObject({ reason: { code: 'OUTBOX_STORE', message: expect.stringContaining('no room') } })
    await world.time.quiet()
    expect(world.texts()).toEqual(['a', 'c'])
  })

  test('gathers the calls of one tick into one order', async () => {
    const events: string[] = []
    const outbox = createOutbox<Note>({
      push: () => undefined,
      store: memoryStore(),
      inspect: (event) => {
        if (event.type === '@xstate.event') events.push(event.event.type)
      },
    })
    await Promise.all(Array.from({ length: 20 }, (_, n) => outbox.enqueue({ text: String(n) })))
    expect(events.filter((type) => type === 'appendPrepared').length).toBe(1)
    await outbox.stop()
  })

  test('answers each of two calls with the same id', async () => {
    await using world = createWorld()
    await Promise.all([
      world.outbox.enqueue({ text: 'a' }, { id: 'x' }),
      world.outbox.enqueue({ text: 'b' }, { id: 'x' }),
    ])
    await world.time.quiet()
    expect(world.texts()).toEqual(['a', 'b'])
  })
})

describe('enqueueAll', () => {
  test('keeps all, in order', async () => {
    await using world = createWorld()
    const { ids } = await world.outbox.enqueueAll([
      { payload: { text: 'a' } },
      { payload: { text: 'b' }, id: 'second' },
    ])
    await world.time.quiet()
    expect(world.texts()).toEqual(['a', 'b'])
    expect(ids[1]).toBe('second')
  })

  test('keeps none when one cannot be kept', async () => {
    await using world = createWorld()
    const entries = [{ payload: { text: 'a' } }, { payload: { text: 1n } as never }]
    await expect(world.outbox.enqueueAll(entries)).rejects.toMatchObject({ code: 'OUTBOX_PAYLOAD' })
    world.outbox.actor.send({ type: 'enqueueAll', entries })
    await world.time.quiet()
    expect(world.texts()).toEqual([])
    expect(world.eventsOf('enqueueFailed').length).toBe(2)
  })

  test('of nothing keeps nothing', async () => {
    await using world = createWorld()
    expect(await world.outbox.enqueueAll([])).toEqual({ ids: [] })
  })
})

describe('flush', () => {
  test('waits for appends begun before it and pushes them', async () => {
    await using world = createWorld()
    const kept = [world.outbox.enqueue({ text: 'a' }), world.outbox.enqueue({ text: 'b' })]
    expect(await world.outbox.flush()).toEqual({ outcome: 'empty', delivered: 2, pending: 0 })
    await Promise.all(kept)
  })

  test('cuts a backoff short, and reports that the rest waits', async () => {
    await using world = createWorld(scripted(down, () => 'ok', down))
    await world.outbox.enqueue({ text: 'a' })
    await world.outbox.enqueue({ text: 'b' })
    await world.time.advance(10)
    expect(await world.outbox.flush()).toEqual({ outcome: 'waiting', delivered: 1, pending: 1 })
    expect(world.elapsed()).toBe(10)
  })

  test('leaves a wait that the server asked for alone', async () => {
    await using world = createWorld(scripted(fails(Object.assign(new Error('429')))), { maxAttempts: 5 })
    await world.outbox.enqueue({ text: 'later' }, { notBefore: world.time.now() + 5_000 })
    expect(await world.outbox.flush()).toMatchObject({ outcome: 'waiting', pending: 1 })
    expect(world.pushes).toEqual([])
  })

  test.each([
    ['paused', (world: ReturnType<typeof createWorld>) => world.outbox.pause()],
    ['offline', (world: ReturnType<typeof createWorld>) => world.outbox.actor.send({ type: 'offline' })],
  ] as const)('answers %s', async (outcome, enter) => {
    await using world = createWorld()
    enter(world)
    await world.outbox.enqueue({ text: 'a' })
    expect(await world.outbox.flush()).toEqual({ outcome, delivered: 0, pending: 1 })
  })

  test('answers held', async () => {
    await using world = createWorld(fails(new HoldError('sign in')))
    await world.outbox.enqueue({ text: 'a' })
    expect(await world.outbox.flush()).toMatchObject({ outcome: 'held', pending: 1 })
  })

  test('ends although more is enqueued all the time', async () => {
    const time = simulatedTime()
    await using world = createWorld(
      async ({ payload }) => {
        await world.outbox.enqueue({ text: String(Number(payload.text) + 1) })
        if (Number(payload.text) > 500) throw new HoldError('enough')
      },
      { time },
    )
    world.outbox.pause()
    await world.outbox.enqueue({ text: '0' })
    world.outbox.resume()
    const { delivered } = await world.outbox.flush()
    expect(delivered).toBeGreaterThanOrEqual(1)
    expect(delivered).toBeLessThan(500)
  })

  test('answers waiting when the store cannot be read', async () => {
    const store = faultyStore(memoryStore())
    store.faults.control = fails(new Error('EIO'))
    await using world = createWorld(undefined, { store })
    await world.time.quiet()
    expect(world.outbox.explain()).toBe('The store failed and is tried again in 1 s: EIO.')
    expect(await world.outbox.flush()).toMatchObject({ outcome: 'waiting' })
    expect(world.outbox.explain()).toBe('The store failed and is tried again in 2 s: EIO.')
  })
})

describe('pause', () => {
  test('lets the push under way finish and settles it', async () => {
    const gate = deferred()
    await using world = createWorld(() => gate.promise)
    await world.outbox.enqueue({ text: 'a' })
    await world.outbox.enqueue({ text: 'b' })
    await world.time.quiet()
    world.outbox.pause()
    gate.resolve()
    await world.time.quiet()
    expect(world.texts()).toEqual(['a'])
    expect(world.outbox.status()).toMatchObject({ state: 'idle', reason: 'paused', pending: 1 })
  })

  test('outlives a restart, and resume ends it', async () => {
    const store = memoryStore()
    {
      await using before = createWorld(undefined, { store })
      before.outbox.pause()
      await before.outbox.enqueue({ text: 'a' })
    }
    await using world = createWorld(undefined, { store })
    await world.time.advance(600_000)
    expect(world.texts()).toEqual([])
    expect(world.outbox.status()).toMatchObject({ reason: 'paused' })
    world.outbox.resume()
    await world.time.quiet()
    expect(world.texts()).toEqual(['a'])
  })
})

describe('two outboxes on one store', () => {
  test('drain one at a time, and the other takes over', async () => {
    const store = memoryStore()
    const time = simulatedTime()
    const first = createWorld(() => new Promise(() => {}), { store, time })
    await first.outbox.enqueue({ text: 'a' })
    await time.quiet()
    await using second = createWorld(undefined, { store, time })
    await time.advance(200)
    expect(second.outbox.status()).toMatchObject({ state: 'idle', reason: 'standby', pending: 1 })
    expect(second.outbox.explain()).toBe('Another process or tab drains this outbox; 1 entry waits.')
    const stopped = first.outbox.stop()
    await time.advance(2_000)
    await stopped
    expect(first.texts()).toEqual(['a'])
    expect(second.texts()).toEqual(['a'])
    expect(second.outbox.status()).toMatchObject({ state: 'idle', reason: 'ready', pending: 0 })
  })

  test('one that stops leaves store and lease to the other', async () => {
    const store = faultyStore(memoryStore())
    const time = simulatedTime()
    const gate = deferred()
    await using first = createWorld(() => gate.promise, { store, time })
    await first.outbox.enqueue({ text: 'a' })
    await time.quiet()
    const second = createWorld(undefined, { store, time })
    await time.advance(200)
    await second.outbox.stop()
    const third = createWorld(undefined, { store, time })
    await time.advance(200)
    third.outbox.actor.stop()
    await time.quiet()
    expect(store.calls).not.toContain('close')
    gate.resolve()
    await time.quiet()
    expect(first.texts()).toEqual(['a'])
    expect(first.eventsOf('delivered')).toHaveLength(1)
    await first.outbox.stop()
    expect(store.calls.filter((method) => method === 'close')).toHaveLength(1)
  })

  test('both know of a pause and a resume', async () => {
    const store = memoryStore()
    const time = simulatedTime()
    await using first = createWorld(undefined, { store, time })
    await using second = createWorld(undefined, { store, time })
    first.outbox.pause()
    await time.quiet()
    expect(second.outbox.status().reason).toBe('paused')
    await second.outbox.enqueue({ text: 'a' })
    second.outbox.resume()
    await time.advance(5_200)
    expect([...first.texts(), ...second.texts()]).toEqual(['a'])
    expect([first.outbox.status().reason, second.outbox.status().reason]).toEqual(['ready', 'ready'])
  })

  test('spend one refused request each on an expired sign-in', async () => {
    const store = memoryStore()
    const time = simulatedTime()
    const refuse = fails(new HoldError('sign in'))
    await using first = createWorld(refuse, { store, time })
    await using second = createWorld(refuse, { store, time })
    await using third = createWorld(refuse, { store, time })
    await first.outbox.enqueue({ text: 'a' })
    await time.advance(600_000)
    expect([first, second, third].map((world) => world.pushes.length)).toEqual([1, 1, 1])
    expect([first, second, third].map((world) => world.outbox.status().reason)).toEqual(['held', 'held', 'held'])
  })
})

describe('status', () => {
  test('is the same object until something changes', async () => {
    await using world = createWorld(down)
    await world.time.quiet()
    const before = world.outbox.status()
    world.outbox.actor.send({ type: 'wake' })
    await world.time.quiet()
    expect(world.outbox.status()).toEqual(before)
    let changes = 0
    const end = world.outbox.subscribe(() => {
      changes += 1
    })
    await world.outbox.enqueue({ text: 'a' })
    await world.time.quiet()
    expect(world.outbox.status()).not.toEqual(before)
    expect(changes).toBeGreaterThan(0)
    end()
    const told = changes
    await world.time.advance(60_000)
    expect(changes).toBe(told)
    expect(world.outbox.status()).toBe(world.outbox.status())
  })

  test('says how far a drain has come', async () => {
    const gates = [deferred(), deferred(), deferred()]
    let push = 0
    await using world = createWorld(() => gates[push++]?.promise)
    for (const text of ['a', 'b', 'c']) await world.outbox.enqueue({ text })
    gates[0]?.resolve()
    await world.time.quiet()
    expect(world.outbox.status()).toMatchObject({ state: 'draining', draining: { done: 1, of: 3 }, pending: 2 })
    for (const gate of gates) gate.resolve()
  })
})

test.each([
  [{ type: 'enqueueAll' }],
  [{ type: 'enqueueAll', entries: 'abc' }],
  [{ type: 'enqueueAll', entries: [null] }],
  [{ type: 'enqueue' }],
])('a command that makes no sense is reported and breaks nothing: %j', async (command) => {
  await using world = createWorld()
  world.outbox.actor.send(command as never)
  await world.outbox.enqueue({ text: 'fine' })
  await world.time.quiet()
  expect(world.texts()).toEqual(['fine'])
  expect(world.events.some(({ type }) => type === 'warning' || type === 'enqueueFailed')).toBe(true)
})

test('disposes of itself at the end of its block', async () => {
  let status: string | undefined
  {
    await using outbox = createOutbox<Note>({ push: () => undefined, store: memoryStore() })
    outbox.actor.subscribe({
      complete: () => {
        status = outbox.actor.getSnapshot().status
      },
    })
  }
  expect(status).toBe('done')
})

test('a lease that is lost is taken again as soon as it is free', async () => {
  const store = faultyStore(memoryStore())
  await using world = createWorld(undefined, { store })
  let refusals = 0
  store.faults.settle = (real) => {
    refusals += 1
    if (refusals === 1) throw new OutboxError('OUTBOX_LEASE_LOST', 'somebody else drains')
    return real()
  }
  await world.outbox.enqueue({ text: 'a' })
  await world.time.quiet()
  expect(world.outbox.status()).toMatchObject({ state: 'idle', reason: 'ready', pending: 0 })
  // The remote had said yes, so nothing is pushed again: the settlement alone is made up for.
  expect(world.texts()).toEqual(['a'])
  expect(world.elapsed()).toBe(0)
})

test.each([true, false])('a store is opened in advance if the outbox starts by itself (%s)', async (autoStart) => {
  const calls: string[] = []
  const memory = memoryStore()
  const counts = () => {
    calls.push('counts')
    return memory.counts()
  }
  const store = { ...memory, counts, warmUp: () => void calls.push('warmUp') }
  const outbox = createOutbox<Note>({ push: () => undefined, store, autoStart })
  expect(calls).toEqual(autoStart ? ['warmUp'] : [])
  outbox.actor.start()
  await outbox.size()
  expect(calls.filter((call) => call === 'warmUp')).toHaveLength(autoStart ? 1 : 0)
  expect(calls).toContain('counts')
  await outbox.stop()
})

test('an observer that throws stays out of the outbox', async () => {
  const warned = new Promise((resolve) => process.once('warning', resolve))
  const outbox = createOutbox<Note>({
    push: () => undefined,
    store: memoryStore(),
    inspect: fails(new Error('observer bug')),
  })
  await outbox.enqueue({ text: 'a' })
  expect(await outbox.flush()).toMatchObject({ outcome: 'empty', delivered: 1 })
  await outbox.stop()
  expect(await warned).toMatchObject({ message: expect.stringContaining('observer bug') })
})

test('the machine alone does the same for people who live in XState', async () => {
  const texts: string[] = []
  const machine = createSyncMachine<Note>({ push: ({ payload }) => payload.text.toUpperCase(), store: memoryStore() })
  const actor = createActor(machine)
  actor.on('delivered', ({ entry, result }) => texts.push(`${entry.payload.text} -> ${String(result)}`))
  const drained = new Promise<void>((resolve) => {
    actor.on('drained', () => resolve())
  })
  actor.start()
  actor.send({ type: 'enqueue', payload: { text: 'a' } })
  actor.send({ type: 'enqueueAll', entries: [{ payload: { text: 'b' } }, { payload: { text: 'c' } }] })
  await drained
  actor.send({ type: 'stop' })
  expect(await toPromise(actor)).toMatchObject({ delivered: texts.length, pending: 3 - texts.length })
  expect(texts).toEqual(['a -> A', 'b -> B', 'c -> C'].slice(0, texts.length))
})
