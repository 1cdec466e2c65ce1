import { expect, test } from 'vitest'
import type { Store } from '../../src/index.ts'
import { memoryStore } from '../../src/index.ts'
import type { StoreChange } from '../../src/store/contract.ts'
import { createWorld } from '../support/world.ts'

/** A memory store that also tells whoever watches it what a test says. */
function tellingStore(atOnce: readonly StoreChange[] = []) {
  const inner = memoryStore()
  const listeners: ((change: StoreChange) => void)[] = []
  const store: Store = {
    ...inner,
    watch(listener) {
      listeners.push(listener)
      for (const change of atOnce) listener(change)
      return inner.watch(listener)
    },
  }
  return {
    store,
    tell: (change: StoreChange) => {
      for (const listener of listeners) listener(change)
    },
  }
}

test('what the store has moved aside is told of, and nothing else that it does', async () => {
  const { store, tell } = tellingStore()
  await using world = createWorld(undefined, { store })
  await world.time.quiet()
  for (const kind of ['appended', 'removed', 'control'] as const) tell({ kind })
  tell({ kind: 'quarantined', reason: 'a record of log-1' })
  await world.time.quiet()
  expect(world.events).toMatchObject([
    {
      type: 'warning',
      code: 'OUTBOX_QUARANTINED',
      message: 'moved aside: a record of log-1',
      reason: 'a record of log-1',
    },
  ])
})

test('a store may tell of a change as soon as it is watched', async () => {
  const { store } = tellingStore([{ kind: 'removed' }])
  await using world = createWorld(undefined, { store })
  await world.outbox.enqueue({ text: 'a' })
  await world.time.quiet()
  expect(world.texts()).toEqual(['a'])
  expect(world.eventsOf('warning')).toEqual([])
})

test('an entry whose whole wait is not known waits for its time', async () => {
  const inner = memoryStore()
  let dueAt = 0
  const store: Store = {
    ...inner,
    read: async (options) =>
      (await inner.read(options)).map((entry) => ({ ...entry, attempts: 1, nextAttemptAt: dueAt })),
  }
  await using world = createWorld(undefined, { store })
  dueAt = world.time.now() + 30_500
  await world.outbox.enqueue({ text: 'a' })
  await world.time.advance(100_000)
  expect(world.pushes.map(({ atMs }) => atMs)).toEqual([30_500])
})
