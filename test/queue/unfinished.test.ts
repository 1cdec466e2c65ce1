import { createActor } from 'xstate'
import { expect, it } from 'vitest'
import { machineFor } from '../../src/createSyncMachine.ts'
import { OutboxError, RetryAfterError } from '../../src/errors.ts'
import type { Lease, Store } from '../../src/index.ts'
import { memoryStore } from '../../src/index.ts'
import { settingsFrom } from '../../src/options.ts'
import { faultyStore, simulatedTime } from '../../src/testing/index.ts'
import { createWorld, deferred, fails, scripted } from '../support/world.ts'

/** A memory store whose first lease a test can end; nobody is granted another one. */
function storeWithOneLease(): { readonly store: Store; lose(): void } {
  const store = memoryStore()
  const loss = new AbortController()
  let isGranted = false
  return {
    lose: () => loss.abort(),
    store: {
      ...store,
      async lease(signal): Promise<Lease> {
        if (isGranted) return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
        isGranted = true
        return { ...(await store.lease(signal)), lost: loss.signal }
      },
    },
  }
}

it('begins no push once the lease is lost, although the outcome before it was recorded', async () => {
  const { store, lose } = storeWithOneLease()
  const settle: Store['settle'] = async (settlements, lease) => {
    await store.settle(settlements, lease)
    lose()
  }
  await using world = createWorld(undefined, { store: { ...store, settle } })
  await Promise.all([world.outbox.enqueue({ text: 'a' }), world.outbox.enqueue({ text: 'b' })])
  await world.time.advance(1_000)
  expect(world.texts()).toEqual(['a'])
  expect(world.outbox.status()).toMatchObject({ state: 'idle', reason: 'standby', pending: 1 })
})

it('a flush while paused does not cut the wait that the server asked for, once resumed', async () => {
  await using world = createWorld(scripted(fails(new RetryAfterError(60_000)), () => undefined))
  await world.outbox.enqueue({ text: 'a' })
  await world.time.advance(1_000)
  world.outbox.pause()
  await world.time.advance(1_000)
  void world.outbox.flush()
  await world.time.advance(1_000)
  world.outbox.resume()
  await world.time.advance(20_000)
  expect(world.texts()).toEqual(['a'])
  await world.time.advance(60_000)
  expect(world.texts()).toEqual(['a', 'a'])
})

it('gives the lease up when a pause comes while a push is under way, as soon as that has ended', async () => {
  const store = memoryStore()
  const answer = deferred()
  await using world = createWorld(() => answer.promise, { store })
  await world.outbox.enqueue({ text: 'a' })
  await world.outbox.enqueue({ text: 'b' })
  await world.time.advance(10)
  world.outbox.pause()
  let granted: Lease | undefined
  const asked = store.lease(new AbortController().signal).then((lease) => (granted = lease))
  await world.time.advance(1_000)
  expect(granted).toBeUndefined()
  answer.resolve()
  await world.time.advance(1_000)
  expect(granted).toBeDefined()
  await (await asked).release()
  expect(world.texts()).toEqual(['a'])
})

it.each([3, 20, 60])(
  'asks a store that it has closed for no counts, when its actor ends after %i microtasks',
  async (turns) => {
    const store = faultyStore(memoryStore())
    const world = createWorld(undefined, { store })
    world.outbox.enqueue({ text: 'a' }).catch(() => {})
    for (let turn = 0; turn < turns; turn += 1) await Promise.resolve()
    world.outbox.actor.stop()
    await world.time.advance(1_000)
    expect(store.calls.slice(store.calls.indexOf('close'))).toEqual(['close'])
  },
)

it('aborts the push in flight when the lease is lost', async () => {
  const { store, lose } = storeWithOneLease()
  let signal: AbortSignal | undefined
  await using world = createWorld(
    (_, context) => {
      signal = context.signal
      return new Promise(() => {})
    },
    { store },
  )
  await world.outbox.enqueue({ text: 'a' })
  await world.time.quiet()
  expect(signal?.aborted).toBe(false)
  lose()
  await world.time.quiet()
  expect(signal?.aborted).toBe(true)
  expect(world.outbox.status()).toMatchObject({ state: 'idle', reason: 'standby', pending: 1 })
})

