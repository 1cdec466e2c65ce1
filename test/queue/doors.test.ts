import { expect, test } from 'vitest'
import { createOutbox, memoryStore } from '../../src/index.ts'

test('an enqueue is answered for its own entry, also when the actor was sent one with the same id', async () => {
  const store = memoryStore()
  const outbox = createOutbox<string>({
    store,
    push: () => new Promise(() => undefined),
    codec: {
      name: 'slow',
      encode: (json) => (json === '"slow"' ? new Promise((resolve) => void setTimeout(resolve, 50, json)) : json),
      decode: (body) => body,
    },
  })
  outbox.actor.send({ type: 'enqueue', id: 'x', payload: 'sent' })
  const slow = outbox.enqueue('slow')
  const later = outbox.enqueue('handed in', { id: 'x' })
  await later
  expect((await store.read({ limit: 9 })).map(({ body }) => body)).toEqual(['"sent"', '"slow"', '"handed in"'])
  await slow
  await outbox.stop()
})

test('whoever inspects the machine finds what was enqueued, also when looking later', async () => {
  const events: { readonly type: string }[] = []
  const outbox = createOutbox<string>({
    store: memoryStore(),
    push: () => undefined,
    inspect: (inspected) => void (inspected.type === '@xstate.event' && events.push(inspected.event)),
  })
  await outbox.enqueue('a')
  expect(events).toContainEqual(
    expect.objectContaining({
      type: 'appendPrepared',
      batches: [expect.objectContaining({ requests: [expect.objectContaining({ payload: 'a' })] })],
    }),
  )
  await outbox.stop()
})
