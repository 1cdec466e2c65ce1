// Compiled by `npm run check:types` and never run: each line below a directive must not compile. One that does is an error.
import { createActor } from 'xstate'
import type { Codec, Entry, Schema } from 'xstate-outbox'
import { createOutbox, createSyncMachine, isOutboxError, memoryStore, syncMachine } from 'xstate-outbox'
import { httpPush } from 'xstate-outbox/http'

interface Todo {
  readonly title: string
}

const push = (entry: Entry<Todo>): string => entry.payload.title
const outbox = createOutbox<Todo>({ push })
const actor = createActor(createSyncMachine<Todo>({ push })).start()
declare const numbers: Schema<number>
const wrong = { titel: 'misspelt' }

// Options

// @ts-expect-error - an outbox without a push would pile entries up
createOutbox<Todo>({})
// @ts-expect-error - a push that turned out undefined is the same mistake
createOutbox<Todo>({ push: undefined })
// @ts-expect-error - the same for the machine
createSyncMachine<Todo>({ name: 'todos' })
// @ts-expect-error - a push for other payloads
createOutbox<{ readonly other: number }>({ push })
// @ts-expect-error - no option: it is called maxAttempts
createOutbox<Todo>({ push, maxRetries: 3 })
// @ts-expect-error - a number, not a text as from an environment variable
createOutbox<Todo>({ push, maxAttempts: '3' })
// @ts-expect-error - ms, not a text with a unit
createOutbox<Todo>({ push, pushTimeoutMs: '30s' })
// @ts-expect-error - a function of the attempts, not a fixed wait
createOutbox<Todo>({ push, backoff: 1_000 })
// @ts-expect-error - lanes do not exist yet, and an option must not be ignored
createOutbox<Todo>({ push, lane: ({ title }: Todo) => title })
// @ts-expect-error - nor does more than one push at a time
createOutbox<Todo>({ push, concurrency: 4 })
// @ts-expect-error - nor do batches
createOutbox<Todo>({ push, pushBatch: (entries: readonly Entry<Todo>[]) => entries.length })
// @ts-expect-error - the limit belongs to the store, which keeps the records
createOutbox<Todo>({ push, auditLimit: 10 })
// @ts-expect-error - an object that is no store
createOutbox<Todo>({ push, store: new Map() })
// @ts-expect-error - meta is kept as JSON, and a Map is none
createOutbox<Todo>({ push, meta: ({ title }) => ({ title: new Map([[title, 1]]) }) })
// @ts-expect-error - what a migration gives is pushed, so it must be a Todo
createOutbox<Todo>({ push, version: 1, migrate: () => wrong })
// @ts-expect-error - a schema for other payloads
createOutbox<Todo>({ push, schema: numbers })
// @ts-expect-error - an id is a text
createOutbox<Todo>({ push, createId: () => 7 })
// @ts-expect-error - a machine has no handle that could start it
createSyncMachine<Todo>({ push, autoStart: false })
// @ts-expect-error - the misspelt input would leave the outbox without a url
createActor(syncMachine, { input: { uri: '/api/sync' } })
// @ts-expect-error - an answer is delivered, retry, permanent, hold or unreachable
httpPush<Todo>({ url: '/api/sync', classify: () => 'ok' })
// @ts-expect-error - where to?
httpPush<Todo>({})

export const bytes: Codec = {
  name: 'bytes',
  // @ts-expect-error - a codec writes text
  encode: (json) => new TextEncoder().encode(json),
  decode: (body) => body,
}

// Enqueueing

// @ts-expect-error - the wrong payload
void outbox.enqueue(wrong)
// @ts-expect-error - no payload
void outbox.enqueue()
// @ts-expect-error - a moment in ms, not a Date
void outbox.enqueue({ title: 'a' }, { notBefore: new Date() })
// @ts-expect-error - the wrong payload among right ones
void outbox.enqueueAll([{ payload: { title: 'a' } }, { payload: wrong }])
// @ts-expect-error - requests, not bare payloads
void outbox.enqueueAll([{ title: 'a' }])

// Commands

// @ts-expect-error - the wrong payload
actor.send({ type: 'enqueue', payload: wrong })
// @ts-expect-error - no payload
actor.send({ type: 'enqueue' })
// @ts-expect-error - the wrong payload in a list
actor.send({ type: 'enqueueAll', entries: [{ payload: wrong }] })
// @ts-expect-error - a misspelt command would do nothing
actor.send({ type: 'flsuh' })
// @ts-expect-error - what the engine reports is private
actor.send({ type: 'engine.drained' })
// @ts-expect-error - also where its payload is right
actor.send({ type: 'engine.reports', events: [] })
// @ts-expect-error - the same through the handle
outbox.actor.send({ type: 'engine.leading' })

// What comes back

// @ts-expect-error - the status is a picture, not a switch
outbox.status().state = 'idle'
// @ts-expect-error - nor is a list a way in
void outbox.list().then((entries) => entries.pop())
// @ts-expect-error - an entry is what was stored
createOutbox<Todo>({ push: (entry) => (entry.attempts = 0) })
// @ts-expect-error - no such event: it is called delivered
outbox.on('deliverd', () => {})
// @ts-expect-error - the engine's reports are not emitted
actor.on('engine.drained', () => {})
// @ts-expect-error - `result` is unknown: what push resolved to has not been checked
outbox.on('delivered', ({ result }) => result.version)
// @ts-expect-error - an enqueued event holds no copy of the payload
outbox.on('enqueued', ({ payload }) => payload)
// @ts-expect-error - the payload is a Todo
outbox.on('dropped', ({ entry }) => entry.payload.text)
// @ts-expect-error - no such state
outbox.actor.getSnapshot().matches('syncing')
// @ts-expect-error - no such rest
outbox.actor.getSnapshot().matches({ idle: 'waiting' })
// @ts-expect-error - no such outcome
void outbox.flush().then(({ outcome }) => outcome === 'done')
// @ts-expect-error - no such code
isOutboxError(undefined, 'OUTBOX_NOPE')
// @ts-expect-error - the handle reads a page by number, not by date
void outbox.history({ after: new Date() })
// @ts-expect-error - nothing is written to a store behind the outbox without what an entry needs
void memoryStore().append([{ payload: { title: 'a' } }])
