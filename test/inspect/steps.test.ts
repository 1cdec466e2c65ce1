import { createActor, setup } from 'xstate'
import { expect, test } from 'vitest'
import { createSyncMachine, HoldError, memoryStore } from '../../src/index.ts'
import type { SyncMachine } from '../../src/index.ts'
import { observeSteps, sessionHead } from '../../src/inspect/index.ts'
import type { Step } from '../../src/inspect/index.ts'
import { simulatedTime } from '../../src/testing/index.ts'
import { createWorld } from '../support/world.ts'

const bytesOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value))

test('steps tell the path of the machine, each beginning where the one before ended', async () => {
  let tries = 0
  await using world = createWorld(() => {
    tries += 1
    if (tries === 1) throw new Error('503')
  })
  await world.time.quiet()
  const steps: Step[] = []
  const end = observeSteps(world.outbox, (step) => steps.push(step))
  await world.outbox.enqueue({ text: 'a' })
  await world.time.advance(1_000)
  world.outbox.pause()
  await world.outbox.stop()
  end()

  const path = steps.filter(({ state, before }) => state !== before).map(({ state, event }) => `${event.type} ${state}`)
  expect(path).toEqual([
    'engine.reports draining.pushing',
    'engine.waiting backoff',
    'xstate.after.backoff.sync.backoff draining.pushing',
    'engine.drained idle.ready',
    'pause idle.paused',
    'stop draining.stopping',
    'engine.closed stopped',
  ])
  expect(steps.slice(1).map(({ before }) => before)).toEqual(steps.slice(0, -1).map(({ state }) => state))
  const last = steps.at(-1)
  expect(last?.context.tally).toEqual({ delivered: 1, items: 1, dropped: 0, skipped: 0 })
})

test('an observer that comes late is told from then on, and not after its end', async () => {
  await using world = createWorld()
  await world.outbox.enqueue({ text: 'a' })
  await world.time.quiet()
  const head = sessionHead(world.outbox, 'notes')
  const steps: Step[] = []
  const end = observeSteps(world.outbox, (step) => steps.push(step))
  world.outbox.pause()
  end()
  world.outbox.resume()

  expect(head).toMatchObject({ kind: 'session', version: 1, name: 'notes', initial: { state: 'idle.ready' } })
  expect(head.initial.context.tally.delivered).toBe(1)
  expect(steps.map(({ event, before, state }) => [event.type, before, state])).toEqual([
    ['pause', 'idle.ready', 'idle.paused'],
  ])
})

test('one attached by a listener is not told again of what it sees at once', async () => {
  await using world = createWorld()
  await world.time.quiet()
  const seen: unknown[] = []
  world.outbox.on('enqueued', () => {
    const { initial } = sessionHead(world.outbox)
    seen.push(initial.context.counts?.pending)
    observeSteps(world.outbox, ({ event: { emitted = {} } }) => seen.push(...Object.keys(emitted)))
  })
  await world.outbox.enqueue({ text: 'a' })
  await world.time.quiet()
  expect(seen).toEqual([1, 'delivered', 'drained'])
})

test('a step is made of what the outbox alone went through, when an app runs it as an actor of its own', async () => {
  const time = simulatedTime()
  const sync: SyncMachine<string> = createSyncMachine<string>({ ...time.options, store: memoryStore(), push: () => {} })
  const parent = createActor(
    setup({ actors: { sync } }).createMachine({
      invoke: { src: 'sync', id: 'outbox', input: { name: 'child' } },
      on: { ping: {} },
    }),
    { clock: time.clock },
  ).start()
  const outbox = parent.getSnapshot().children['outbox']
  if (outbox === undefined) throw new Error('the app has no outbox')
  const steps: Step[] = []
  const end = observeSteps(outbox, (step) => steps.push(step))
  parent.send({ type: 'ping' })
  outbox.send({ type: 'pause' })
  await time.quiet()
  end()
  parent.stop()

  expect(sessionHead(outbox).name).toBe('child')
  expect(steps.map(({ event }) => event.type)).not.toContain('ping')
  expect(steps.map(({ event }) => event.type)).toContain('pause')
})

