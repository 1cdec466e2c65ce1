// Compiled by `npm run check:types` and never run: what an app writes without a cast, and the types it gets.
import { expectTypeOf } from 'vitest'
import { assign, createActor, setup, toPromise } from 'xstate'
import type {
  AuditRecord,
  Codec,
  DeadLetter,
  Entry,
  ListedEntry,
  Flushed,
  Meta,
  Outbox,
  OutboxErrorCode,
  OutboxEvent,
  Push,
  Schema,
  Status,
  Store,
  Warning,
  WarningCode,
} from 'xstate-outbox'
import {
  createOutbox,
  createSyncMachine,
  exponentialBackoff,
  isOutboxError,
  memoryStore,
  RetryAfterError,
  syncMachine,
} from 'xstate-outbox'
import { httpPush } from 'xstate-outbox/http'
import { simulatedTime } from 'xstate-outbox/testing'

interface Todo {
  readonly title: string
  readonly tags?: readonly string[]
}

declare const save: (todo: Todo, signal: AbortSignal) => Promise<{ readonly version: number }>

// The payload reaches push.
const outbox = createOutbox<Todo>({
  push: async (entry, { signal, attempt }) => {
    expectTypeOf(entry).toEqualTypeOf<Entry<Todo>>()
    expectTypeOf(entry.payload).toEqualTypeOf<Todo>()
    expectTypeOf(signal).toEqualTypeOf<AbortSignal>()
    expectTypeOf(attempt).toEqualTypeOf<number>()
    if (attempt > 3) throw new RetryAfterError(60_000)
    return save(entry.payload, signal)
  },
})
expectTypeOf(outbox).toEqualTypeOf<Outbox<Todo>>()

// It is inferred from a push that names it, and a push may be written on its own.
expectTypeOf(createOutbox({ push: (entry: Entry<Todo>) => entry.payload.title })).toEqualTypeOf<Outbox<Todo>>()
const push: Push<Todo> = ({ payload }, { signal }) => save(payload, signal)
expectTypeOf(createOutbox({ push, name: 'todos' })).toEqualTypeOf<Outbox<Todo>>()

// It reaches the functions of httpPush from the outbox around it.
createOutbox<Todo>({
  push: httpPush({
    url: ({ payload }) => new URL(`https://api.example.com/todos/${payload.title}`),
    headers: async () => ({ authorization: 'Bearer token' }),
    body: (entry) => {
      expectTypeOf(entry).toEqualTypeOf<Entry<Todo>>()
      return entry.payload
    },
    classify: ({ status }) => (status === 409 ? 'delivered' : undefined),
  }),
})

// It reaches every option that is asked about it.
const sealed: Codec = { name: 'sealed', encode: async (json) => btoa(json), decode: (body) => atob(body) }
declare const schema: Schema<Todo>
const store: Store = memoryStore({ auditLimit: 10 })
createOutbox<Todo>({
  ...simulatedTime().options,
  push,
  store,
  codec: sealed,
  maxAttempts: Infinity,
  backoff: exponentialBackoff({ jitter: 1 }),
  pushTimeoutMs: ({ payload }) => 1_000 * payload.title.length,
  countItems: ({ tags }) => tags?.length ?? 1,
  meta: ({ title }) => ({ title, at: [1, null, { deep: true }] }),
  version: 2,
  migrate: (payload, from) => {
    expectTypeOf(payload).toEqualTypeOf<unknown>()
    return { title: `${String(payload)} of version ${from}` }
  },
  schema,
  createId: () => crypto.randomUUID(),
  autoStart: false,
  inspect: ({ type }) => console.debug(type),
})

// It comes back from the handle.
expectTypeOf(
  await outbox.enqueue({ title: 'a' }, { meta: { by: 'me' }, notBefore: Date.now(), id: 'x' }),
).toEqualTypeOf<{
  readonly id: string
}>()
expectTypeOf(
  await outbox.enqueueAll([{ payload: { title: 'a' } }, { payload: { title: 'b' }, id: 'y' }]),
).toEqualTypeOf<{
  readonly ids: readonly string[]
}>()
expectTypeOf(await outbox.list({ limit: 10 })).toEqualTypeOf<readonly ListedEntry<Todo>[]>()
expectTypeOf(await outbox.deadLetters.list()).toEqualTypeOf<readonly DeadLetter<Todo>[]>()
expectTypeOf(await outbox.history({ after: 7 })).toExtend<readonly AuditRecord[]>()
expectTypeOf(await outbox.flush()).toEqualTypeOf<Flushed>()
expectTypeOf(await outbox.stop()).toEqualTypeOf<{
  readonly delivered: number
  readonly items: number
  readonly dropped: number
  readonly skipped: number
  readonly pending: number
}>()

