import { afterEach, describe, expect, test, vi } from 'vitest'
import { createOutbox, createSyncMachine, memoryStore } from '../../src/index.ts'
import { maxAttemptsFrom } from '../../src/maxAttempts.ts'
import { createWorld, fails } from '../support/world.ts'

const push = () => undefined

describe('an option that cannot be used', () => {
  test.each([
    ['push', {}, '`push` must be a function, got undefined'],
    ['push', { push: undefined }, '`push` must be a function, got undefined'],
    ['push', { push: 'POST' }, '`push` must be a function, got "POST"'],
    ['name', { push, name: '' }, '`name` must be a text of 1 to 128 characters, got ""'],
    ['store', { push, store: {} }, '`store` must be an object with append, read'],
    ['maxAttempts', { push, maxAttempts: 0 }, '`maxAttempts` must be an integer >= 1, or Infinity, got 0'],
    ['maxAttempts', { push, maxAttempts: 2.5 }, 'got 2.5'],
    ['maxAttempts', { push, maxAttempts: '3' }, 'got "3"'],
    ['maxAttempts', { push, maxAttempts: Number.NaN }, 'got NaN'],
    ['backoff', { push, backoff: 1_000 }, '`backoff` must be a function, got 1000'],
    [
      'idlePollMs',
      { push, idlePollMs: 2 ** 31 },
      '`idlePollMs` must be a number of ms from 1 to 2^31 - 1, got 2147483648',
    ],
    [
      'pushTimeoutMs',
      { push, pushTimeoutMs: 0 },
      '`pushTimeoutMs` must be a number of ms from 1 to 2^31 - 1, or a function',
    ],
    ['stopGraceMs', { push, stopGraceMs: -1 }, '`stopGraceMs` must be a number of ms from 0'],
    ['stopLimitMs', { push, stopLimitMs: Infinity }, '`stopLimitMs` must be'],
    ['maxAgeMs', { push, maxAgeMs: 0 }, '`maxAgeMs` must be a number of ms >= 1, got 0'],
    ['countItems', { push, countItems: 1 }, '`countItems` must be a function'],
    ['meta', { push, meta: {} }, '`meta` must be a function, got an object'],
    ['codec', { push, codec: { encode: push, decode: push } }, '`codec` must be an object with name, encode, decode'],
    ['clock', { push, clock: Date }, '`clock` must be an object with now, setTimeout, clearTimeout'],
    ['createId', { push, createId: 'id' }, '`createId` must be a function'],
    ['an unknown one', { push, maxRetries: 3 }, '`maxRetries` is no option; the options are push, name'],
  ])('is refused when the machine is made: %s', (_, options, message) => {
    const make = () => createSyncMachine(options as never)
    expect(make).toThrow(expect.objectContaining({ code: 'OUTBOX_OPTION', message: expect.stringContaining(message) }))
    expect(() => createOutbox(options as never)).toThrow(message)
  })

  test.each([
    [undefined, '`options` must be an object, got undefined'],
    [{ push, autoStart: 'no' }, '`autoStart` must be true or false, got "no"'],
    [{ push, inspect: {} }, '`inspect` must be a function, got an object'],
    [{ push, store: { ...memoryStore(), cancel: undefined } }, '`store` must be an object with append, read'],
  ])('is refused by createOutbox (%#)', (options, message) => {
    expect(() => createOutbox(options as never)).toThrow(
      expect.objectContaining({ code: 'OUTBOX_OPTION', message: expect.stringContaining(message) }),
    )
  })

  test('is not there when it is undefined', () => {
    expect(() => createSyncMachine({ push, ...({ maxAttempts: undefined } as object) })).not.toThrow()
  })
})

describe('maxAttempts from the environment', () => {
  test.each<[Record<string, string>, number]>([
    [{}, 100],
    [{ CORE_AGENT_SYNC_MAX_ATTEMPTS: '7', CORE_SYNC_MAX_ATTEMPTS: '9' }, 7],
    [{ CORE_SYNC_MAX_ATTEMPTS: '9' }, 9],
    [{ CORE_AGENT_SYNC_MAX_ATTEMPTS: ' 12\n' }, 12],
    [{ CORE_AGENT_SYNC_MAX_ATTEMPTS: '+5' }, 5],
    [{ CORE_AGENT_SYNC_MAX_ATTEMPTS: '007' }, 7],
    ...['', ' ', '0', '-3', '1.5', '1e3', '0x10', '12 apples', 'NaN', 'Infinity', '99999999999999999999'].map(
      (nonsense): [Record<string, string>, number] => [
        { CORE_AGENT_SYNC_MAX_ATTEMPTS: nonsense, CORE_SYNC_MAX_ATTEMPTS: '4' },
        4,
      ],
    ),
    [{ CORE_AGENT_SYNC_MAX_ATTEMPTS: 'x', CORE_SYNC_MAX_ATTEMPTS: 'y' }, 100],
  ])('of %j is %i', (environment, attempts) => {
    expect(maxAttemptsFrom(environment)).toBe(attempts)
  })

  describe('in a running outbox', () => {
    afterEach(() => {
      vi.unstubAllEnvs()
    })

    test('is read when the actor starts', async () => {
      vi.stubEnv('CORE_AGENT_SYNC_MAX_ATTEMPTS', '2')
      await using world = createWorld(fails(new Error('503')))
      await world.outbox.enqueue({ text: 'a' })
      await world.time.advance(60_000)
      expect(world.pushes.length).toBe(2)
    })

    test('gives way to the option', async () => {
      vi.stubEnv('CORE_AGENT_SYNC_MAX_ATTEMPTS', '2')
      await using world = createWorld(fails(new Error('503')), { maxAttempts: 3 })
      await world.outbox.enqueue({ text: 'a' })
      await world.time.advance(60_000)
      expect(world.pushes.length).toBe(3)
    })
  })
})

