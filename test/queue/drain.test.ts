import { describe, expect, test } from 'vitest'
import { HoldError, PermanentError, RetryAfterError, UnreachableError, memoryStore } from '../../src/index.ts'
import { faultyStore, simulatedTime } from '../../src/testing/index.ts'
import { createWorld, deferred, fails, scripted } from '../support/world.ts'

const down = fails(new Error('503'))
const ok = () => 'ok'

describe('rule 1: first in, first out', () => {
  test('pushes what waited before the start at once, oldest first', async () => {
    const store = memoryStore()
    const time = simulatedTime()
    {
      await using before = createWorld(ok, { store, time })
      before.outbox.pause()
      for (const text of ['a', 'b', 'c']) await before.outbox.enqueue({ text })
    }
    await store.setControl({ paused: false })
    await using world = createWorld(ok, { store, time })
    await time.quiet()
    expect(world.texts()).toEqual(['a', 'b', 'c'])
    expect(world.elapsed()).toBe(0)
  })

  test('lets the first entry block the others until it is through', async () => {
    await using world = createWorld(scripted(down, down, ok))
    for (const text of ['a', 'b', 'c']) await world.outbox.enqueue({ text })
    await world.time.advance(3_000)
    expect(world.texts()).toEqual(['a', 'a', 'a', 'b', 'c'])
  })

  test('starts a push only when the one before has ended', async () => {
    let running = 0
    let most = 0
    await using world = createWorld(async () => {
      running += 1
      most = Math.max(most, running)
      await Promise.resolve()
      running -= 1
    })
    await Promise.all(Array.from({ length: 50 }, (_, n) => world.outbox.enqueue({ text: String(n) })))
    await world.time.quiet()
    expect(world.texts()).toEqual(Array.from({ length: 50 }, (_, n) => String(n)))
    expect(most).toBe(1)
  })
})

describe('rule 2: an entry that holds nothing', () => {
  test('is removed without a push, counted and told', async () => {
    await using world = createWorld(ok, { countItems: ({ text }) => text.length })
    await world.outbox.enqueue({ text: '' })
    await world.outbox.enqueue({ text: 'ab' })
    await world.time.quiet()
    expect(world.texts()).toEqual(['ab'])
    expect(world.eventsOf('skipped').map(({ entry }) => entry.payload.text)).toEqual([''])
    expect(await world.outbox.history()).toMatchObject([{ direction: 'push', items: 2 }])
    expect(await world.store.counts()).toMatchObject({ pending: 0, totals: { enqueued: 2, skipped: 1, delivered: 1 } })
  })

  test('does not wait for its time', async () => {
    await using world = createWorld(ok, { countItems: ({ text }) => text.length })
    await world.outbox.enqueue({ text: '' }, { notBefore: world.time.now() + 60_000 })
    await world.outbox.enqueue({ text: 'a' })
    await world.time.quiet()
    expect(world.texts()).toEqual(['a'])
  })
})

describe('rule 3: when an entry is due', () => {
  test('keeps an entry until its notBefore, to the millisecond', async () => {
    await using world = createWorld()
    await world.outbox.enqueue({ text: 'later' }, { notBefore: world.time.now() + 90_000 })
    await world.time.advance(89_999)
    expect(world.texts()).toEqual([])
    await world.time.advance(1)
    expect(world.texts()).toEqual(['later'])
  })

  test('does not push a waiting entry early after a restart', async () => {
    const store = memoryStore()
    const time = simulatedTime()
    {
      await using before = createWorld(down, { store, time })
      await before.outbox.enqueue({ text: 'a' })
      await time.advance(7_000)
      expect(before.pushes.map(({ atMs }) => atMs)).toEqual([0, 1_000, 3_000, 7_000])
    }
    const [waiting] = await store.read({ limit: 1 })
    await using world = createWorld(ok, { store, time })
    await time.quiet()
    expect(world.texts()).toEqual([])
    const leftMs = (waiting?.nextAttemptAt ?? 0) - time.now()
    await time.advance(leftMs - 1)
    expect(world.texts()).toEqual([])
    await time.advance(1)
    expect(world.pushes).toMatchObject([{ text: 'a', attempt: 5 }])
  })
})

