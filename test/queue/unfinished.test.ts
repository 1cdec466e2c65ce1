import { expect, it } from 'vitest'
import { RetryAfterError } from '../../src/errors.ts'
import type { Lease, Store } from '../../src/index.ts'
import { memoryStore } from '../../src/index.ts'
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
  'asks a store that it has closed for no counts, when its actor is stopped after %i microtasks',
  async (turns) => {
    const calls: string[] = []
    const inner = memoryStore()
    const store: Store = {
      ...inner,
      counts() {
        calls.push('counts')
        return inner.counts()
      },
      close() {
        calls.push('close')
        return inner.close()
      },
    }
    const world = createWorld(undefined, { store })
    world.outbox.enqueue({ text: 'a' }).catch(() => {})
    for (let turn = 0; turn < turns; turn += 1) await Promise.resolve()
    world.outbox.actor.stop()
    await world.time.advance(1_000)
    expect(calls.slice(calls.indexOf('close'))).toEqual(['close'])
  },
)
