import { describe, expect, test } from 'vitest'
import type { Codec, Schema } from '../../src/index.ts'
import { createOutbox, memoryStore } from '../../src/index.ts'
import { simulatedTime } from '../../src/testing/index.ts'
import type { Note } from '../support/world.ts'
import { createWorld } from '../support/world.ts'

/** AES-GCM with the keys by name, the first one for new entries: an old key is kept until its entries are gone. */
async function sealedWith(names: readonly string[]): Promise<Codec> {
  const keys = new Map<string, CryptoKey>()
  for (const name of names) {
    const secret = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(name))
    keys.set(name, await crypto.subtle.importKey('raw', secret, 'AES-GCM', false, ['encrypt', 'decrypt']))
  }
  const keyNamed = (name: string): CryptoKey => {
    const key = keys.get(name)
    if (key === undefined) throw new Error(`no key named ${name}`)
    return key
  }
  return {
    name: 'aes-gcm',
    async encode(json) {
      const name = names[0] ?? ''
      const iv = crypto.getRandomValues(new Uint8Array(12))
      const sealed = await crypto.subtle.encrypt(
        { name: 'AES-GCM', iv },
        keyNamed(name),
        new TextEncoder().encode(json),
      )
      return `${name}.${Buffer.from(iv).toString('base64')}.${Buffer.from(sealed).toString('base64')}`
    },
    async decode(body) {
      const [name = '', iv = '', sealed = ''] = body.split('.')
      const algorithm = { name: 'AES-GCM', iv: Buffer.from(iv, 'base64') }
      const opened = await crypto.subtle.decrypt(algorithm, keyNamed(name), Buffer.from(sealed, 'base64'))
      return new TextDecoder().decode(opened)
    },
  }
}

/** Until the store is quiet: WebCrypto works on threads of its own, which no simulated clock sees. */
async function kept(store: ReturnType<typeof memoryStore>, pending: number): Promise<void> {
  while ((await store.counts()).pending !== pending) await new Promise((resolve) => setImmediate(resolve))
}

describe('an asynchronous codec', () => {
  test('seals what is stored, opens what is pushed, and keeps the order', async () => {
    const store = memoryStore()
    await using world = createWorld(undefined, { store, codec: await sealedWith(['key-1']) })
    world.outbox.pause()
    await Promise.all(['a', 'b', 'c'].map((text) => world.outbox.enqueue({ text })))
    const stored = await store.read({ limit: 3 })
    expect(stored.every(({ body }) => body.startsWith('key-1.') && !body.includes('text'))).toBe(true)
    expect((await world.outbox.list()).map(({ payload }) => payload?.text)).toEqual(['a', 'b', 'c'])
    world.outbox.resume()
    await kept(store, 0)
    expect(world.texts()).toEqual(['a', 'b', 'c'])
  })

  test('goes on after a key rotation, while the old key is kept', async () => {
    const store = memoryStore()
    {
      await using before = createWorld(undefined, { store, codec: await sealedWith(['key-1']) })
      before.outbox.pause()
      await before.outbox.enqueue({ text: 'old' })
    }
    await store.setControl({ paused: false })
    await using world = createWorld(undefined, { store, codec: await sealedWith(['key-2', 'key-1']) })
    await world.outbox.enqueue({ text: 'new' })
    await kept(store, 0)
    expect(world.texts()).toEqual(['old', 'new'])
  })

  test('makes an entry whose key is gone a dead letter that comes back with the key', async () => {
    const store = memoryStore()
    {
      await using before = createWorld(undefined, { store, codec: await sealedWith(['key-1']) })
      before.outbox.pause()
      await before.outbox.enqueue({ text: 'old' })
    }
    await store.setControl({ paused: false })
    await using world = createWorld(undefined, { store, codec: await sealedWith(['key-2']) })
    await world.outbox.enqueue({ text: 'new' })
    await kept(store, 0)
    await world.time.quiet()
    expect(world.texts()).toEqual(['new'])
    expect(world.eventsOf('warning')).toMatchObject([{ code: 'OUTBOX_UNREADABLE', reason: 'no key named key-1' }])
    expect(await world.outbox.deadLetters.list()).toMatchObject([
      { code: 'unreadable', entry: { unreadable: 'no key named key-1' } },
    ])
    expect(await world.outbox.stop()).toMatchObject({ delivered: 1, dropped: 1 })

    await using later = createWorld(undefined, { store, codec: await sealedWith(['key-2', 'key-1']) })
    expect(await later.outbox.deadLetters.requeueAll()).toBe(1)
    await kept(store, 0)
    expect(later.texts()).toEqual(['old'])
  })
})

