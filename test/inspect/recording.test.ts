import { expect, test } from 'vitest'
import { HoldError } from '../../src/index.ts'
import { recordSession } from '../../src/inspect/index.ts'
import type { RecordedLine } from '../../src/inspect/index.ts'
import { createWorld } from '../support/world.ts'
import type { World } from '../support/world.ts'

const linesOf = (text: string) =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as RecordedLine)
const bytesOf = (text: string) => Buffer.byteLength(text)

/** Many steps. */
function toggle(world: World, times: number): void {
  for (let count = 0; count < times; count += 1) {
    world.outbox.pause()
    world.outbox.resume()
  }
}

test('a recording has a head, every step in order, and an end when the outbox ends', async () => {
  const world = createWorld()
  const recording = recordSession(world.outbox, { name: 'notes' })
  await world.outbox.enqueue({ text: 'a' })
  await world.time.quiet()
  await world.outbox.stop()

  const lines = linesOf(recording.text())
  expect(lines[0]).toMatchObject({ kind: 'session', version: 1, name: 'notes', initial: { state: 'draining.pushing' } })
  expect(lines.slice(1, -1).map(({ kind }) => kind)).toEqual(lines.slice(1, -1).map(() => 'step'))
  expect(lines.at(-2)).toMatchObject({ kind: 'step', event: { type: 'engine.closed' }, state: 'stopped' })
  expect(lines.at(-1)).toEqual({ kind: 'end', at: world.time.now() })
})

test('after stop nothing is recorded any more', async () => {
  await using world = createWorld()
  const recording = recordSession(world.outbox)
  world.outbox.pause()
  recording.stop()
  recording.stop()
  world.outbox.resume()
  const lines = linesOf(recording.text())
  expect(lines.map(({ kind }) => kind)).toEqual(['session', 'step', 'end'])
})

test('one in memory keeps the newest steps, says how many are missing, and stays within its bytes', async () => {
  await using world = createWorld()
  const recording = recordSession(world.outbox, { maxBytes: 16_384 })
  toggle(world, 200)
  recording.stop()
  const text = recording.text()
  const [head, gap, ...rest] = linesOf(text)
  const steps = rest.filter(({ kind }) => kind === 'step')
  expect(bytesOf(text)).toBeLessThanOrEqual(16_384)
  expect(bytesOf(text)).toBeGreaterThan(15_000)
  expect(head?.kind).toBe('session')
  expect(gap).toMatchObject({ kind: 'gap', dropped: 400 - steps.length })
  expect(rest.at(-1)?.kind).toBe('end')
  expect(rest.at(-2)).toMatchObject({ event: { type: 'resume' } })
})

test('one that is written ends when its bytes are used up, and says how many steps are missing', async () => {
  await using world = createWorld()
  let text = ''
  const recording = recordSession(world.outbox, { maxBytes: 16_384, write: (line) => (text += line) })
  toggle(world, 200)
  recording.stop()
  const lines = linesOf(text)
  const steps = lines.filter(({ kind }) => kind === 'step')
  expect(recording.text()).toBe('')
  expect(bytesOf(text)).toBeLessThanOrEqual(16_384)
  expect(bytesOf(text)).toBeGreaterThan(15_000)
  expect(lines.slice(-2)).toMatchObject([{ kind: 'gap', dropped: 400 - steps.length }, { kind: 'end' }])
})

test('a write that fails leaves a gap, and the outbox alone', async () => {
  await using world = createWorld()
  let text = ''
  let isFull = false
  recordSession(world.outbox, {
    write(line) {
      if (isFull) throw new Error('ENOSPC')
      text += line
    },
  })
  world.outbox.pause()
  isFull = true
  expect(() => world.outbox.resume()).not.toThrow()
  world.outbox.pause()
  isFull = false
  world.outbox.resume()
  expect(linesOf(text).map(({ kind }) => kind)).toEqual(['session', 'step', 'gap', 'step'])
  expect(linesOf(text)[2]).toMatchObject({ dropped: 2 })
})

test('a write that always fails is felt neither at the beginning nor at the end', async () => {
  await using world = createWorld()
  const write = () => {
    throw new Error('ENOSPC')
  }
  const recording = recordSession(world.outbox, { write })
  world.outbox.pause()
  expect(() => recording.stop()).not.toThrow()
})

test('no byte of a recording is of a payload, a result, a meta or a cause', async () => {
  const secret = 'hunter2-of-the-payload'
  let holds = 1
  await using world = createWorld(() => {
    if (holds-- > 0) throw new HoldError('sign in', { cause: new Error(secret) })
    return { token: secret }
  })
  const recording = recordSession(world.outbox)
  await world.outbox.enqueue({ text: secret }, { meta: { who: secret } })
  await world.time.quiet()
  world.outbox.resume()
  await world.time.quiet()
  expect(world.texts()).toContain(secret)
  expect(recording.text()).toContain('"delivered":1')
  expect(recording.text()).not.toContain(secret)
})

test.each([[0], [16_383], [Infinity], [2.5 * 16_384 + 0.5]])('%s is refused as maxBytes', async (maxBytes) => {
  await using world = createWorld()
  expect(() => recordSession(world.outbox, { maxBytes })).toThrow('`maxBytes` must be an integer >= 16384')
})
