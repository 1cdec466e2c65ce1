import { expect, it } from 'vitest'
import { HoldError, createOutbox, memoryStore } from '../../src/index.ts'
import type { PushStep, ScriptedPush } from '../../src/testing/index.ts'
import { hang, scriptedPush, simulatedTime } from '../../src/testing/index.ts'

/** An outbox in simulated time that pushes by a script. */
function scripted(script: Parameters<typeof scriptedPush<string>>[0]) {
  const time = simulatedTime()
  const push = scriptedPush<string>(script)
  const outbox = createOutbox<string>({ ...time.options, store: memoryStore(), push })
  const results: unknown[] = []
  outbox.on('delivered', ({ result }) => results.push(result))
  return { time, push, outbox, results, [Symbol.asyncDispose]: () => outbox[Symbol.asyncDispose]() }
}

const told = ({ calls }: ScriptedPush<string>) => calls.map(({ entry, attempt }) => `${entry.payload} ${attempt}`)

it('throws the errors of its script, resolves to the other values, and then takes everything', async () => {
  await using world = scripted([new Error('503'), { saved: 1 }, 'yes'])
  for (const payload of ['a', 'b', 'c']) await world.outbox.enqueue(payload)
  await world.time.advance(1_000)
  expect(told(world.push)).toEqual(['a 1', 'a 2', 'b 1', 'c 1'])
  expect(world.results).toEqual([{ saved: 1 }, 'yes', undefined])
})

it('calls a function of its script as a push is called', async () => {
  await using world = scripted([
    ({ payload }, { attempt, signal }) => `${payload} ${attempt} ${signal.aborted}`,
    () => {
      throw new HoldError('sign in again')
    },
  ])
  await world.outbox.enqueueAll([{ payload: 'a' }, { payload: 'b' }])
  await world.time.quiet()
  expect(world.results).toEqual(['a 1 false'])
  expect(world.outbox.status()).toMatchObject({ reason: 'held', held: 'sign in again', pending: 1 })
})

it('follows a function for ever', async () => {
  await using world = scripted(({ payload }) => payload.length)
  await world.outbox.enqueueAll(['a', 'bb', 'ccc'].map((payload) => ({ payload })))
  await world.time.quiet()
  expect(world.results).toEqual([1, 2, 3])
})

it('hangs until the try is timed out', async () => {
  await using world = scripted([hang])
  await world.outbox.enqueue('a')
  await world.time.advance(29_999)
  expect(told(world.push)).toEqual(['a 1'])
  expect(world.push.calls[0]?.signal.aborted).toBe(false)
  await world.time.advance(1_001)
  expect(told(world.push)).toEqual(['a 1', 'a 2'])
  expect(world.push.calls[0]?.signal.aborted).toBe(true)
})

it.each<[string, PushStep<string>]>([
  ['hang', hang],
  ['another step', 'yes'],
])('tells when so many calls have begun, with %s', async (_, step) => {
  await using world = scripted([step])
  const heard: number[] = []
  for (const count of [1, 2]) void world.push.called(count).then(() => heard.push(count))
  await world.outbox.enqueue('a')
  await world.push.called(1)
  expect(heard).toEqual([1])
  await world.outbox.enqueue('b')
  await world.time.advance(31_000)
  expect(heard).toEqual([1, 2])
  await world.push.called(2)
})

it('hangs no longer than a signal that is aborted already', async () => {
  const reason = new Error('too late')
  const entry = undefined as never
  await expect(hang(entry, { signal: AbortSignal.abort(reason), attempt: 1 })).rejects.toBe(reason)
})
