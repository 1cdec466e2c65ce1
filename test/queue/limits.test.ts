import { afterEach, describe, expect, test, vi } from 'vitest'
import { PermanentError, createOutbox, memoryStore } from '../../src/index.ts'
import { limitsFor } from '../../src/limits.ts'
import { simulatedTime } from '../../src/testing/index.ts'
import type { Note } from '../support/world.ts'
import { createWorld, fails, scripted } from '../support/world.ts'

const down = fails(new Error('503'))
const full = { code: 'OUTBOX_FULL' }

describe('maxEntries', () => {
  test('refuses what is too much, evicts nothing, and takes more when there is room', async () => {
    let isDown = true
    await using world = createWorld(() => (isDown ? down() : 'ok'), { maxEntries: 2 })
    await world.outbox.enqueue({ text: 'a' })
    await world.outbox.enqueue({ text: 'b' })
    await expect(world.outbox.enqueue({ text: 'c' })).rejects.toMatchObject({
      ...full,
      message: 'the outbox is full: `maxEntries` is 2; 2 entries wait',
    })
    expect(world.outbox.status().pending).toBe(2)
    isDown = false
    expect(await world.outbox.flush()).toMatchObject({ delivered: 2 })
    await world.outbox.enqueue({ text: 'd' })
    await world.time.quiet()
    expect(world.eventsOf('delivered').map(({ entry }) => entry.payload.text)).toEqual(['a', 'b', 'd'])
  })

  test('is exact for calls of one tick, and all or none for enqueueAll', async () => {
    await using world = createWorld(down, { maxEntries: 5 })
    const results = await Promise.allSettled(['a', 'b', 'c'].map((text) => world.outbox.enqueue({ text })))
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled'])
    const three = ['d', 'e', 'f'].map((text) => ({ payload: { text } }))
    await expect(world.outbox.enqueueAll(three)).rejects.toMatchObject(full)
    await world.outbox.enqueueAll(three.slice(0, 2))
    const more = await Promise.allSettled(['g', 'h'].map((text) => world.outbox.enqueue({ text })))
    expect(more.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(await world.outbox.size()).toBe(5)
  })
})

test('maxBytes refuses what is too much, by the bytes of the encoded payloads', async () => {
  const bytesOfOne = '{"text":"é"}'.length + 1
  await using world = createWorld(down, { maxBytes: 2 * bytesOfOne })
  await world.outbox.enqueue({ text: 'é' })
  await world.outbox.enqueue({ text: 'é' })
  await expect(world.outbox.enqueue({ text: '' })).rejects.toMatchObject({
    ...full,
    message: 'the outbox is full: `maxBytes` is 26; 26 bytes wait, and 11 came',
  })
})

test('deadLimit discards the oldest dead letters, loudly', async () => {
  await using world = createWorld(down, { maxAttempts: 1, deadLimit: 2 })
  for (const text of ['a', 'b', 'c', 'd']) await world.outbox.enqueue({ text })
  await world.time.quiet()
  expect((await world.outbox.deadLetters.list()).map(({ entry }) => entry.payload?.text)).toEqual(['c', 'd'])
  expect(world.eventsOf('warning').filter(({ code }) => code === 'OUTBOX_DEAD_LIMIT')).toHaveLength(2)
  expect(await world.outbox.verify()).toMatchObject({ dead: 2, totals: { discarded: 2 }, missing: 0 })
})

test('a limit that is near is told once, until there is room again', async () => {
  let isDown = true
  await using world = createWorld(() => (isDown ? down() : 'ok'), { maxEntries: 10 })
  const fill = async (count: number) => {
    for (let n = 0; n < count; n += 1) await world.outbox.enqueue({ text: String(n) })
    await world.time.quiet()
  }
  const told = () => world.eventsOf('warning').filter(({ code }) => code === 'OUTBOX_HIGH_WATER')
  await fill(7)
  expect(told()).toEqual([])
  await fill(3)
  expect(told()).toMatchObject([{ message: '8 entries wait, and the limit is 10' }])
  isDown = false
  await world.outbox.flush()
  world.outbox.pause()
  await fill(8)
  expect(told()).toHaveLength(2)
})

describe('maxBytes in a browser', () => {
  afterEach(() => {
    vi.unstubAllGlobals()
  })

  test.each([
    ['a tenth of the quota', { maxBytes: Infinity }, 100],
    ['what the option says', { maxBytes: 7 }, 7],
    ['no limit for a store of one’s own', { maxBytes: Infinity, store: memoryStore() }, Infinity],
  ])('is %s', async (_, options, maxBytes) => {
    vi.stubGlobal('navigator', { storage: { estimate: async () => Promise.resolve({ quota: 1_009 }) } })
    expect(await limitsFor({ store: undefined, maxEntries: 5, ...options })).toEqual({ maxEntries: 5, maxBytes })
  })

  test('has no limit where the browser does not tell', async () => {
    const estimate = () => Promise.reject(new Error('blocked'))
    vi.stubGlobal('navigator', { storage: { estimate } })
    expect(await limitsFor({ store: undefined, maxEntries: 5, maxBytes: Infinity })).toMatchObject({
      maxBytes: Infinity,
    })
  })
})

describe('staleAfterMs', () => {
  test('warns once for each oldest entry, also while paused', async () => {
    await using world = createWorld(undefined, { staleAfterMs: 60_000 })
    world.outbox.pause()
    await world.outbox.enqueue({ text: 'a' })
    await world.time.advance(59_999)
    expect(world.eventsOf('warning')).toEqual([])
    await world.time.advance(600_000)
    expect(world.eventsOf('warning')).toMatchObject([
      { code: 'OUTBOX_STALE', message: 'the oldest entry has waited 60000 ms' },
    ])
    world.outbox.resume()
    await world.time.quiet()
    world.outbox.pause()
    await world.outbox.enqueue({ text: 'b' })
    await world.time.advance(60_000)
    expect(world.eventsOf('warning')).toHaveLength(2)
  })
})

describe('cancel', () => {
  test('removes an entry that waits', async () => {
    await using world = createWorld()
    world.outbox.pause()
    const [, second] = (await world.outbox.enqueueAll(['a', 'b', 'c'].map((text) => ({ payload: { text } })))).ids
    expect(await world.outbox.cancel(second ?? '')).toBe(true)
    expect(await world.outbox.cancel(second ?? '')).toBe(false)
    world.outbox.resume()
    await world.time.quiet()
    expect(world.texts()).toEqual(['a', 'c'])
    expect(await world.outbox.verify()).toMatchObject({ totals: { cancelled: 1 }, missing: 0 })
  })

  test('of the entry in a backoff lets the next one go at once', async () => {
    await using world = createWorld(({ payload }) => (payload.text === 'bad' ? down() : 'ok'))
    const { id } = await world.outbox.enqueue({ text: 'bad' })
    await world.outbox.enqueue({ text: 'good' })
    await world.time.advance(10)
    await world.outbox.cancel(id)
    await world.time.quiet()
    expect(world.texts()).toEqual(['bad', 'good'])
    expect(world.elapsed()).toBe(10)
  })

  test('of another entry leaves a wait as it is', async () => {
    await using world = createWorld(down)
    await world.outbox.enqueue({ text: 'a' })
    const { id } = await world.outbox.enqueue({ text: 'b' })
    await world.time.advance(400)
    await world.outbox.cancel(id)
    await world.time.advance(599)
    expect(world.texts()).toEqual(['a'])
    await world.time.advance(1)
    expect(world.texts()).toEqual(['a', 'a'])
  })
})

test('retry with an id goes at once only if it is that entry which waits', async () => {
  await using world = createWorld(down)
  const first = await world.outbox.enqueue({ text: 'a' })
  const second = await world.outbox.enqueue({ text: 'b' })
  await world.time.quiet()
  world.outbox.retry({ id: second.id })
  await world.time.quiet()
  expect(world.texts()).toEqual(['a'])
  world.outbox.retry({ id: first.id })
  await world.time.quiet()
  expect(world.texts()).toEqual(['a', 'a'])
  world.outbox.retry()
  await world.time.quiet()
  expect(world.texts()).toEqual(['a', 'a', 'a'])
  expect(world.elapsed()).toBe(0)
})

describe('requeue', () => {
  test('of an edited dead letter pushes the new payload under a new id, at the tail', async () => {
    let isDown = true
    await using world = createWorld(() => (isDown ? down() : 'ok'), { maxAttempts: 1 })
    const bad = await world.outbox.enqueue({ text: 'bad' }, { meta: { row: 7 } })
    await world.time.quiet()
    isDown = false
    world.outbox.pause()
    await world.outbox.enqueue({ text: 'later' })
    const edit = ({ text }: Note) => ({ text: `${text}, mended` })
    expect(await world.outbox.deadLetters.requeue(bad.id, { edit })).toBe(1)
    world.outbox.resume()
    await world.time.quiet()
    expect(world.texts()).toEqual(['bad', 'later', 'bad, mended'])
    const mended = world.pushes[2]
    expect(mended?.id).not.toBe(bad.id)
    expect(mended?.attempt).toBe(1)
    expect(world.eventsOf('delivered').at(-1)).toMatchObject({ entry: { meta: { row: 7 } } })
    expect(await world.outbox.verify()).toMatchObject({ dead: 0, missing: 0 })
  })

  test('with newId changes the id alone', async () => {
    let isDown = true
    await using world = createWorld(() => (isDown ? down() : 'ok'), { maxAttempts: 1 })
    const { id } = await world.outbox.enqueue({ text: 'a' })
    await world.time.quiet()
    isDown = false
    await world.outbox.deadLetters.requeue([id], { newId: true })
    await world.time.quiet()
    expect(world.texts()).toEqual(['a', 'a'])
    expect(world.pushes[1]?.id).not.toBe(id)
  })

  test.each([
    ['as it is', undefined],
    ['with newId', { newId: true }],
    ['edited', { edit: (payload: Note) => payload }],
  ] as const)('of an entry that was tried before its time, %s, still waits for that time', async (_, how) => {
    await using world = createWorld(
      scripted(down, () => 'ok'),
      { maxAttempts: 1 },
    )
    const notBefore = world.time.now() + 60_000
    const { id } = await world.outbox.enqueue({ text: 'a' }, { notBefore })
    await world.time.quiet()
    world.outbox.retry({ id })
    await world.time.quiet()
    expect(await world.outbox.deadLetters.requeue(id, how)).toBe(1)
    await world.time.advance(59_000)
    expect(world.pushes).toHaveLength(1)
    await world.time.advance(2_000)
    expect(world.pushes).toHaveLength(2)
  })

  test('with newId does not need to read the payload, and is not stopped by a letter that nobody can read', async () => {
    const store = memoryStore()
    const decode = (body: string) => (body.includes('odd') ? (fails(new Error('unreadable'))() as string) : body)
    const codec = { name: 'picky', encode: (json: string) => json, decode }
    await using world = createWorld(down, { store, codec, maxAttempts: 1 })
    await world.outbox.enqueue({ text: 'odd' })
    const { id } = await world.outbox.enqueue({ text: 'plain' })
    await world.time.quiet()
    world.outbox.pause()
    const [odd] = await world.outbox.deadLetters.list()
    expect(await world.outbox.deadLetters.requeue([odd?.entry.id ?? '', id], { newId: true })).toBe(2)
    await expect(world.outbox.deadLetters.requeue(id, { edit: (payload) => payload })).resolves.toBe(0)
    expect(await world.outbox.size()).toBe(2)
  })

  test('requeueAll takes what is dead at the call, not what dies meanwhile', async () => {
    await using world = createWorld(fails(new PermanentError('400')))
    for (const text of ['a', 'b', 'c']) await world.outbox.enqueue({ text })
    await world.time.quiet()
    expect(await world.outbox.deadLetters.requeueAll()).toBe(3)
    await world.time.quiet()
    expect(world.texts()).toEqual(['a', 'b', 'c', 'a', 'b', 'c'])
    expect(await world.outbox.verify()).toMatchObject({ dead: 3, missing: 0 })
  })

  test('keeps every dead letter when an edited payload cannot be kept', async () => {
    await using world = createWorld(down, { maxAttempts: 1 })
    const { id } = await world.outbox.enqueue({ text: 'a' })
    await world.time.quiet()
    await expect(world.outbox.deadLetters.requeue(id, { edit: () => ({ text: 1n }) as never })).rejects.toMatchObject({
      code: 'OUTBOX_PAYLOAD',
    })
    expect(await world.outbox.deadLetters.list()).toHaveLength(1)
  })
})

test('destroy stops and erases everything', async () => {
  const store = memoryStore()
  const world = createWorld(down, { store, maxAttempts: 1 })
  await world.outbox.enqueue({ text: 'a' })
  await world.time.quiet()
  world.outbox.pause()
  await world.outbox.enqueue({ text: 'b' })
  await world.outbox.destroy()
  expect(await store.counts()).toMatchObject({ pending: 0, dead: 0, totals: { enqueued: 0 } })
  expect(await store.control()).toEqual({ paused: false })
})

describe('two outboxes in one place', () => {
  test('warn when they push differently', async () => {
    const store = memoryStore()
    await using first = createWorld(undefined, { store })
    await using second = createWorld(undefined, { store })
    await first.time.quiet()
    await second.time.quiet()
    expect(first.eventsOf('warning')).toEqual([])
    expect(second.eventsOf('warning').map(({ code }) => code)).toEqual(['OUTBOX_NAME_SHARED'])
  })

  test('do not warn with stores of their own, or with one push, or after the first has ended', async () => {
    const time = simulatedTime()
    const store = memoryStore()
    const codes: string[] = []
    const push = () => undefined
    const start = (options: { store: ReturnType<typeof memoryStore>; push: () => undefined }) => {
      const outbox = createOutbox<Note>({ ...time.options, ...options, autoStart: false })
      outbox.on('warning', ({ code }) => codes.push(code))
      outbox.actor.start()
      return outbox
    }
    const first = start({ store, push })
    const second = start({ store, push })
    const third = start({ store: memoryStore(), push: () => undefined })
    await time.quiet()
    await Promise.all([first.stop(), second.stop(), third.stop()])
    const fourth = start({ store, push: () => undefined })
    await time.quiet()
    await fourth.stop()
    expect(codes).toEqual([])
  })
})
