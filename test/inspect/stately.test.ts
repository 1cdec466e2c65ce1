import { createWebSocketInspector, createWebSocketReceiver } from '@statelyai/inspect'
import type { StatelyInspectionEvent } from '@statelyai/inspect'
import { createActor, setup } from 'xstate'
import { expect, test } from 'vitest'
import { createSyncMachine, HoldError, memoryStore, PermanentError } from '../../src/index.ts'
import type { Outbox } from '../../src/index.ts'
import { attachInspector, observeSteps, statelyOptions } from '../../src/inspect/index.ts'
import type { Observed, Step, StepOptions } from '../../src/inspect/index.ts'
import { simulatedTime } from '../../src/testing/index.ts'
import type { Note } from '../support/world.ts'
import { createWorld } from '../support/world.ts'
import { startRelay } from './support/relay.ts'

/** Has an inspector on the wire while `work` runs, and answers all that came out at the other end. */
async function inspected(
  observed: Observed,
  work: () => Promise<void>,
  options: StepOptions = {},
): Promise<{ readonly received: readonly StatelyInspectionEvent[]; readonly texts: readonly string[] }> {
  await using relay = await startRelay()
  const received: StatelyInspectionEvent[] = []
  const receiver = createWebSocketReceiver({ server: relay.url })
  receiver.subscribe((event) => received.push(event))
  const reached = (id: string) =>
    new Promise<void>((resolve) => receiver.subscribe(({ sessionId }) => (sessionId === id ? resolve() : undefined)))
  const [isThere, isOver] = [reached('first'), reached('last')]
  const inspector = createWebSocketInspector({ ...statelyOptions(options), url: relay.url })
  // Until both ends are connected.
  const knock = setInterval(() => inspector.actor('first'), 5)
  await isThere
  clearInterval(knock)
  const detach = attachInspector(observed, inspector, options)
  await work()
  detach()
  // Behind everything that the inspector has put off.
  setTimeout(() => inspector.actor('last'), 0)
  await isOver
  inspector.stop()
  const isOurs = ({ sessionId }: StatelyInspectionEvent) => sessionId !== 'first' && sessionId !== 'last'
  return { received: received.filter(isOurs), texts: relay.texts }
}

function pathOf(received: readonly StatelyInspectionEvent[], sessionId: string): readonly string[] {
  return received.flatMap((message) =>
    message.type === '@xstate.snapshot' && message.sessionId === sessionId
      ? [`${message.event.type} ${JSON.stringify((message.snapshot as { value?: unknown }).value)}`]
      : [],
  )
}

const secret = 'hunter2-of-the-payload'

/** Everything that may go wrong, with a secret wherever an app might have one. */
async function eventfulLife(outbox: Outbox<Note>, advance: (ms: number) => Promise<void>): Promise<void> {
  await outbox.enqueue({ text: secret }, { meta: { who: secret } })
  outbox.actor.send({ type: 'enqueue', payload: { text: `refused ${secret}` } })
  outbox.actor.send({ type: 'enqueueAll', entries: [{ payload: { text: `held ${secret}` } }] })
  // Refused by name: an error whose cause is the payload's own.
  outbox.actor.send({ type: 'enqueue', payload: { text: secret, toJSON: () => Symbol(secret) } as never })
  await advance(5_000)
  outbox.resume()
  await advance(5_000)
  outbox.pause()
}

function secretiveWorld() {
  let holds = 1
  return createWorld(({ payload: { text } }) => {
    if (text.startsWith('refused')) throw new PermanentError('not a note', { cause: new Error(secret) })
    if (text.startsWith('held') && holds-- > 0) throw new HoldError('sign in', { cause: { headers: { auth: secret } } })
    return { token: secret }
  })
}

test('the inspector reads the path of the machine, one that comes late the definition first', async () => {
  await using world = secretiveWorld()
  await world.outbox.enqueue({ text: 'before' })
  await world.time.quiet()
  const steps: Step[] = []
  const { outbox } = world
  const { received } = await inspected(outbox, async () => {
    observeSteps(outbox, (step) => steps.push(step))
    await eventfulLife(outbox, world.time.advance)
  })

  const [first, second] = received
  expect(first).toMatchObject({
    type: '@xstate.actor',
    sessionId: outbox.actor.sessionId,
    rootId: outbox.actor.sessionId,
  })
  expect(second).toMatchObject({ type: '@xstate.actor', name: 'engine', parentId: outbox.actor.sessionId })
  const { definition = '{}' } = first as { definition?: string }
  const { states } = JSON.parse(definition) as { states: Record<string, { states: object }> }
  expect(Object.keys(states).toSorted()).toEqual(['backoff', 'draining', 'idle', 'stopped'])
  expect(definition).not.toContain('"[Object]"')
  const values = steps.map(({ event, state }) => {
    const [outer = '', inner] = state.split('.')
    return `${event.type} ${JSON.stringify(inner === undefined ? outer : { [outer]: inner })}`
  })
  expect(values.length).toBeGreaterThanOrEqual(10)
  expect(pathOf(received, outbox.actor.sessionId)).toEqual(values)
})

