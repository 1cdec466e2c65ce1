import { createActor } from 'xstate'
import { expect, test } from 'vitest'
import type { OutboxEvent } from '../../src/index.ts'
import { memoryStore } from '../../src/index.ts'
import { machineFor } from '../../src/createSyncMachine.ts'
import { settingsFrom } from '../../src/options.ts'
import { createStorage } from '../../src/storage.ts'
import { simulatedTime } from '../../src/testing/index.ts'

test('a machine without a push keeps entries, says so once, and leaves no hold for others to find', async () => {
  const time = simulatedTime()
  const store = memoryStore()
  const settings = { ...settingsFrom<string>({ ...time.options, store, push: () => undefined }), push: undefined }
  const actor = createActor(machineFor(settings, createStorage(settings)), time.options)
  const events: OutboxEvent<string>[] = []
  actor.on('*', (event) => events.push(event))
  actor.start()
  await time.quiet()
  for (const payload of ['a', 'b']) {
    actor.send({ type: 'enqueue', payload })
    actor.send({ type: 'resume' })
    await time.quiet()
  }
  expect(events.filter(({ type }) => type === 'warning')).toMatchObject([{ code: 'OUTBOX_NO_PUSH' }])
  expect(actor.getSnapshot()).toMatchObject({ value: { idle: 'held' }, context: { held: 'no push' } })
  expect(await store.counts()).toMatchObject({ pending: 2 })
  expect(await store.control()).toEqual({ paused: false })
  actor.send({ type: 'stop' })
  await time.quiet()
  expect(actor.getSnapshot().status).toBe('done')
})