test('what an observer throws stays out of the outbox, and is said once', async () => {
  const warnings: string[] = []
  const listener = ({ message }: Error) => warnings.push(message)
  process.on('warning', listener)
  try {
    await using world = createWorld()
    observeSteps(world.outbox, () => {
      throw new Error('of the observer')
    })
    expect(() => world.outbox.pause()).not.toThrow()
    expect(() => world.outbox.resume()).not.toThrow()
    await world.outbox.enqueue({ text: 'a' })
    await world.time.quiet()
    expect(world.texts()).toEqual(['a'])
    // A warning is emitted in a later turn of the event loop.
    await new Promise((resolve) => setImmediate(resolve))
    expect(warnings).toEqual(['an observer of the outbox threw: of the observer'])
  } finally {
    process.off('warning', listener)
  }
})

test('no step holds a payload, a result, a meta or an address', async () => {
  const secret = 'hunter2'
  await using world = createWorld(
    ({ payload: { text } }) => {
      if (text.startsWith('refused')) throw new HoldError('sign in', { cause: new Error(secret) })
      return { token: secret }
    },
    { meta: () => ({ who: secret }) },
  )
  const steps: Step[] = []
  observeSteps(world.outbox, (step) => steps.push(step))
  await world.outbox.enqueue({ text: secret })
  world.outbox.actor.send({ type: 'enqueue', payload: { text: secret } })
  world.outbox.actor.send({ type: 'enqueueAll', entries: [{ payload: { text: `refused ${secret}` } }] })
  await world.time.advance(1_000)
  await world.outbox.stop()

  expect(steps.map(({ state }) => state)).toContain('idle.held')
  expect(JSON.stringify(steps)).not.toContain(secret)
})

test('payloads are shown to whoever asks, as the function given makes them', async () => {
  await using world = createWorld()
  const whole: Step[] = []
  const masked: Step[] = []
  observeSteps(world.outbox, (step) => whole.push(step), { payloads: true })
  observeSteps(world.outbox, (step) => masked.push(step), {
    payloads: (payload) => Object.keys(payload as object),
  })
  await world.outbox.enqueue({ text: 'milk' })
  await world.time.quiet()

  const shown = (steps: readonly Step[]) =>
    steps.flatMap(({ event: { payloads = [], first = [] } }) => [
      ...payloads,
      ...first.flatMap(({ payload }) => payload ?? []),
    ])
  expect(shown(whole)).toEqual(['{"text":"milk"}'])
  expect(shown(masked)).toEqual(['["text"]'])
})

test('a step stays below 4 kB, whatever waits and whatever texts come', async () => {
  const wild = '"\u0000\\\ud800é漢'.repeat(2_000)
  await using world = createWorld(
    () => {
      throw new HoldError(wild)
    },
    { createId: () => `${wild.slice(0, 200)}${Math.random()}` },
  )
  const sizes: number[] = []
  observeSteps(world.outbox, (step) => sizes.push(bytesOf(step)), { payloads: true })
  await world.outbox.enqueueAll(Array.from({ length: 10_000 }, () => ({ payload: { text: wild.slice(0, 50) } })))
  world.outbox.actor.send({
    type: 'engine.waiting',
    wait: { id: wild, kind: 'backoff', attempts: 1, misses: 1, nextAttemptAt: 9e15, leftMs: 9e15, reason: wild },
  } as never)
  world.outbox.actor.send({
    type: 'engine.reports',
    events: Array.from({ length: 64 }, () => ({
      type: 'warning',
      code: 'OUTBOX_STORE',
      id: wild,
      reason: wild,
      meta: { wild },
    })),
  } as never)
  world.outbox.actor.send({ type: wild } as never)
  await world.time.quiet()
  expect(sizes.length).toBeGreaterThan(10)
  expect(Math.max(...sizes)).toBeLessThan(4_096)
})