test.each([
  ['attached to one that runs', (world: ReturnType<typeof secretiveWorld>) => world.outbox as Observed],
  ['attached to the actor', (world: ReturnType<typeof secretiveWorld>) => world.outbox.actor as Observed],
])('no byte on the wire is of a payload, a result, a meta or a cause: %s', async (_, observedOf) => {
  await using world = secretiveWorld()
  const { texts } = await inspected(observedOf(world), () => eventfulLife(world.outbox, world.time.advance))
  expect(world.pushes.map(({ text }) => text)).toContain(secret)
  expect(texts.length).toBeGreaterThan(20)
  expect(texts.filter((text) => text.includes(secret))).toEqual([])
})

test('an inspector that is given to `inspect` from the start is no leak either', async () => {
  await using relay = await startRelay()
  const inspector = createWebSocketInspector({ ...statelyOptions(), url: relay.url })
  const time = simulatedTime()
  const machine = createSyncMachine<Note>({ ...time.options, store: memoryStore(), push: () => ({ token: secret }) })
  const actor = createActor(machine, {
    clock: time.clock,
    inspect: inspector.inspect,
    input: { name: 'notes', url: `https://example.com/?key=${secret}` },
  }).start()
  actor.send({ type: 'enqueue', payload: { text: secret }, meta: { who: secret } })
  await time.advance(1_000)
  actor.send({ type: 'stop' })
  await time.quiet()
  setTimeout(() => inspector.actor('last'), 0)
  await expect.poll(() => relay.texts.some((text) => text.includes('"last"'))).toBe(true)
  inspector.stop()

  const types = relay.texts.map((text) => (JSON.parse(text) as { event?: { type: string } }).event?.type)
  expect(types).toContain('enqueue')
  expect(types).toContain('engine.reports')
  expect(relay.texts.filter((text) => text.includes(secret))).toEqual([])
})

test('payloads are shown to whoever asks', async () => {
  await using world = createWorld()
  const { texts } = await inspected(
    world.outbox,
    async () => {
      await world.outbox.enqueue({ text: 'milk' })
      await world.time.quiet()
    },
    { payloads: true },
  )
  expect(texts.filter((text) => text.includes('milk')).length).toBeGreaterThan(1)
})

test('messages stay small, whatever waits', async () => {
  await using world = createWorld(() => {
    throw new HoldError('sign in')
  })
  const { received, texts } = await inspected(
    world.outbox,
    async () => {
      await world.outbox.enqueueAll(
        Array.from({ length: 10_000 }, (_, index) => ({ payload: { text: `note ${index}` } })),
      )
      await world.time.advance(1_000)
    },
    { payloads: true },
  )
  const definitionBytes = Math.max(...texts.filter((text) => text.includes('@xstate.actor')).map((text) => text.length))
  const others = texts.filter((text) => !text.includes('@xstate.actor'))
  const largest = Math.max(...others.map((text) => Buffer.byteLength(text)))
  expect(world.outbox.status().pending).toBe(10_000)
  expect(received.length).toBeGreaterThan(20)
  expect(largest).toBeLessThan(4_096)
  expect(definitionBytes).toBeLessThan(16_384)
  if (process.env['SHOW_FIGURES'] !== undefined)
    process.stdout.write(`${JSON.stringify({ largest, definitionBytes })}\n`)
})

test('an app that runs the outbox as its actor is not shown with it', async () => {
  const time = simulatedTime()
  const sync = createSyncMachine<Note>({ ...time.options, store: memoryStore(), push: () => undefined })
  const app = createActor(
    setup({ actors: { sync }, types: { context: {} as { readonly secret: string } } }).createMachine({
      context: { secret },
      invoke: { src: 'sync', id: 'outbox', input: undefined },
      on: { ping: {} },
    }),
    { clock: time.clock },
  ).start()
  const outbox = app.getSnapshot().children['outbox']
  if (outbox === undefined) throw new Error('the app has no outbox')
  const { received, texts } = await inspected(outbox, async () => {
    app.send({ type: 'ping', secret })
    outbox.send({ type: 'enqueue', payload: { text: secret } })
    await time.quiet()
  })
  app.stop()
  expect(new Set(received.map(({ sessionId }) => sessionId)).size).toBe(2)
  expect(received.map(({ sessionId }) => sessionId)).not.toContain(app.sessionId)
  expect(texts.filter((text) => text.includes(secret))).toEqual([])
})

test('an inspector that throws breaks nothing', async () => {
  await using world = createWorld()
  const inspect = {
    next: () => {
      throw new Error('of the inspector')
    },
  }
  attachInspector(world.outbox, { inspect })
  await world.outbox.enqueue({ text: 'a' })
  await world.time.quiet()
  expect(world.texts()).toEqual(['a'])
})