describe('another version of the payload', () => {
  interface Task {
    readonly title: string
  }

  /** A store with one note of the first version. */
  async function storeWithOldNote() {
    const store = memoryStore()
    await using before = createWorld(undefined, { store })
    before.outbox.pause()
    await before.outbox.enqueue({ text: 'old' })
    await store.setControl({ paused: false })
    return store
  }

  test('is migrated when it is read', async () => {
    const store = await storeWithOldNote()
    const pushed: Task[] = []
    const outbox = createOutbox<Task>({
      store,
      version: 1,
      migrate: (payload, from) => ({ title: `${(payload as Note).text} from ${from}` }),
      push: ({ payload }) => pushed.push(payload),
    })
    await outbox.enqueue({ title: 'new' })
    expect(await outbox.flush()).toMatchObject({ outcome: 'empty' })
    await outbox.stop()
    expect(pushed).toEqual([{ title: 'old from 0' }, { title: 'new' }])
  })

  test('holds the outbox when nothing says how to migrate it', async () => {
    const store = await storeWithOldNote()
    await using world = createWorld(undefined, { store, version: 1 })
    await world.time.quiet()
    expect(world.texts()).toEqual([])
    expect(world.outbox.status()).toMatchObject({ reason: 'held', pending: 1 })
    expect(world.outbox.explain()).toContain('has the version 0, but the version here is 1: `migrate` is missing')
    expect(await world.outbox.list()).toMatchObject([{ unreadable: expect.stringContaining('`migrate` is missing') }])
  })

  test('becomes a dead letter when migrating it throws', async () => {
    const store = await storeWithOldNote()
    const migrate = () => {
      throw new Error('no such field')
    }
    await using world = createWorld(undefined, { store, version: 1, migrate })
    await world.time.quiet()
    expect(world.eventsOf('warning')).toMatchObject([{ code: 'OUTBOX_UNREADABLE', reason: 'no such field' }])
    expect(await world.outbox.deadLetters.list()).toMatchObject([{ code: 'unreadable', reason: 'no such field' }])
  })
})

describe('a schema', () => {
  const short: Schema<Note> = {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: async (value) => {
        await Promise.resolve()
        const { text } = value as Note
        return text.length <= 3 ? { value: { text } } : { issues: [{ message: 'is too long', path: ['text'] }] }
      },
    },
  }

  test('refuses at enqueue what does not fit, naming where', async () => {
    await using world = createWorld(undefined, { schema: short })
    await expect(world.outbox.enqueue({ text: 'long' })).rejects.toMatchObject({
      code: 'OUTBOX_PAYLOAD',
      message: 'the schema refuses the payload: payload.text: is too long',
    })
    await world.outbox.enqueue({ text: 'ok' })
    await world.time.quiet()
    expect(world.texts()).toEqual(['ok'])
  })

  test('makes what does not fit any more a dead letter when it is read', async () => {
    const store = memoryStore()
    const time = simulatedTime()
    {
      await using before = createWorld(undefined, { store, time })
      before.outbox.pause()
      await before.outbox.enqueue({ text: 'too long' })
      await before.outbox.enqueue({ text: 'ok' })
    }
    await store.setControl({ paused: false })
    await using world = createWorld(undefined, { store, time, schema: short })
    await time.quiet()
    expect(world.texts()).toEqual(['ok'])
    expect(world.eventsOf('warning')).toMatchObject([{ reason: 'payload.text: is too long' }])
  })

  test('is checked when the outbox is made', () => {
    expect(() => createOutbox({ push: () => undefined, schema: {} as never })).toThrow(
      '`schema` must be a Standard Schema, got an object',
    )
  })
})