describe('rule 4: success', () => {
  test('is recorded with direction, id, meta, attempts, items, bytes and time before it is told', async () => {
    const store = faultyStore(memoryStore())
    await using world = createWorld(
      scripted(down, () => ({ version: 7 })),
      { store, countItems: () => 3 },
    )
    const { id } = await world.outbox.enqueue({ text: 'é' }, { meta: { note: 12 } })
    let recordedWhenTold: unknown
    world.outbox.on('delivered', () => {
      recordedWhenTold = world.outbox.history()
    })
    await world.time.advance(1_000)
    const record = {
      direction: 'push',
      id,
      meta: { note: 12 },
      attempts: 1,
      items: 3,
      bytes: new TextEncoder().encode('{"text":"é"}').length,
      at: world.time.now(),
    }
    expect(await recordedWhenTold).toMatchObject([record])
    expect(world.eventsOf('delivered')).toMatchObject([
      { entry: { id, payload: { text: 'é' } }, result: { version: 7 } },
    ])
  })
})

describe('rule 5: a failure that was answered', () => {
  test('waits exactly 1 s and then 2 s from the end of the failed tries', async () => {
    const time = simulatedTime()
    const slowly = (ms: number, answer: () => unknown) => () =>
      new Promise((resolve) => time.clock.setTimeout(() => resolve(undefined), ms)).then(answer)
    await using world = createWorld(scripted(slowly(400, down), slowly(300, down), ok), { time })
    await world.outbox.enqueue({ text: 'a' })
    await time.advance(20_000)
    expect(world.pushes.map(({ atMs }) => atMs)).toEqual([0, 1_400, 3_700])
  })

  test('stores attempts and next attempt before the wait begins', async () => {
    await using world = createWorld(down)
    await world.outbox.enqueue({ text: 'a' })
    let storedAtWait: unknown
    const { unsubscribe } = world.outbox.actor.subscribe((snapshot) => {
      if (snapshot.matches('backoff')) storedAtWait ??= world.store.read({ limit: 1 })
    })
    await world.time.quiet()
    unsubscribe()
    expect(await storedAtWait).toMatchObject([
      {
        attempts: 1,
        misses: 0,
        nextAttemptAt: world.time.now() + 1_000,
        waitMs: 1_000,
        waitKind: 'backoff',
        lastError: '503',
      },
    ])
    expect(world.eventsOf('retryScheduled')).toMatchObject([{ waitMs: 1_000, reason: '503' }])
  })

  test('says which attempt each push is', async () => {
    await using world = createWorld(scripted(down, down, ok))
    await world.outbox.enqueue({ text: 'a' })
    await world.time.advance(3_000)
    expect(world.pushes.map(({ attempt }) => attempt)).toEqual([1, 2, 3])
  })
})

describe('rule 6: an entry that has used up its attempts', () => {
  test('becomes a dead letter with one warning and one audit record, and the next goes at once', async () => {
    await using world = createWorld(({ payload }) => (payload.text === 'poison' ? down() : 'ok'), { maxAttempts: 3 })
    const { id } = await world.outbox.enqueue({ text: 'poison' }, { meta: { agent: 'x' } })
    await world.outbox.enqueue({ text: 'fine' })
    await world.time.advance(3_000)
    expect(world.pushes.map(({ text, atMs }) => [text, atMs])).toEqual([
      ['poison', 0],
      ['poison', 1_000],
      ['poison', 3_000],
      ['fine', 3_000],
    ])
    const about = { id, meta: { agent: 'x' }, attempts: 3, reason: '503' }
    expect(world.eventsOf('warning')).toMatchObject([{ code: 'OUTBOX_DROPPED', ...about }])
    expect(world.eventsOf('dropped')).toMatchObject([{ code: 'exhausted', reason: '503', entry: { id, attempts: 3 } }])
    expect(await world.outbox.history()).toMatchObject([
      { direction: 'drop', items: 1, ...about },
      { direction: 'push', attempts: 0 },
    ])
    expect(await world.outbox.deadLetters.list()).toMatchObject([
      {
        code: 'exhausted',
        reason: '503',
        at: world.time.now(),
        entry: { id, attempts: 3, payload: { text: 'poison' } },
      },
    ])
  })

  test('can come back under its id with all attempts, or be forgotten', async () => {
    let isBroken = true
    await using world = createWorld(() => (isBroken ? down() : 'ok'), { maxAttempts: 1 })
    const kept = await world.outbox.enqueue({ text: 'kept' })
    const forgotten = await world.outbox.enqueue({ text: 'forgotten' })
    await world.time.quiet()
    isBroken = false
    expect(await world.outbox.deadLetters.discard(forgotten.id)).toBe(1)
    expect(await world.outbox.deadLetters.requeue(kept.id)).toBe(1)
    await world.time.quiet()
    expect(world.eventsOf('delivered')).toMatchObject([{ entry: { id: kept.id, attempts: 0, requeues: 1 } }])
    expect(await world.outbox.deadLetters.list()).toEqual([])
  })

  test('never happens with maxAttempts Infinity', async () => {
    await using world = createWorld(down, { maxAttempts: Infinity, backoff: () => 1 })
    await world.outbox.enqueue({ text: 'a' })
    await world.time.advance(300)
    expect(world.pushes.length).toBe(301)
    expect(world.outbox.status()).toMatchObject({ pending: 1, dead: 0 })
  })
})

