import { expect, test } from 'vitest'
import { setupSync } from '../../machines/setup.ts'
import { syncMachineOf } from '../../machines/syncMachine.ts'
import { HoldError, PermanentError, RetryAfterError, UnreachableError } from '../../src/index.ts'
import { recordSession, replay } from '../../src/inspect/index.ts'
import type { RecordedLine, RecordOptions } from '../../src/inspect/index.ts'
import { simulatedTime } from '../../src/testing/index.ts'
import { seededRandom } from '../support/seededRandom.ts'
import type { World } from '../support/world.ts'
import { createWorld } from '../support/world.ts'

const linesOf = (text: string) => text.split('\n').filter(Boolean)
const parsed = (text: string) => linesOf(text).map((line) => JSON.parse(line) as RecordedLine)

/** A remote that answers in every way there is. */
function moody(random: () => number) {
  const moods = [
    () => undefined,
    () => undefined,
    () => undefined,
    () => {
      throw new Error(`"503" ${'x'.repeat(300)}`)
    },
    () => {
      throw new UnreachableError('no answer')
    },
    () => {
      throw new PermanentError('not a note')
    },
    () => {
      throw new RetryAfterError(7_000)
    },
    () => {
      throw new HoldError('sign in')
    },
  ]
  return () => moods[Math.floor(random() * moods.length)]?.()
}

/** Whatever a person, a platform and a clock may do to an outbox. */
function deeds(world: World, random: () => number): readonly (() => unknown)[] {
  const { outbox, time } = world
  return [
    () => outbox.enqueue({ text: 'a' }),
    () => outbox.enqueueAll([{ payload: { text: 'b' } }, { payload: { text: '' } }]),
    () => outbox.actor.send({ type: 'enqueue', payload: { text: 'c' }, notBefore: time.now() + 3_000 }),
    () => outbox.actor.send({ type: 'wake' }),
    () => outbox.actor.send({ type: 'flush' }),
    () => outbox.retry(),
    () => outbox.retry({ id: 'nobody' }),
    () => outbox.pause(),
    () => outbox.resume(),
    () => outbox.resume(),
    () => outbox.actor.send({ type: 'offline' }),
    () => outbox.actor.send({ type: 'online' }),
    () => time.advance(Math.floor(random() * 10_000)),
    () => time.advance(120_000),
    () => time.jump(Math.floor((random() - 0.5) * 7_200_000)),
    () => outbox.deadLetters.requeueAll(),
  ]
}

async function recordedLife(seed: number, options: RecordOptions = {}): Promise<string> {
  const random = seededRandom(seed)
  const world = createWorld(moody(random), { countItems: ({ text }) => text.length, maxAttempts: 3 })
  await world.time.advance(Math.floor(random() * 1_000))
  const recording = recordSession(world.outbox, options)
  const possible = deeds(world, random)
  for (let count = 0; count < 60; count += 1) {
    const deed = possible[Math.floor(random() * possible.length)]
    await Promise.all([deed?.(), world.time.quiet()])
  }
  await world.outbox.stop()
  return recording.text()
}

const seeds = Array.from({ length: 12 }, (_, index) => [index + 1] as const)

test.each(seeds)('an honest recording agrees (seed %i)', async (seed) => {
  const text = await recordedLife(seed)
  const steps = parsed(text).filter(({ kind }) => kind === 'step').length
  expect(steps).toBeGreaterThan(50)
  expect(replay(text)).toEqual({ steps, unreadable: 0, difference: undefined })
})

test('these lives go everywhere', async () => {
  const texts = await Promise.all(seeds.map(([seed]) => recordedLife(seed)))
  const steps = texts.flatMap(parsed).filter((line) => line.kind === 'step')
  expect([...new Set(steps.map(({ state }) => state))].toSorted()).toEqual([
    'backoff',
    'draining.pushing',
    'draining.stopping',
    'idle.held',
    'idle.offline',
    'idle.paused',
    'idle.ready',
    'stopped',
  ])
  const waits = steps.filter(({ event }) => event.type === 'xstate.after.backoff.sync.backoff')
  expect(new Set(waits.map(({ state }) => state)).size).toBeGreaterThan(1)
})

test('a machine with one transition changed is found at the first step that takes it', async () => {
  const { config } = syncMachineOf<unknown>()
  const { draining } = config.states as Record<string, { states: Record<string, { on: object }> }>
  const pushing = draining?.states['pushing']
  const changed = setupSync<unknown>().createMachine({
    ...config,
    states: {
      ...config.states,
      draining: {
        ...draining,
        states: {
          ...draining?.states,
          pushing: { ...pushing, on: { ...pushing?.on, 'engine.waiting': '#sync.idle' } },
        },
      },
    },
  } as never)
  const text = await recordedLife(1)
  const first = parsed(text).findIndex((line) => line.kind === 'step' && line.event.type === 'engine.waiting')
  const { difference } = replay(text, { machine: changed })
  expect(difference).toMatchObject({
    line: first + 1,
    step: { state: 'backoff', event: { type: 'engine.waiting' } },
    replayed: { state: 'idle.ready' },
  })
})

