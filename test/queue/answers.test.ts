import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { createOutbox, memoryStore, UnreachableError } from '../../src/index.ts'
import { draft } from '../../src/testing/contract/bench.ts'
import { faultyStore } from '../../src/testing/index.ts'
import { createWorld, deferred } from '../support/world.ts'

const hangs = () => new Promise(() => {})

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise(setImmediate)
}

test('the status counts what has just been enqueued, before the machine has heard of it', async () => {
  await using world = createWorld(hangs)
  await world.outbox.enqueue({ text: 'a' })
  await world.time.quiet()
  await world.outbox.enqueue({ text: 'b' })
  const { actor, status } = world.outbox
  expect(actor.getSnapshot().context.counts?.pending).toBe(1)
  const shown = status()
  expect(shown).toMatchObject({ pending: 2, state: 'draining', reason: 'pushing', draining: { done: 0, of: 2 } })
  expect(status()).toBe(shown)
  await world.time.quiet()
  expect(actor.getSnapshot().context.counts?.pending).toBe(2)
  expect(status()).toBe(shown)
})

test('whoever subscribes hears of what the status has shown already', async () => {
  await using world = createWorld(hangs)
  await world.outbox.enqueue({ text: 'a' })
  await world.time.quiet()
  const heard: number[] = []
  world.outbox.subscribe(() => heard.push(world.outbox.status().pending))
  await world.outbox.enqueue({ text: 'b' })
  expect([world.outbox.status().pending, heard]).toEqual([2, []])
  await world.time.quiet()
  expect(heard).toEqual([2])
})

test('a flush counts what has just been enqueued', async () => {
  await using world = createWorld()
  await world.time.quiet()
  world.outbox.pause()
  await world.outbox.enqueue({ text: 'a' })
  expect(await world.outbox.flush()).toEqual({ outcome: 'paused', delivered: 0, pending: 1 })
})

test('an enqueue that is refused has been told of when it rejects', async () => {
  await using world = createWorld(undefined, { maxEntries: 1 })
  world.outbox.pause()
  await world.outbox.enqueue({ text: 'a' })
  await expect(world.outbox.enqueue({ text: 'b' })).rejects.toThrow('the outbox is full')
  expect(world.eventsOf('enqueueFailed').length).toBe(1)
})

test('what is enqueued one by one while the first is being pushed is told together', async () => {
  let reports = 0
  const outbox = createOutbox<string>({
    store: memoryStore(),
    push: hangs,
    inspect: ({ type, ...more }) => {
      if (type === '@xstate.event' && 'event' in more && more.event.type === 'engine.reports') reports += 1
    },
  })
  const ids: string[] = []
  outbox.on('enqueued', ({ id }) => ids.push(id))
  for (let count = 0; count < 100; count += 1) {
    await outbox.enqueue('a')
    await turns(3)
  }
  expect(outbox.status().pending).toBe(100)
  await outbox.stop()
  expect(ids.length).toBe(100)
  expect(reports).toBeLessThan(50)
})

test('what is enqueued when everything has been pushed is pushed without waiting for more', async () => {
  const pushed: number[] = []
  const outbox = createOutbox<number>({ store: memoryStore(), push: ({ payload }) => void pushed.push(payload) })
  for (let count = 0; count < 20; count += 1) {
    await outbox.enqueue(count)
    await turns(10)
  }
  expect(pushed.length).toBeGreaterThan(15)
  await outbox.stop()
})

test('a flush counts what was delivered while it waited for the store', async () => {
  const gate = deferred()
  const store = faultyStore(memoryStore())
  store.faults.append = (real, [drafts]) => (drafts?.[0]?.body.includes('late') ? gate.promise.then(real) : real())
  await using world = createWorld(undefined, { store })
  const kept = [world.outbox.enqueue({ text: 'a' }), world.outbox.enqueue({ text: 'late' })]
  const flushed = world.outbox.flush()
  await world.time.quiet()
  expect(world.texts()).toEqual(['a'])
  gate.resolve()
  await Promise.all(kept)
  expect(await flushed).toEqual({ outcome: 'empty', delivered: 2, pending: 0 })
})

test('what is enqueued before the start waits for it', async () => {
  const outbox = createOutbox<string>({ store: memoryStore(), push: () => undefined, autoStart: false })
  let isKept = false
  const kept = outbox.enqueue('a').then(() => {
    isKept = true
  })
  await new Promise(setImmediate)
  expect(isKept).toBe(false)
  outbox.actor.start()
  await kept
  await outbox.stop()
})

test('whoever subscribes hears that what the status has shown is gone, also when the machine never knew of it', async () => {
  await using world = createWorld()
  await world.time.quiet()
  world.outbox.pause()
  await world.time.quiet()
  let viewed = 0
  world.outbox.subscribe(() => {
    viewed = world.outbox.status().pending
  })
  const { id } = await world.outbox.enqueue({ text: 'a' })
  viewed = world.outbox.status().pending
  expect(viewed).toBe(1)
  await world.outbox.cancel(id)
  await world.time.quiet()
  expect([viewed, world.outbox.status().pending]).toEqual([0, 0])
})

test('payloads that have been answered are not kept', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const outbox = createOutbox<object>({ store: memoryStore(), push: () => undefined })
  let seen: WeakRef<object> | undefined
  await (async () => {
    const payload = { text: 'a' }
    seen = new WeakRef(payload)
    await outbox.enqueue(payload)
  })()
  await outbox.flush()
  await turns(3)
  collect()
  expect(seen?.deref()).toBeUndefined()
  await outbox.stop()
})

test('counts that cannot be had at the start do not make a stored hold last', async () => {
  const store = faultyStore(memoryStore())
  await store.setControl({ held: 'sign in' })
  await store.append([draft(1, { version: 0 })])
  store.faults.counts = () => {
    delete store.faults.counts
    throw new Error('EIO')
  }
  await using world = createWorld(
    () => {
      throw new UnreachableError('no route')
    },
    { store },
  )
  await world.time.advance(60_000)
  expect(world.pushes.length).toBeGreaterThan(1)
  expect(world.outbox.status().reason).not.toBe('held')
})
