import { describe, expect, it } from 'vitest'
import type { OutboxEvent, Store } from '../../src/index.ts'
import { createOutbox, HoldError, memoryStore, PermanentError, RetryAfterError } from '../../src/index.ts'
import { faultyStore, simulatedTime } from '../../src/testing/index.ts'
import { fsStore } from '../../src/store/fs/index.ts'
import { inDirectory } from '../store/support/places.ts'
import type { Note, NotePush } from '../support/world.ts'
import { createWorld, deferred, scripted } from '../support/world.ts'

const no = () => {
  throw new Error('503')
}

/** Two contexts on one store; the first drains, the second stands by. */
async function withTwo(
  push: NotePush,
  test: (drainer: ReturnType<typeof createWorld>, standby: ReturnType<typeof createWorld>) => Promise<void>,
  store: Store = memoryStore(),
) {
  const time = simulatedTime()
  await using drainer = createWorld(push, { store, time })
  await drainer.outbox.enqueue({ text: 'first' }, { notBefore: time.now() + 500 })
  await time.quiet()
  await using standby = createWorld(push, { store, time })
  await time.advance(200)
  expect(standby.outbox.status()).toMatchObject({ reason: 'standby' })
  await test(drainer, standby)
}

/** Whether anybody may drain now. */
async function leaseAtOnce({ store, time }: ReturnType<typeof createWorld>): Promise<'granted' | 'taken'> {
  const leave = new AbortController()
  const lease = store.lease(leave.signal).catch(() => undefined)
  const granted = await Promise.race([lease, time.quiet()])
  leave.abort()
  await granted?.release()
  return granted === undefined ? 'taken' : 'granted'
}

/** The events of the drain. */
const told = (events: readonly OutboxEvent<Note>[]) =>
  events.filter(({ type }) => type !== 'enqueued' && type !== 'warning')