test('a guard and an action that are changed are found, too', async () => {
  const world = createWorld(() => {
    throw new Error('503')
  })
  const recording = recordSession(world.outbox)
  await world.outbox.enqueue({ text: 'a' })
  await world.time.quiet()
  world.outbox.actor.send({ type: 'flush' })
  await world.outbox.stop()
  const machine = syncMachineOf<unknown>()
  const patient = machine.provide({ guards: { isCutShort: () => false } })
  const forgetful = machine.provide({ actions: { count: () => undefined } })
  expect(replay(recording.text()).difference).toBeUndefined()
  expect(replay(recording.text(), { machine: patient }).difference?.step.event.type).toBe('flush')
  expect(replay(recording.text(), { machine: forgetful }).difference?.step.event.type).toBe('engine.reports')
})

test('a step that says something else than happened is found at its line', async () => {
  const lines = linesOf(await recordedLife(3))
  const index = lines.findIndex((line, at) => at > 20 && line.includes('"dirty":false'))
  const forged = lines.with(index, lines[index]?.replace('"dirty":false', '"dirty":true') ?? '')
  expect(replay(forged.join('\n')).difference?.line).toBe(index + 1)
})

test('a recording with a torn last line still reads', async () => {
  const text = await recordedLife(4)
  const torn = text.trimEnd().split('\n').slice(0, 31).join('\n').slice(0, -25)
  expect(replay(torn)).toEqual({ steps: 29, unreadable: 1, difference: undefined })
})

test('a recording goes on behind a gap', async () => {
  const text = await recordedLife(5, { maxBytes: 16_384 })
  const lines = parsed(text)
  const steps = lines.filter(({ kind }) => kind === 'step').length
  expect(lines[1]?.kind).toBe('gap')
  expect(replay(text)).toEqual({ steps: steps - 1, unreadable: 0, difference: undefined })
})

test('what another context did is recorded as its own, and agrees', async () => {
  const time = simulatedTime()
  await using drainer = createWorld(undefined, { time, countItems: () => 2 })
  await drainer.outbox.enqueue({ text: 'a' }, { notBefore: time.now() + 500 })
  await time.quiet()
  await using other = createWorld(undefined, { time, store: drainer.store })
  const recording = recordSession(other.outbox)
  await time.advance(2_000)
  const text = recording.text()
  const steps = parsed(text).filter((line) => line.kind === 'step')
  expect(steps.map(({ state }) => state)).toContain('idle.standby')
  expect(text).toContain('"elsewhere.delivered":1')
  expect(steps.at(-1)?.context.tally.delivered).toBe(0)
  expect(replay(text)).toEqual({ steps: steps.length, unreadable: 0, difference: undefined })
})

test('several sessions may stand in one file', async () => {
  const text = `${await recordedLife(6)}${await recordedLife(7)}`
  expect(replay(text).difference).toBeUndefined()
  expect(replay(text).steps).toBe(parsed(text).filter(({ kind }) => kind === 'step').length)
})

test('a wait that ended while the machine was at it ends in the replay', async () => {
  const lines = parsed(await recordedLife(1))
  const ended = (line: RecordedLine) =>
    line.kind === 'step' && line.event.type.startsWith('xstate.after.backoff') && line.state !== 'backoff'
  const [before, step] = lines.slice(lines.findIndex(ended) - 1)
  if (before?.kind !== 'step' || step?.kind !== 'step') throw new Error('no wait has ended')
  const { nextAttemptAt = 0 } = before.context.wait ?? {}
  // Long enough that only the clock can end it.
  const waitLeftMs = 5_000
  const from = { ...before, context: { ...before.context, waitLeftMs } }
  const replayedWith = (tookMs: number) => {
    const to = { ...step, at: nextAttemptAt - 2, tookMs, context: { ...step.context, waitLeftMs } }
    return replay(`${JSON.stringify(from)}\n${JSON.stringify(to)}`).difference
  }
  expect(replayedWith(1)).toMatchObject({ line: 2, replayed: { state: 'backoff' } })
  expect(replayedWith(2)).toBeUndefined()
})

test('what is no recording is counted, and a newer one refused', () => {
  expect(replay('not a recording\n{"kind":"step"}\n')).toEqual({ steps: 0, unreadable: 2, difference: undefined })
  expect(() => replay('{"kind":"session","version":2}')).toThrow('a newer version of this package')
})
