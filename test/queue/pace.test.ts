import { expect, it } from 'vitest'
import type { Clock } from '../../src/clock.ts'
import { macrotask, systemClock } from '../../src/clock.ts'
import { createOutbox, memoryStore } from '../../src/index.ts'

/** An outbox whose clock somebody else moves, and in which turn of the event loop each append reached its store. */
function outboxWith(clock: Partial<Clock>) {
  const store = memoryStore()
  let turn = 0
  const over = new AbortController()
  const turns: number[] = []
  const outbox = createOutbox({
    push: () => Promise.resolve(),
    clock: { ...systemClock, ...clock },
    store: {
      ...store,
      append(drafts) {
        turns.push(turn)
        return store.append(drafts)
      },
    },
  })
  outbox.pause()
  async function count() {
    for (; !over.signal.aborted; turn += 1) await macrotask()
  }
  void count()
  return {
    outbox,
    turns,
    async [Symbol.asyncDispose]() {
      over.abort()
      await outbox.stop()
    },
  }
}

it('those who enqueue at once reach the store at once, however long nobody has', async () => {
  let now = 0
  await using box = outboxWith({ monotonic: () => now })
  const { outbox, turns } = box
  await outbox.enqueue({ number: 0 })
  now += 1_000
  await Promise.all([1, 2, 3].map((number) => outbox.enqueue({ number })))
  expect(new Set(turns.slice(1)).size).toBe(1)
  expect(turns).toHaveLength(4)
})

it('others get a turn while many are taken in', async () => {
  let now = 0
  await using box = outboxWith({ monotonic: () => (now += 1) })
  const { outbox, turns } = box
  await Promise.all(Array.from({ length: 100 }, (_, number) => outbox.enqueue({ number })))
  expect(new Set(turns).size).toBeGreaterThan(5)
})

it('others get a turn while somebody enqueues without end, one after the other', async () => {
  let now = 0
  await using box = outboxWith({ monotonic: () => (now += 1) })
  const { outbox, turns } = box
  for (let number = 0; number < 100; number += 1) await outbox.enqueue({ number })
  expect(new Set(turns).size).toBeGreaterThan(5)
})