describe('a payload that JSON cannot hold', () => {
  class Photo {
    readonly pixels = [1]
  }
  const cycle: { self?: unknown } = {}
  cycle.self = cycle
  let deep: unknown[] = []
  for (let depth = 0; depth < 100_000; depth += 1) deep = [deep]

  test.each([
    [undefined, 'payload: undefined'],
    [{ a: undefined }, 'payload.a: undefined'],
    [{ list: [1, 2, undefined] }, 'payload.list[2]: undefined'],
    [{ 'a b': { c: 1n } }, 'payload["a b"].c: bigint'],
    [{ f: () => 1 }, 'payload.f: function'],
    [{ s: Symbol('s') }, 'payload.s: symbol'],
    [{ n: Number.NaN }, 'payload.n: NaN'],
    [{ n: -Infinity }, 'payload.n: -Infinity'],
    [{ when: new Date(Number.NaN) }, 'payload.when: an invalid Date'],
    [{ photo: new Blob(['x']) }, 'payload.photo: Blob'],
    [{ photo: new Photo() }, 'payload.photo: Photo'],
    [{ tags: new Map([['a', 1]]) }, 'payload.tags: Map'],
    [{ bytes: new Uint8Array(2) }, 'payload.bytes: Uint8Array'],
    [{ bytes: Buffer.from('ab') }, 'payload.bytes: Buffer'],
    // eslint-disable-next-line no-sparse-arrays
    [{ list: [1, , 3] }, 'payload.list[1]: undefined'],
    [cycle, 'payload.self: a cycle'],
    [deep, 'writing it failed'],
    [
      {
        get boom() {
          throw new Error('getter')
        },
      },
      'getter',
    ],
  ])('is refused, naming the path (%#)', async (payload, message) => {
    const outbox = createOutbox<unknown>({ push, store: memoryStore() })
    await expect(outbox.enqueue(payload)).rejects.toMatchObject({
      code: 'OUTBOX_PAYLOAD',
      message: expect.stringContaining(message),
    })
    await outbox.stop()
  })

  test('comes back with the event, and the machine goes on', async () => {
    await using world = createWorld()
    const payload = { text: 1n } as never
    world.outbox.actor.send({ type: 'enqueue', payload })
    await world.time.quiet()
    expect(world.eventsOf('enqueueFailed')).toMatchObject([{ payload, error: { code: 'OUTBOX_PAYLOAD' } }])
    await world.outbox.enqueue({ text: 'fine' })
    await world.time.quiet()
    expect(world.texts()).toEqual(['fine'])
  })
})

test('a payload is copied at the call: later mutation changes nothing', async () => {
  await using world = createWorld()
  const note = { text: 'before' }
  const kept = world.outbox.enqueue(note)
  note.text = 'after'
  await kept
  world.outbox.actor.send({ type: 'enqueue', payload: note })
  note.text = 'long after'
  await world.time.quiet()
  expect(world.texts()).toEqual(['before', 'after'])
})

test('values that bring their own toJSON are kept as what it answers', async () => {
  const seen: unknown[] = []
  const outbox = createOutbox<unknown>({ push: ({ payload }) => seen.push(payload), store: memoryStore() })
  await outbox.enqueue({ at: new Date(0) })
  expect(await outbox.flush()).toMatchObject({ outcome: 'empty' })
  await outbox.stop()
  expect(seen).toEqual([{ at: '1970-01-01T00:00:00.000Z' }])
})

describe('a function option that fails at enqueue', () => {
  test.each([
    ['countItems throws', { countItems: fails(new Error('boom')) }, '`countItems` must not throw, but did: boom'],
    ['countItems answers a fraction', { countItems: () => 0.5 }, '`countItems` must answer an integer >= 0, got 0.5'],
    ['meta throws', { meta: fails(new Error('boom')) }, '`meta` must not throw, but did: boom'],
    ['meta answers a text', { meta: () => 'x' as never }, '`meta` must be an object of JSON values, got x'],
    ['meta answers what JSON cannot hold', { meta: () => ({ f: push }) as never }, 'meta.f: function'],
    ['createId throws', { createId: fails(new Error('boom')) }, '`createId` must not throw, but did: boom'],
    ['createId answers nothing', { createId: () => '' }, '`id` must be a text of 1 to 256 characters'],
    [
      'codec.encode throws',
      { codec: { name: 'x', encode: fails(new Error('boom')), decode: (body: string) => body } },
      'boom',
    ],
    [
      'codec.encode answers a number',
      { codec: { name: 'x', encode: () => 1 as never, decode: (body: string) => body } },
      '`codec.encode` must answer a text, got number',
    ],
  ])('rejects that enqueue and nothing else: %s', async (_, options, message) => {
    await using world = createWorld(undefined, options)
    await expect(world.outbox.enqueue({ text: 'a' })).rejects.toThrow(message)
    await world.time.quiet()
    expect(world.outbox.actor.getSnapshot().status).toBe('active')
    expect(await world.store.counts()).toMatchObject({ pending: 0, totals: { enqueued: 0 } })
  })
})