it('asks for another lease when the store says that the one at hand is lost, although its signal does not', async () => {
  const store = faultyStore(memoryStore())
  await using world = createWorld(undefined, { store })
  store.faults.settle = async () => {
    delete store.faults.settle
    throw new OutboxError('OUTBOX_LEASE_LOST', 'another context drains')
  }
  await world.outbox.enqueue({ text: 'a' })
  await world.time.advance(1_000)
  expect(store.calls.filter((call) => call === 'lease')).toHaveLength(2)
  expect(await store.counts()).toMatchObject({ pending: 0 })
  expect(world.texts()).toEqual(['a'])
})

it('drops nothing and skips nothing once it is paused, although that needs no push', async () => {
  await using world = createWorld(() => world.outbox.pause(), { countItems: ({ text }) => text.length })
  await Promise.all([world.outbox.enqueue({ text: 'a' }), world.outbox.enqueue({ text: '' })])
  await world.time.advance(1_000)
  expect(world.eventsOf('skipped')).toEqual([])
  world.outbox.resume()
  await world.time.quiet()
  expect(world.eventsOf('skipped')).toHaveLength(1)
})

it('keeps the wait of an entry although the one whose wait was cut has gone meanwhile', async () => {
  await using world = createWorld(fails(new RetryAfterError(60_000)))
  await world.outbox.enqueue({ text: 'a' }, { id: 'a' })
  await world.outbox.enqueue({ text: 'b' }, { notBefore: world.time.now() + 600_000 })
  await world.time.quiet()
  const cancelled = world.outbox.cancel('a')
  world.outbox.retry()
  await cancelled
  await world.time.advance(1_000)
  expect(world.texts()).not.toContain('b')
  expect(world.outbox.status()).toMatchObject({ state: 'backoff', pending: 1 })
})

it('keeps nothing that it is sent while it stops, and says so', async () => {
  await using world = createWorld(() => new Promise(() => {}), { stopGraceMs: 1_000 })
  await world.outbox.enqueue({ text: 'a' })
  await world.time.quiet()
  const stopped = world.outbox.stop()
  world.outbox.actor.send({ type: 'enqueue', payload: { text: 'b' } })
  await world.time.advance(2_000)
  await stopped
  expect(world.eventsOf('enqueueFailed')).toMatchObject([{ payload: { text: 'b' }, error: { code: 'OUTBOX_STOPPED' } }])
  expect(await world.store.counts()).toMatchObject({ pending: 1 })
})

it('says at its end that an outcome could not be recorded', async () => {
  const store = faultyStore(memoryStore())
  await using world = createWorld(undefined, { store })
  store.faults.settle = fails(new Error('EROFS'))
  await world.outbox.enqueue({ text: 'a' })
  await world.time.quiet()
  const before = world.eventsOf('warning').length
  const stopped = world.outbox.stop()
  await world.time.quiet()
  await stopped
  expect(world.eventsOf('warning').slice(before)).toMatchObject([{ code: 'OUTBOX_STORE', reason: 'EROFS' }])
})

it('stops quietly although its store could never be opened', async () => {
  const store = faultyStore(memoryStore())
  store.faults.control = fails(new Error('EACCES'))
  await using world = createWorld(undefined, { store })
  await world.time.quiet()
  const before = world.events.length
  const stopped = world.outbox.stop()
  await world.time.quiet()
  await stopped
  expect(world.events.slice(before)).toEqual([])
})

it('stops quietly although there is no store to be had', async () => {
  const time = simulatedTime()
  const settings = settingsFrom<string>({ ...time.options, push: () => undefined })
  const storage = { open: () => Promise.reject(new Error('no IndexedDB')), enter: () => () => true }
  const actor = createActor(machineFor(settings, storage), time.options)
  const reasons: unknown[] = []
  actor.on('warning', ({ reason }) => reasons.push(reason))
  actor.start()
  await time.quiet()
  actor.send({ type: 'stop' })
  await time.quiet()
  expect(actor.getSnapshot().status).toBe('done')
  expect(reasons).toEqual(['no IndexedDB'])
})
