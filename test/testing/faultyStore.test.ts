import { expect, it } from 'vitest'
import { OutboxError, createOutbox, isOutboxError, memoryStore } from '../../src/index.ts'
import { draft } from '../../src/testing/contract/bench.ts'
import { faultyStore, scriptedPush, simulatedTime } from '../../src/testing/index.ts'

it('does what the store behind it does, and remembers what was called', async () => {
  const inner = memoryStore()
  const store = faultyStore(inner)
  await store.append([draft(1)])
  expect(store.durability).toBe('memory')
  expect(await store.read({ limit: 9 })).toEqual(await inner.read({ limit: 9 }))
  expect(store.calls).toEqual(['append', 'read'])
})

it('meets a fault instead of the call until the fault is gone', async () => {
  const store = faultyStore(memoryStore())
  store.faults.append = async () => {
    throw new OutboxError('OUTBOX_QUOTA', 'the disk is full')
  }
  await expect(store.append([draft(1)])).rejects.toMatchObject({ code: 'OUTBOX_QUOTA' })
  delete store.faults.append
  await store.append([draft(2)])
  expect(await store.read({ limit: 9 })).toMatchObject([{ id: 'entry-2' }])
  expect(store.calls).toEqual(['append', 'append', 'read'])
})

it('lets a fault make the call after all, with its arguments at hand', async () => {
  const store = faultyStore(memoryStore())
  store.faults.append = async (real, [drafts]) => {
    await real()
    throw new Error(`the answer to ${drafts.length} drafts is lost`)
  }
  await expect(store.append([draft(1)])).rejects.toThrow('the answer to 1 drafts is lost')
  expect(await store.counts()).toMatchObject({ pending: 1 })
})

it('shows an app what a full disk does to its outbox', async () => {
  const time = simulatedTime()
  const store = faultyStore(memoryStore())
  const push = scriptedPush<string>()
  await using outbox = createOutbox<string>({ ...time.options, store, push })
  store.faults.append = () => Promise.reject(new OutboxError('OUTBOX_QUOTA', 'the disk is full'))
  await expect(outbox.enqueue('a')).rejects.toSatisfy((error) => isOutboxError(error, 'OUTBOX_QUOTA'))
  delete store.faults.append
  await outbox.enqueue('b')
  await time.quiet()
  expect(push.calls.map(({ entry }) => entry.payload)).toEqual(['b'])
})