describe('rule 7: what the error says', () => {
  test('buries an entry at once on PermanentError', async () => {
    await using world = createWorld(scripted(fails(new PermanentError('400: no such field')), ok))
    await world.outbox.enqueue({ text: 'bad' })
    await world.outbox.enqueue({ text: 'good' })
    await world.time.quiet()
    expect(world.texts()).toEqual(['bad', 'good'])
    expect(await world.outbox.deadLetters.list()).toMatchObject([
      { code: 'permanent', reason: '400: no such field', entry: { attempts: 1 } },
    ])
  })

  test.each([
    ['ms that are longer than the backoff', () => new RetryAfterError(5_000), 5_000],
    ['ms that are shorter than the backoff', () => new RetryAfterError(200), 1_000],
    ['more than an hour', () => new RetryAfterError(86_400_000), 3_600_000],
    ['nonsense', () => new RetryAfterError(Number.NaN), 1_000],
    ['the past', () => new RetryAfterError(new Date(0)), 1_000],
  ])('honours RetryAfterError with %s', async (_, error, waitMs) => {
    await using world = createWorld(scripted(() => fails(error())(), ok))
    await world.outbox.enqueue({ text: 'a' })
    await world.time.advance(waitMs - 1)
    expect(world.pushes.length).toBe(1)
    await world.time.advance(1)
    expect(world.pushes).toMatchObject([{ attempt: 1 }, { attempt: 2 }])
  })

  test('honours RetryAfterError with a moment', async () => {
    const time = simulatedTime()
    await using world = createWorld(
      scripted(() => fails(new RetryAfterError(new Date(time.now() + 7_000)))(), ok),
      { time },
    )
    await world.outbox.enqueue({ text: 'a' })
    await time.advance(20_000)
    expect(world.pushes.map(({ atMs }) => atMs)).toEqual([0, 7_000])
  })

  test('a resume while the refused push is under way is not lost', async () => {
    const answers = [deferred(), deferred()]
    let tries = 0
    await using world = createWorld(() => answers[tries++]?.promise)
    await world.outbox.enqueue({ text: 'a' })
    await world.time.quiet()
    world.outbox.resume()
    answers[0]?.reject(new HoldError('the old token'))
    await world.time.quiet()
    expect(world.texts()).toEqual(['a', 'a'])
    answers[1]?.reject(new HoldError('the new token'))
    await world.time.quiet()
    expect(world.outbox.status()).toMatchObject({ reason: 'held', held: 'the new token' })
    expect(world.texts()).toHaveLength(2)
  })

  test('holds on HoldError, spends nothing, and goes on after resume', async () => {
    await using world = createWorld(scripted(fails(new HoldError('sign in again')), ok))
    await world.outbox.enqueue({ text: 'a' })
    await world.time.advance(3_600_000)
    expect(world.pushes.length).toBe(1)
    expect(world.outbox.status()).toMatchObject({ state: 'idle', reason: 'held', held: 'sign in again', pending: 1 })
    expect(await world.store.read({ limit: 1 })).toMatchObject([{ attempts: 0, misses: 0 }])
    expect(world.eventsOf('held')).toMatchObject([{ reason: 'sign in again' }])
    world.outbox.resume()
    await world.time.quiet()
    expect(world.pushes).toMatchObject([{ attempt: 1 }, { attempt: 1 }])
    expect(await world.store.control()).toEqual({ paused: false })
  })

  test('goes on after a resume that answers the very event of the hold', async () => {
    await using world = createWorld(scripted(fails(new HoldError('sign in again')), ok))
    world.outbox.on('held', () => world.outbox.resume())
    await world.outbox.enqueue({ text: 'a' })
    await world.time.quiet()
    expect(world.texts()).toEqual(['a', 'a'])
    expect(world.outbox.status()).toMatchObject({ reason: 'ready', pending: 0 })
    expect(await world.store.control()).toEqual({ paused: false })
  })

  test('tries a stored hold once after a restart', async () => {
    const store = memoryStore()
    const time = simulatedTime()
    for (const round of [1, 2, 3]) {
      await using world = createWorld(fails(new HoldError('sign in again')), { store, time })
      if (round === 1) await world.outbox.enqueue({ text: 'a' })
      await time.advance(600_000)
      expect(world.pushes.length).toBe(1)
    }
  })

  test('forgets a stored hold as soon as the remote answers anything else', async () => {
    const store = memoryStore()
    await store.setControl({ held: 'sign in again' })
    await using world = createWorld(down, { store })
    await world.outbox.enqueue({ text: 'a' })
    await world.time.quiet()
    expect(await store.control()).toEqual({ paused: false })
    await store.setControl({ paused: false })
    await world.time.quiet()
    expect(world.outbox.status()).toMatchObject({ state: 'backoff' })
  })

  test('never buries an entry that no answer came to: six hours unreachable with maxAttempts 3', async () => {
    let isReachable = false
    await using world = createWorld(() => isReachable || fails(new UnreachableError('ECONNREFUSED'))(), {
      maxAttempts: 3,
    })
    await world.outbox.enqueue({ text: 'a' })
    await world.outbox.enqueue({ text: 'b' })
    await world.time.advance(6 * 3_600_000)
    expect(world.outbox.status()).toMatchObject({ state: 'backoff', pending: 2, dead: 0 })
    expect(world.pushes.length).toBeGreaterThan(700)
    expect(world.pushes.at(-1)).toMatchObject({ text: 'a', attempt: 1 })
    isReachable = true
    await world.time.advance(30_000)
    expect(world.texts().slice(-2)).toEqual(['a', 'b'])
    expect(world.outbox.status()).toMatchObject({ state: 'idle', pending: 0, dead: 0 })
  })

  test('forgets the misses at the next answer', async () => {
    const lost = fails(new UnreachableError('ECONNRESET'))
    await using world = createWorld(scripted(lost, lost, lost, down, ok))
    await world.outbox.enqueue({ text: 'a' })
    await world.time.advance(60_000)
    expect(world.pushes.map(({ atMs }) => atMs)).toEqual([0, 1_000, 3_000, 7_000, 8_000])
  })
})

