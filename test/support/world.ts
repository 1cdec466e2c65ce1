import type { Entry, Outbox, OutboxEvent, PushContext, Store, SyncOptions } from '../../src/index.ts'
import { createOutbox, memoryStore } from '../../src/index.ts'
import type { SimulatedTime } from '../../src/testing/index.ts'
import { simulatedTime } from '../../src/testing/index.ts'

/** The payload of most tests. */
export interface Note {
  readonly text: string
}

/** One call of push, as it began. */
export interface PushCall {
  readonly text: string
  readonly atMs: number
  readonly attempt: number
  readonly id: string
}

/** An outbox in simulated time, with everything it did written down. */
export interface World extends AsyncDisposable {
  readonly time: SimulatedTime
  readonly store: Store
  readonly outbox: Outbox<Note>
  readonly pushes: PushCall[]
  readonly events: OutboxEvent<Note>[]
  /** ms since the world began. */
  elapsed(): number
  texts(): readonly string[]
  eventsOf<T extends OutboxEvent<Note>['type']>(type: T): Extract<OutboxEvent<Note>, { type: T }>[]
}

export type NotePush = (entry: Entry<Note>, context: PushContext) => unknown

/** Makes a world; `push` answers as the remote would, and by default takes everything. */
export function createWorld(
  push: NotePush = () => undefined,
  options: Partial<SyncOptions<Note>> & { readonly time?: SimulatedTime } = {},
): World {
  const { time = simulatedTime(), ...outboxOptions } = options
  const startedAt = time.now()
  const store = options.store ?? memoryStore()
  const pushes: PushCall[] = []
  const events: OutboxEvent<Note>[] = []
  const outbox = createOutbox<Note>({
    ...time.options,
    ...outboxOptions,
    store,
    push: (entry, context) => {
      const { text } = entry.payload
      pushes.push({ text, atMs: time.now() - startedAt, attempt: context.attempt, id: entry.id })
      return push(entry, context)
    },
    autoStart: false,
  })
  outbox.on('*', (event) => events.push(event))
  outbox.actor.start()
  return {
    time,
    store,
    outbox,
    pushes,
    events,
    elapsed: () => time.now() - startedAt,
    texts: () => pushes.map(({ text }) => text),
    eventsOf: (type) => events.filter((event) => event.type === type) as never,
    [Symbol.asyncDispose]: async () => {
      const stopped = outbox.stop()
      await time.quiet()
      // Time moves only for a push that ignores its signal, or a store that hangs.
      if (outbox.status().state !== 'stopped') await time.advance(10_000)
      await stopped
    },
  }
}

/** Answers like a remote that follows a script, one step a push; the last step repeats. */
export function scripted(...steps: readonly (() => unknown)[]): NotePush {
  let step = 0
  return () => {
    const answer = steps[Math.min(step, steps.length - 1)]
    step += 1
    return answer?.()
  }
}

/** A step that fails with this error. */
export const fails = (error: unknown) => () => {
  throw error
}

/** A promise that a test settles. */
export function deferred<T = void>(): {
  readonly promise: Promise<T>
  resolve(value: T): void
  reject(error: Error): void
} {
  let resolve!: (value: T) => void
  let reject!: (error: Error) => void
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve
    reject = onReject
  })
  return { promise, resolve, reject }
}
