import { expect, test } from 'vitest'
import { memoryStore, UnreachableError } from '../../src/index.ts'
import { faultyStore } from '../../src/testing/index.ts'
import { createWorld, fails } from '../support/world.ts'

const meta = { list: 'groceries' }
const picky = {
  name: 'picky',
  encode: (json: string) => json,
  decode: (body: string) => (body.includes('bad') ? (fails(new Error('wrong key'))() as string) : body),
}

test('what is told of an entry has its meta, and none where it has none', async () => {
  await using world = createWorld(undefined, { codec: picky })
  await world.outbox.enqueue({ text: 'bad' }, { id: 'with', meta })
  await world.outbox.enqueue({ text: 'bad' }, { id: 'without' })
  await world.time.quiet()
  const told = (type: 'enqueued' | 'warning') =>
    world.eventsOf(type).map((event) => [event.id, 'meta' in event ? event.meta : 'none'])
  const both = [
    ['with', meta],
    ['without', 'none'],
  ]
  expect(told('enqueued')).toEqual(both)
  expect(told('warning')).toEqual(both)
  expect((await world.outbox.history()).map((record) => ('meta' in record ? record.meta : 'none'))).toEqual([
    meta,
    'none',
  ])
})

test('an entry that was not kept is told of with its meta, and none where it has none', async () => {
  const store = faultyStore(memoryStore())
  store.faults.append = fails(new Error('EIO'))
  await using world = createWorld(undefined, { store })
  await Promise.allSettled([world.outbox.enqueue({ text: 'a' }, { meta }), world.outbox.enqueue({ text: 'b' })])
  const told = world.eventsOf('enqueueFailed').map((event) => ('meta' in event ? event.meta : 'none'))
  expect(told).toEqual([meta, 'none'])
})

test('an entry that is past its attempts by a limit set since stays as long as the remote is out of reach', async () => {
  const store = memoryStore()
  {
    await using world = createWorld(fails(new Error('503')), { store, maxAttempts: 10 })
    await world.outbox.enqueue({ text: 'a' })
    await world.time.advance(4_000)
  }
  await using world = createWorld(fails(new UnreachableError('no route')), { store, maxAttempts: 2 })
  await world.time.advance(60_000)
  expect(world.pushes.length).toBeGreaterThan(0)
  expect(world.eventsOf('dropped')).toEqual([])
  expect(await store.counts()).toMatchObject({ pending: 1, dead: 0 })
})

test('a wait that was begun before a restart goes on, with its reason if it has one', async () => {
  const store = memoryStore()
  {
    await using world = createWorld(fails(new Error('503')), { store, backoff: () => 60_000 })
    await world.outbox.enqueue({ text: 'a' })
    await world.time.quiet()
  }
  {
    await using world = createWorld(undefined, { store })
    await world.time.quiet()
    expect(world.outbox.actor.getSnapshot().context.wait).toMatchObject({ kind: 'backoff', reason: '503' })
    await world.outbox.cancel((await store.read({ limit: 1 }))[0]?.id ?? '')
    await world.outbox.enqueue({ text: 'b' }, { notBefore: world.time.now() + 60_000 })
    await world.time.quiet()
    const { wait } = world.outbox.actor.getSnapshot().context
    expect(wait).toMatchObject({ kind: 'notBefore', leftMs: 60_000 })
    expect(wait).not.toHaveProperty('reason')
  }
})