// It comes with the events, of the handle and of an actor alike.
function listen({ on }: Pick<Outbox<Todo>, 'on'>): void {
  on('delivered', ({ entry, result }) => {
    expectTypeOf(entry).toEqualTypeOf<Entry<Todo>>()
    expectTypeOf(result).toEqualTypeOf<unknown>()
  })
  on('retryScheduled', ({ entry, nextAttemptAt }) => {
    expectTypeOf(entry.payload).toEqualTypeOf<Todo>()
    expectTypeOf(nextAttemptAt).toEqualTypeOf<number>()
  })
  on('dropped', ({ entry, code }) => {
    expectTypeOf(entry.payload).toEqualTypeOf<Todo>()
    expectTypeOf(code).toEqualTypeOf<'exhausted' | 'permanent' | 'expired' | 'unreadable'>()
  })
  on('skipped', ({ entry }) => expectTypeOf(entry.payload).toEqualTypeOf<Todo>())
  on('enqueued', ({ id, meta }) => {
    expectTypeOf(id).toEqualTypeOf<string>()
    expectTypeOf(meta).toEqualTypeOf<Meta | undefined>()
  })
  on('enqueueFailed', ({ payload, error }) => {
    expectTypeOf(payload).toEqualTypeOf<Todo>()
    expectTypeOf(error).toEqualTypeOf<Error>()
  })
  on('warning', (warning) => {
    expectTypeOf(warning).toExtend<Warning>()
    expectTypeOf(warning.code).toEqualTypeOf<WarningCode>()
  })
  on('held', ({ reason }) => expectTypeOf(reason).toEqualTypeOf<string>())
  on('*', (event) => expectTypeOf(event).toEqualTypeOf<OutboxEvent<Todo>>())
}
listen(outbox)
listen(createActor(createSyncMachine<Todo>({ push })))

// The machine is a machine like any other: commands, states, output, a parent.
const todoSync = createSyncMachine<Todo>({ push, store })
const actor = createActor(todoSync, { input: { name: 'todos' } }).start()
actor.send({ type: 'enqueue', payload: { title: 'a' } })
actor.send({ type: 'enqueueAll', entries: [{ payload: { title: 'a' }, notBefore: 5 }] })
for (const type of ['wake', 'flush', 'retry', 'pause', 'resume', 'online', 'offline', 'stop'] as const)
  actor.send({ type })
const snapshot = actor.getSnapshot()
expectTypeOf(snapshot.matches('backoff')).toEqualTypeOf<boolean>()
expectTypeOf(snapshot.matches({ idle: 'held' })).toEqualTypeOf<boolean>()
expectTypeOf(snapshot.context.counts?.pending).toEqualTypeOf<number | undefined>()
expectTypeOf((await toPromise(actor)).pending).toEqualTypeOf<number>()
createActor(todoSync.provide({ delays: { idlePoll: 5_000 } }))

setup({ types: { context: {} as { waiting: number } }, actors: { todoSync } }).createMachine({
  context: { waiting: 0 },
  invoke: {
    src: 'todoSync',
    input: { name: 'todos' },
    onSnapshot: { actions: assign({ waiting: ({ event }) => event.snapshot.context.counts?.pending ?? 0 }) },
  },
})

// The ready-made machine needs no input, and takes any payload.
createActor(syncMachine)
  .start()
  .send({ type: 'enqueue', payload: { anything: ['JSON', 1, null] } })
createActor(syncMachine, { input: { name: 'app', url: '/api/sync' } })

// `subscribe` and `status` are what React's `useSyncExternalStore` takes.
declare const useSyncExternalStore: <T>(subscribe: (listener: () => void) => () => void, getSnapshot: () => T) => T
expectTypeOf(useSyncExternalStore(outbox.subscribe, outbox.status)).toEqualTypeOf<Status>()

// An error is told apart by its code, and an outbox disposes of itself.
try {
  await using briefly = createOutbox<Todo>({ push, store: memoryStore() })
  await briefly.enqueue({ title: 'a' })
} catch (error) {
  if (isOutboxError(error, 'OUTBOX_QUOTA')) expectTypeOf(error.code).toEqualTypeOf<OutboxErrorCode>()
}
