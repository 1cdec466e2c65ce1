// A test with fake time, for node:test; any other runner does as well. An hour of outage takes no time.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createOutbox, memoryStore, PermanentError, UnreachableError } from 'xstate-outbox'
import { scriptedPush, simulatedTime } from 'xstate-outbox/testing'

void test('a change made offline arrives once the server is back, and a bad one is kept for later', async () => {
  const time = simulatedTime()
  const backAt = time.now() + 60 * 60_000
  const push = scriptedPush<string>(({ payload }) => {
    if (time.now() < backAt) throw new UnreachableError('the server is down')
    if (payload === 'bad') throw new PermanentError('the server does not want it')
  })
  const outbox = createOutbox<string>({ ...time.options, store: memoryStore(), push })
  await outbox.enqueueAll([{ payload: 'good' }, { payload: 'bad' }])

  await time.advance(59 * 60_000)
  assert.equal(outbox.status().pending, 2)
  assert.match(outbox.explain(), /the server is down/)

  await time.advance(2 * 60_000)
  assert.equal(outbox.status().pending, 0)
  assert.deepEqual(
    (await outbox.deadLetters.list()).map(({ entry }) => entry.payload),
    ['bad'],
  )
  await outbox.stop()
})
