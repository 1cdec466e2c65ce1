import { describe, expect, test } from 'vitest'
import type { Lease } from '../../src/index.ts'
import { createOutbox, HoldError, memoryStore } from '../../src/index.ts'
import { faultyStore, hang, scriptedPush, simulatedTime } from '../../src/testing/index.ts'

// What the simulation has found, each by itself.

/** An outbox whose first read of an entry takes until `meanwhile` is done. */
function slowlyReading(meanwhile: (outbox: ReturnType<typeof createOutbox<string>>) => unknown) {
  const time = simulatedTime()
  const memory = memoryStore()
  const store = faultyStore(memory)
  const push = scriptedPush<string>()
  const outbox = createOutbox<string>({ ...time.options, store, push })
  store.faults.read = async (real) => {
    delete store.faults.read
    const entries = await real()
    await meanwhile(outbox)
    return entries
  }
  return { time, memory, push, outbox }
}

describe('an entry that takes its time to be read', () => {
  test('is not pushed when somebody pauses meanwhile', async () => {
    const { time, push, outbox } = slowlyReading(({ pause }) => pause())
    await outbox.enqueue('milk')
    await time.advance(60_000)
    expect(push.calls).toHaveLength(0)
    outbox.resume()
    await time.quiet()
    expect(push.calls).toHaveLength(1)
    await outbox.stop()
  })

  test('is not pushed when the outbox stops meanwhile', async () => {
    const { time, memory, push, outbox } = slowlyReading(({ stop }) => void stop())
    await outbox.enqueue('milk')
    await time.advance(60_000)
    expect(push.calls).toHaveLength(0)
    expect(await memory.counts()).toMatchObject({ pending: 1 })
  })

  test('is not pushed while another context drains, which took the lease meanwhile', async () => {
    let other: Lease | undefined
    const { time, push, outbox, memory } = slowlyReading(async () => {
      await memory.close()
      other = await memory.lease(new AbortController().signal)
    })
    await outbox.enqueue('milk')
    await time.advance(60_000)
    expect(push.calls).toHaveLength(0)
    await other?.release()
    await time.advance(60_000)
    expect(push.calls).toHaveLength(1)
    await outbox.stop()
  })
})

test('the status tells what waits while the first push after a start is under way', async () => {
  const time = simulatedTime()
  const store = memoryStore()
  const before = createOutbox<string>({ ...time.options, store, push: hang })
  await before.enqueueAll([{ payload: 'milk' }, { payload: 'bread' }])
  const stopped = before.stop()
  await time.advance(5_000)
  await stopped

  const outbox = createOutbox<string>({ ...time.options, store, push: hang })
  await time.quiet()
  expect(outbox.status().pending).toBe(2)
  expect(outbox.explain()).toBe('Pushing; 2 entries wait.')
  outbox.actor.stop()
})

test('a resume during one push does not outdate the hold that a later one meets', async () => {
  const time = simulatedTime()
  let resume = () => {}
  const push = scriptedPush<string>([() => resume(), new HoldError('sign in')])
  const outbox = createOutbox<string>({ ...time.options, store: memoryStore(), push })
  resume = outbox.resume
  await outbox.enqueueAll([{ payload: 'milk' }, { payload: 'bread' }])
  await time.advance(600_000)
  expect(push.calls).toHaveLength(2)
  expect(outbox.status().reason).toBe('held')
  await outbox.stop()
})

describe('the status is not left behind', () => {
  test('by counts that were taken before what happened meanwhile', async () => {
    const time = simulatedTime()
    const memory = memoryStore()
    const store = faultyStore(memory)
    const outbox = createOutbox<string>({ ...time.options, store, push: hang })
    await time.quiet()
    store.faults.counts = async (real) => {
      const counts = await real()
      await new Promise<void>((resolve) => time.clock.setTimeout(resolve, 3_000))
      return counts
    }
    const other = createOutbox<string>({ ...time.options, store: memory, push: hang })
    await other.enqueue('milk')
    await time.advance(1_000)
    await other.enqueue('bread')
    await time.advance(20_000)
    expect(outbox.status().pending).toBe(2)
    outbox.actor.stop()
    other.actor.stop()
  })

  test('by counts that could not be had', async () => {
    const time = simulatedTime()
    const store = faultyStore(memoryStore())
    const push = scriptedPush<string>([
      () => {
        store.faults.counts = async () => {
          throw new Error('EIO')
        }
      },
    ])
    const outbox = createOutbox<string>({ ...time.options, store, push })
    await outbox.enqueue('milk')
    await time.advance(1_000)
    delete store.faults.counts
    await time.advance(120_000)
    expect(outbox.explain()).toBe('Everything has been pushed.')
    expect(outbox.status().pending).toBe(0)
    await outbox.stop()
  })
})

describe('pause and hold', () => {
  test('a pause that the store is slow to keep is kept before the outbox says that it has stopped', async () => {
    const time = simulatedTime()
    const memory = memoryStore()
    const store = faultyStore(memory)
    store.faults.setControl = async (real) => {
      await new Promise<void>((resolve) => time.clock.setTimeout(resolve, 3_000))
      return real()
    }
    const outbox = createOutbox<string>({ ...time.options, store, push: hang })
    await time.quiet()
    outbox.pause()
    const kept = outbox.stop().then(() => memory.control())
    await time.advance(5_000)
    expect(await kept).toEqual({ paused: true })
  })

  test('a resume right after the start counts, however slowly the store says that it is paused', async () => {
    const time = simulatedTime()
    const memory = memoryStore()
    await memory.setControl({ paused: true })
    const store = faultyStore(memory)
    store.faults.control = async (real) => {
      delete store.faults.control
      const control = await real()
      await new Promise<void>((resolve) => time.clock.setTimeout(resolve, 1_000))
      return control
    }
    const push = scriptedPush<string>()
    const outbox = createOutbox<string>({ ...time.options, store, push })
    await outbox.enqueue('milk')
    outbox.resume()
    await time.advance(10_000)
    expect(outbox.status().reason).toBe('ready')
    expect(push.calls).toHaveLength(1)
    await outbox.stop()
  })

  test('a hold does not undo a pause that the drainer has not heard of yet', async () => {
    const time = simulatedTime()
    const memory = memoryStore()
    const store = faultyStore(memory)
    let refuse = () => {}
    const drainer = createOutbox<string>({
      ...time.options,
      store,
      push: () => new Promise((_, reject) => (refuse = () => reject(new HoldError('sign in')))),
    })
    await drainer.enqueue('milk')
    await time.quiet()
    store.faults.control = () => new Promise(() => {})
    const other = createOutbox<string>({ ...time.options, store: memory, push: hang })
    await time.advance(1_000)
    other.pause()
    await time.quiet()
    refuse()
    await time.advance(1_000)
    expect(await memory.control()).toEqual({ paused: true, held: 'sign in' })
    other.actor.stop()
    drainer.actor.stop()
  })
})