describe('another context on the store', () => {
  it('hears of every outcome, with the entry and the result, as the drainer does', () =>
    withTwo(
      scripted(
        no,
        () => ({ savedAs: 7 }),
        () => {
          throw new PermanentError('never')
        },
      ),
      async (drainer, standby) => {
        await standby.outbox.enqueueAll([{ payload: { text: 'second' } }])
        await drainer.time.advance(5_000)
        expect(told(standby.events).map(({ type, origin }) => `${type} ${origin}`)).toEqual([
          'retryScheduled elsewhere',
          'delivered elsewhere',
          'dropped elsewhere',
          'drained elsewhere',
        ])
        expect(told(standby.events)).toEqual(told(drainer.events).map((event) => ({ ...event, origin: 'elsewhere' })))
        expect(standby.eventsOf('delivered')).toMatchObject([
          { entry: { payload: { text: 'first' } }, result: { savedAs: 7 } },
        ])
      },
    ))

  it('hears that the remote refuses everything, and tries once itself', () =>
    withTwo(
      scripted(() => {
        throw new HoldError('sign in again')
      }),
      async (drainer, standby) => {
        await drainer.time.advance(1_000)
        const held = { type: 'held', reason: 'sign in again' }
        expect(standby.eventsOf('held')).toEqual([
          { ...held, origin: 'elsewhere' },
          { ...held, origin: 'here' },
        ])
        expect([drainer.pushes.length, standby.pushes.length]).toEqual([1, 1])
      },
    ))

  it('that resumes while the drainer is being refused tries itself', () => {
    const refused = deferred()
    return withTwo(
      scripted(
        () => refused.promise,
        () => 'done',
      ),
      async (drainer, standby) => {
        await drainer.time.advance(1_000)
        standby.outbox.resume()
        await drainer.time.quiet()
        refused.reject(new HoldError('the old token'))
        await drainer.time.quiet()
        expect(standby.eventsOf('delivered')).toMatchObject([{ origin: 'here' }])
        expect(drainer.outbox.status()).toMatchObject({ reason: 'ready', pending: 0 })
      },
    )
  })

  it('counts only what it has delivered itself', () =>
    withTwo(
      scripted(() => 'done'),
      async (drainer, standby) => {
        await drainer.time.advance(1_000)
        expect(drainer.outbox.actor.getSnapshot().context.tally).toMatchObject({ delivered: 1 })
        expect(standby.eventsOf('delivered')).toHaveLength(1)
        expect(standby.outbox.actor.getSnapshot().context.tally).toMatchObject({ delivered: 0 })
      },
    ))

  it('hears of a delivery whose result cannot be copied, without the result', () =>
    withTwo(
      scripted(() => ({ close: () => undefined })),
      async (drainer, standby) => {
        await drainer.time.advance(1_000)
        expect(drainer.eventsOf('delivered')).toMatchObject([{ result: { close: expect.any(Function) as unknown } }])
        expect(standby.eventsOf('delivered')).toMatchObject([
          { origin: 'elsewhere', entry: { payload: { text: 'first' } }, result: undefined },
        ])
      },
    ))

  it('has the drainer push at once with flush', () =>
    withTwo(
      scripted(no, () => 'done'),
      async (drainer, standby) => {
        await drainer.time.advance(600)
        expect(drainer.outbox.status().state).toBe('backoff')
        const before = drainer.elapsed()
        expect(await standby.outbox.flush()).toMatchObject({ outcome: 'standby', pending: 1 })
        await drainer.time.quiet()
        expect(drainer.pushes.at(-1)).toMatchObject({ text: 'first', attempt: 2, atMs: before })
        expect(standby.eventsOf('delivered')).toHaveLength(1)
      },
    ))

  it('has the drainer cut the wait of an entry with retry, but not that of another', () =>
    withTwo(
      scripted(
        () => {
          throw new RetryAfterError(60_000)
        },
        () => 'done',
      ),
      async (drainer, standby) => {
        await drainer.time.advance(600)
        standby.outbox.retry({ id: 'another' })
        await standby.outbox.flush()
        await drainer.time.quiet()
        expect(drainer.pushes).toHaveLength(1)
        standby.outbox.retry({ id: drainer.pushes[0]?.id ?? '' })
        await drainer.time.quiet()
        expect(drainer.pushes).toHaveLength(2)
      },
    ))

  it('does not heed news that it does not understand', () =>
    withTwo(
      scripted(() => 'done'),
      async (drainer, standby) => {
        const { store } = standby
        const before = [standby.events.length, drainer.outbox.status()]
        for (const news of [
          undefined,
          'flush',
          { from: 'x', ask: { type: 'stop' } },
          { from: 'x', ask: { type: 'retry', id: 7 } },
          { from: 'x', events: 'delivered' },
          { from: 'x', events: [null, { type: 'enqueued', origin: 'here' }, { type: 'drained', origin: 'elsewhere' }] },
        ]) {
          store.announce?.(news)
        }
        await drainer.time.quiet()
        expect([standby.events.length, drainer.outbox.status()]).toEqual(before)
        expect(drainer.pushes).toHaveLength(0)
      },
    ))

  it('gives a lease back that comes while it is paused', async () => {
    const answer = deferred()
    const shared = { store: memoryStore(), time: simulatedTime() }
    await using drainer = createWorld(() => answer.promise, shared)
    await drainer.outbox.enqueue({ text: 'a' })
    await drainer.time.quiet()
    await using late = createWorld(undefined, shared)
    await drainer.time.advance(50)
    late.outbox.pause()
    await drainer.time.advance(1_000)
    answer.resolve()
    await drainer.time.quiet()
    expect(late.outbox.status()).toMatchObject({ reason: 'paused' })
    expect(await leaseAtOnce(drainer)).toBe('granted')
  })

  it('gives the lease back when it is paused with nothing to do', async () => {
    await using world = createWorld()
    await world.outbox.enqueue({ text: 'a' })
    await world.time.quiet()
    expect(await leaseAtOnce(world)).toBe('taken')
    world.outbox.pause()
    await world.time.quiet()
    expect(await leaseAtOnce(world)).toBe('granted')
  })

  it('whose place in line is lost says so, and asks anew', () => {
    const store = faultyStore(memoryStore())
    let lose!: (error: Error) => void
    store.faults.lease = (real) => {
      if (store.calls.filter((call) => call === 'lease').length !== 2) return real()
      return new Promise((_, reject) => {
        lose = reject
      })
    }
    return withTwo(
      () => 'done',
      async (drainer, standby) => {
        lose(new Error('EIO'))
        await drainer.time.advance(200)
        expect(standby.eventsOf('warning').at(-1)).toMatchObject({ code: 'OUTBOX_STORE', reason: 'EIO' })
        expect(store.calls.filter((call) => call === 'lease')).toHaveLength(3)
        expect(standby.outbox.status()).toMatchObject({ reason: 'standby' })
      },
      store,
    )
  })

  it('tells of a hold that was there when it came, while another one tries', async () => {
    const answer = deferred()
    const push = scripted(
      () => {
        throw new HoldError('sign in again')
      },
      () => answer.promise,
    )
    const store = memoryStore()
    const time = simulatedTime()
    await using first = createWorld(push, { store, time })
    await first.outbox.enqueue({ text: 'a' })
    await time.quiet()
    expect(first.outbox.status()).toMatchObject({ reason: 'held' })
    await using second = createWorld(push, { store, time })
    await time.quiet()
    await using third = createWorld(push, { store, time })
    await time.advance(200)
    expect(third.outbox.status()).toMatchObject({ reason: 'held' })
    answer.resolve()
    await time.quiet()
    expect(second.eventsOf('delivered')).toHaveLength(1)
    expect(third.outbox.status()).toMatchObject({ state: 'idle', pending: 0 })
  })

  it.each(['flush', 'retry'] as const)('has the drainer of another store object on the files push with %s', (wish) =>
    inDirectory(async (directory) => {
      const pushes: string[] = []
      const start = () =>
        createOutbox<string>({
          store: fsStore({ directory }),
          push({ payload }) {
            pushes.push(payload)
            if (pushes.length === 1) throw new Error('503')
          },
          backoff: () => 60_000,
        })
      await using drainer = start()
      await drainer.enqueue('first')
      await expect.poll(() => drainer.status().state).toBe('backoff')
      await using standby = start()
      await expect.poll(() => standby.status().reason).toBe('standby')
      if (wish === 'flush') await standby.flush()
      else standby.retry()
      await expect.poll(() => pushes).toEqual(['first', 'first'])
      await expect.poll(() => standby.status().pending).toBe(0)
    }),
  )
})