describe('rule 8: a push that takes too long', () => {
  test('is aborted and counts as a failure', async () => {
    const signals: AbortSignal[] = []
    await using world = createWorld((_, { signal }) => {
      signals.push(signal)
      return new Promise((__, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
    })
    await world.outbox.enqueue({ text: 'a' })
    await world.time.advance(30_000)
    expect(signals[0]?.aborted).toBe(true)
    expect(await world.store.read({ limit: 1 })).toMatchObject([
      { attempts: 1, lastError: 'no answer within 30000 ms' },
    ])
  })

  test('is aborted through a copy of what it was told, too', async () => {
    const told: { readonly signal: AbortSignal; readonly attempt: number }[] = []
    await using world = createWorld((_, context) => {
      told.push({ ...context })
      return new Promise(() => {})
    })
    await world.outbox.enqueue({ text: 'a' })
    await world.time.advance(30_000)
    expect(told[0]).toMatchObject({ attempt: 1, signal: { aborted: true } })
  })

  test('cannot wedge the queue by ignoring its signal', async () => {
    await using world = createWorld(({ payload }) => (payload.text === 'hangs' ? new Promise(() => {}) : 'ok'), {
      maxAttempts: 2,
      pushTimeoutMs: 5_000,
    })
    await world.outbox.enqueue({ text: 'hangs' })
    await world.outbox.enqueue({ text: 'fine' })
    await world.time.advance(11_000)
    expect(world.pushes.map(({ text, atMs }) => [text, atMs])).toEqual([
      ['hangs', 0],
      ['hangs', 6_000],
      ['fine', 11_000],
    ])
  })

  test.each([
    ['a success', () => 'ok', { delivered: 1 }],
    ['a refusal for good', fails(new PermanentError('400')), { dropped: 1 }],
  ])('still counts as what it knows when it is aborted: %s', async (_, answer, output) => {
    const world = createWorld(
      (__, { signal }) =>
        new Promise((resolve, reject) => {
          signal.addEventListener('abort', () => {
            try {
              resolve(answer())
            } catch (error) {
              reject(error)
            }
          })
        }),
    )
    await world.outbox.enqueue({ text: 'a' })
    await world.time.advance(30_000)
    expect(world.pushes).toHaveLength(1)
    expect(await world.outbox.stop()).toMatchObject(output)
  })

  test('counts as unreachable while the context is offline', async () => {
    await using world = createWorld(() => new Promise(() => {}), { maxAttempts: 1 })
    await world.outbox.enqueue({ text: 'a' })
    await world.time.quiet()
    world.outbox.actor.send({ type: 'offline' })
    await world.time.advance(30_000)
    expect(await world.store.read({ limit: 1 })).toMatchObject([{ attempts: 0, misses: 1 }])
    expect(world.outbox.status()).toMatchObject({ reason: 'offline', dead: 0 })
  })

  test('may have a limit of its own for each entry', async () => {
    await using world = createWorld(() => new Promise(() => {}), {
      pushTimeoutMs: ({ payload }) => Number(payload.text),
      maxAttempts: 1,
    })
    await world.outbox.enqueue({ text: '100' })
    await world.outbox.enqueue({ text: '250' })
    await world.time.advance(350)
    expect(world.eventsOf('dropped').map(({ reason }) => reason)).toEqual([
      'no answer within 100 ms',
      'no answer within 250 ms',
    ])
  })
})

describe('rule 9: an entry that is too old', () => {
  test('becomes a dead letter instead of being pushed', async () => {
    await using world = createWorld(down, { maxAgeMs: 10_000 })
    await world.outbox.enqueue({ text: 'a' })
    await world.time.advance(60_000)
    expect(world.pushes.map(({ atMs }) => atMs)).toEqual([0, 1_000, 3_000, 7_000])
    expect(await world.outbox.deadLetters.list()).toMatchObject([{ code: 'expired', reason: 'older than 10000 ms' }])
  })

  test('is pushed at the last moment of its age', async () => {
    await using world = createWorld(undefined, { maxAgeMs: 10_000 })
    world.outbox.pause()
    await world.outbox.enqueue({ text: 'a' })
    await world.time.advance(10_000)
    world.outbox.resume()
    await world.time.quiet()
    expect(world.pushes.map(({ atMs }) => atMs)).toEqual([10_000])
  })
})

describe('rule 10: enqueue and push', () => {
  test('keeps an entry while a push is under way', async () => {
    const gate = deferred()
    await using world = createWorld(() => gate.promise)
    await world.outbox.enqueue({ text: 'a' })
    await world.time.quiet()
    await world.outbox.enqueue({ text: 'b' })
    expect(await world.outbox.size()).toBe(2)
    expect(world.texts()).toEqual(['a'])
    gate.resolve()
    await world.time.quiet()
    expect(world.texts()).toEqual(['a', 'b'])
  })
})

describe('rule 11: stop', () => {
  test('ends an idle outbox', async () => {
    const world = createWorld()
    await world.outbox.enqueue({ text: 'a' })
    await world.time.quiet()
    expect(await world.outbox.stop()).toEqual({ delivered: 1, items: 1, dropped: 0, skipped: 0, pending: 0 })
    expect(world.outbox.status()).toMatchObject({ state: 'stopped' })
  })

  test('ends a waiting outbox at once and keeps the wait', async () => {
    const world = createWorld(down)
    await world.outbox.enqueue({ text: 'a' })
    await world.time.advance(500)
    expect(await world.outbox.stop()).toMatchObject({ delivered: 0, pending: 1 })
    expect(world.elapsed()).toBe(500)
    expect(await world.store.read({ limit: 1 })).toMatchObject([{ attempts: 1 }])
  })

  test('aborts a push under way and spends nothing on it', async () => {
    const world = createWorld(
      (_, { signal }) =>
        new Promise((__, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
    )
    await world.outbox.enqueue({ text: 'a' })
    await world.time.quiet()
    expect(await world.outbox.stop()).toMatchObject({ delivered: 0, pending: 1 })
    expect(await world.store.read({ limit: 1 })).toMatchObject([{ attempts: 0, misses: 0 }])
  })

  test('settles a success that raced the abort', async () => {
    const gate = deferred<string>()
    const world = createWorld(() => gate.promise)
    await world.outbox.enqueue({ text: 'a' })
    await world.time.quiet()
    const stopped = world.outbox.stop()
    await world.time.advance(1_999)
    gate.resolve('late, but yes')
    expect(await stopped).toMatchObject({ delivered: 1, pending: 0 })
    expect(await world.store.counts()).toMatchObject({ pending: 0, totals: { delivered: 1 } })
  })

  test('waits stopGraceMs for a push that ignores its signal, and no longer', async () => {
    const world = createWorld(() => new Promise(() => {}))
    await world.outbox.enqueue({ text: 'a' })
    await world.time.quiet()
    const stopped = world.outbox.stop()
    await world.time.advance(1_999)
    expect(world.outbox.status()).toMatchObject({ state: 'draining', reason: 'stopping' })
    await world.time.advance(1)
    expect(await stopped).toMatchObject({ delivered: 0, pending: 1 })
  })

  test('waits for a settlement under way', async () => {
    const gate = deferred()
    const store = faultyStore(memoryStore())
    store.faults.settle = async (real) => {
      await gate.promise
      return real()
    }
    const world = createWorld(ok, { store })
    await world.outbox.enqueue({ text: 'a' })
    await world.time.quiet()
    const stopped = world.outbox.stop()
    await world.time.advance(5_000)
    gate.resolve()
    expect(await stopped).toMatchObject({ delivered: 1, pending: 0 })
  })

  test('takes nothing more afterwards, and says so', async () => {
    const world = createWorld()
    await world.outbox.stop()
    await expect(world.outbox.enqueue({ text: 'a' })).rejects.toMatchObject({ code: 'OUTBOX_STOPPED' })
    await expect(world.outbox.size()).rejects.toMatchObject({ code: 'OUTBOX_STOPPED' })
    expect(await world.outbox.flush()).toMatchObject({ outcome: 'stopped' })
  })

  test('keeps what was enqueued in the same tick', async () => {
    const world = createWorld()
    world.outbox.pause()
    const kept = world.outbox.enqueue({ text: 'a' })
    const stopped = world.outbox.stop()
    await kept
    expect(await stopped).toMatchObject({ pending: 1 })
  })
})

describe('rule 12: a settlement that fails after the remote said yes', () => {
  test('is tried again with backoff, and the entry is not pushed again', async () => {
    const store = faultyStore(memoryStore())
    const settledAt: number[] = []
    await using world = createWorld(ok, { store })
    store.faults.settle = (real) => {
      settledAt.push(world.elapsed())
      if (settledAt.length <= 3) throw new Error('disk full')
      return real()
    }
    await world.outbox.enqueue({ text: 'a' })
    await world.outbox.enqueue({ text: 'b' })
    await world.time.advance(6_999)
    expect(world.texts()).toEqual(['a'])
    expect(world.eventsOf('delivered')).toEqual([])
    await world.time.advance(1)
    expect(settledAt.slice(0, 4)).toEqual([0, 1_000, 3_000, 7_000])
    expect(world.texts()).toEqual(['a', 'b'])
    expect(world.eventsOf('delivered').map(({ entry, result }) => [entry.payload.text, result])).toEqual([
      ['a', 'ok'],
      ['b', 'ok'],
    ])
    expect(world.eventsOf('warning').map(({ code }) => code)).toEqual(['OUTBOX_STORE', 'OUTBOX_STORE', 'OUTBOX_STORE'])
  })

  test('is tried once more by stop', async () => {
    const store = faultyStore(memoryStore())
    const world = createWorld(ok, { store })
    store.faults.settle = fails(new Error('disk full'))
    await world.outbox.enqueue({ text: 'a' })
    await world.time.quiet()
    delete store.faults.settle
    expect(await world.outbox.stop()).toMatchObject({ delivered: 1, pending: 0 })
  })
})

test('a push that asks for its signal late gets it as it is by then', async () => {
  const gate = deferred()
  const aborted: boolean[] = []
  await using world = createWorld(
    async (_, context) => {
      await gate.promise
      aborted.push(context.signal.aborted)
    },
    { pushTimeoutMs: 1_000 },
  )
  await world.outbox.enqueue({ text: 'a' })
  await world.time.advance(1_000)
  gate.resolve()
  await world.time.quiet()
  expect(aborted).toEqual([true])
})
