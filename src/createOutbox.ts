/// <reference lib="esnext.disposable" preserve="true" />
import { createActor } from 'xstate'
import type { Actor, InspectionEvent } from 'xstate'
import { outputOf } from '../machines/setup.ts'
import type { SyncOutput } from '../machines/setup.ts'
import { createAppender } from './append.ts'
import { contained } from './contained.ts'
import type { SyncMachine } from './createSyncMachine.ts'
import { machineFor } from './createSyncMachine.ts'
import { createDeadLetters } from './deadLetters.ts'
import type { DeadLetters } from './deadLetters.ts'
import { listed } from './decode.ts'
import type { Counts, ListedEntry, StoredAuditRecord } from './entry.ts'
import { optionError, OutboxError } from './errors.ts'
import { explain } from './explain.ts'
import type { Flushed } from './flush.ts'
import { deliveredBy, flushActor, snapshotAnswer } from './flush.ts'
import { createGatherer } from './gather.ts'
import { checkObject, settingsFrom } from './options.ts'
import type { SyncOptions } from './options.ts'
import { limitsFor } from './limits.ts'
import { prepare } from './prepare.ts'
import type { EnqueueRequest } from './report.ts'
import type { Status } from './status.ts'
import { createStatusBoard } from './statusBoard.ts'
import { createStorage } from './storage.ts'
import type { Range, Store } from './store/contract.ts'

/** What `createOutbox` can be told besides the options of its machine. */
export interface OutboxOptions<P> extends SyncOptions<P> {
  /** Whether the actor starts at once; default true. Otherwise `outbox.actor.start()` does it. */
  readonly autoStart?: boolean
  /** Observes the machine, as `createActor`'s option does; what it throws stays out of the outbox. */
  readonly inspect?: (event: InspectionEvent) => void
}

/** A page of a listing. */
export type PageRange = Partial<Range>

/** An outbox in use: the sync machine with promises. */
export interface Outbox<P> extends AsyncDisposable {
  /** The running machine: for `useSelector`, `subscribe`, or an inspector. */
  readonly actor: Actor<SyncMachine<P>>
  /**
   * Keeps one change; resolved means durable. `status()` counts it from then on; listeners may hear of it a little later.
   * @throws OutboxError `OUTBOX_PAYLOAD`, `OUTBOX_OPTION`, `OUTBOX_FULL`, `OUTBOX_QUOTA`, `OUTBOX_STORE`, `OUTBOX_NO_STORE`,
   * `OUTBOX_FORMAT`: it was not kept; `OUTBOX_STOPPED`: the message says whether it may have been.
   */
  enqueue(payload: P, options?: Omit<EnqueueRequest<P>, 'payload'>): Promise<{ readonly id: string }>
  /** Keeps many changes, all or none; resolved means durable. */
  enqueueAll(entries: readonly EnqueueRequest<P>[]): Promise<{ readonly ids: readonly string[] }>
  /** Where it stands: the same object until something changes. */
  status(): Status
  /** Calls back after each change of `status()`; returns what ends that. */
  subscribe(listener: () => void): () => void
  /** Where it stands, in one sentence. */
  explain(): string
  /** How many entries wait in the store. */
  size(): Promise<number>
  /** Waiting entries, oldest first; `limit` is 100 unless told. */
  list(range?: PageRange): Promise<readonly ListedEntry<P>[]>
  /** Pushes nothing more until `resume`, also after a restart; the push in flight finishes. */
  pause(): void
  /** Goes on after `pause` or a hold. */
  resume(): void
  /** Tries the first entry now, whatever it waits for; with an `id`, only if it is that entry which waits. */
  retry(about?: { readonly id?: string }): void
  /** Removes a waiting entry without pushing it; false when it is not waiting (any more). */
  cancel(id: string): Promise<boolean>
  /** Pushes now, cutting backoffs short; resolves when it can say how that went. Never rejects for a failed push. */
  flush(): Promise<Flushed>
  readonly deadLetters: DeadLetters<P>
  /** What was pushed and what was dropped, oldest first; `limit` is 100 unless told. */
  history(range?: PageRange): Promise<readonly StoredAuditRecord[]>
  /** Listens to what the machine emits. */
  readonly on: Actor<SyncMachine<P>>['on']
  /** Adds up everything that ever entered by where it went; `missing` is 0 unless the store has lost something. */
  verify(): Promise<Counts & { readonly missing: number }>
  /** Aborts the push in flight, settles what is known, closes the store. */
  stop(): Promise<SyncOutput>
  /** Stops, and erases everything that is stored under this name. */
  destroy(): Promise<void>
}

/**
 * An outbox of payloads `P`, started unless told otherwise.
 * @throws OutboxError `OUTBOX_OPTION` naming the option, the rule and what came.
 */
export function createOutbox<P>(options: OutboxOptions<P>): Outbox<P> {
  const { autoStart, inspect, ...machineOptions } = handleOptionsFrom(options)
  const settings = settingsFrom<P>(machineOptions)
  // It opens while the machine is built.
  if (autoStart) settings.store?.warmUp?.()
  const storage = createStorage(settings)
  const { clock } = settings
  const actor = createActor(machineFor(settings, storage), {
    clock,
    ...(inspect && { inspect: contained(inspect) }),
  })
  const gatherer = createGatherer<P>((batches) => {
    // Straight to the engine: the machine has nothing to decide about it, and hears of what was kept.
    const { status, children } = actor.getSnapshot()
    if (status === 'active' && children.engine) children.engine.send({ type: 'appendPrepared', batches })
    else lateAppender.add(batches)
  })
  const board = createStatusBoard(actor, clock, gatherer.untold)
  // What was enqueued in the tick in which somebody stopped the actor is written all the same.
  const lateAppender = createAppender<P>({
    settings,
    limits: () => limitsFor(settings),
    openStore: () => storage.open(settings.name),
    onKept: (batch) => batch.onKept?.(),
    onRefused: (batch, error) => batch.onRefused?.(error),
  })
  const refuseSent = () => gatherer.refuseSent(stoppedError('before the store answered; the entry may have been kept'))

  actor.subscribe({ complete: refuseSent, error: refuseSent })
  if (autoStart) actor.start()

  function isRunning(): boolean {
    return actor.getSnapshot().status === 'active'
  }

  function mustRun(): void {
    if (!isRunning()) throw stoppedError('and takes nothing more')
  }

  async function openStore(): Promise<Store> {
    mustRun()
    return storage.open(settings.name)
  }

  async function stop(): Promise<SyncOutput> {
    gatherer.send()
    if (isRunning()) {
      actor.start()
      actor.send({ type: 'stop' })
    }
    return snapshotAnswer(actor, ({ status, context }) => (status === 'active' ? undefined : outputOf(context)))
  }

  return {
    actor,
    enqueue(payload, requestOptions) {
      // Not behind `enqueueAll`, and no async function: a spread and two more promises cost more than all the rest.
      try {
        const request = requestOptions === undefined ? { payload } : { ...requestOptions, payload }
        const prepared = prepare(request, settings)
        mustRun()
        return gatherer.add([prepared], { id: prepared.id })
      } catch (error) {
        return Promise.reject(error)
      }
    },
    async enqueueAll(entries) {
      const prepared = entries.map((request) => prepare(request, settings))
      mustRun()
      return gatherer.add(prepared, { ids: prepared.map(({ id }) => id) })
    },
    status: board.status,
    subscribe: board.subscribe,
    explain: () => explain(board.status(), clock.now()),
    size: async () => (await (await openStore()).counts()).pending,
    async list(range) {
      const store = await openStore()
      const stored = await store.read({ limit: 100, ...range })
      return Promise.all(stored.map((entry) => listed<P>(entry, settings)))
    },
    pause: () => actor.send({ type: 'pause' }),
    resume: () => actor.send({ type: 'resume' }),
    retry: (about) => actor.send({ type: 'retry', ...about }),
    cancel: async (id) => (await (await openStore()).cancel([id])) > 0,
    async flush() {
      const before = deliveredBy(actor)
      gatherer.send()
      await gatherer.settled()
      gatherer.untold.tell()
      return flushActor(actor, before)
    },
    deadLetters: createDeadLetters(openStore, settings),
    history: async (range) => (await openStore()).readAudit({ limit: 100, ...range }),
    on: actor.on.bind(actor),
    async verify() {
      const counts = await (await openStore()).counts()
      return { ...counts, missing: missingFrom(counts) }
    },
    stop,
    async destroy() {
      await stop()
      await (await storage.open(settings.name)).destroy()
    },
    [Symbol.asyncDispose]: async () => {
      await stop()
    },
  }
}

function handleOptionsFrom<P>(options: OutboxOptions<P>): OutboxOptions<P> & { readonly autoStart: boolean } {
  const { autoStart = true, inspect } = checkObject(options)
  if (typeof autoStart !== 'boolean') throw optionError('autoStart', 'true or false', autoStart)
  if (inspect !== undefined && typeof inspect !== 'function') throw optionError('inspect', 'a function', inspect)
  return { ...options, autoStart }
}

function missingFrom({ pending, dead, totals }: Counts): number {
  const { enqueued, delivered, skipped, cancelled, discarded, quarantined } = totals
  return enqueued - (pending + dead + delivered + skipped + cancelled + discarded + quarantined)
}

function stoppedError(when: string): OutboxError {
  return new OutboxError('OUTBOX_STOPPED', `this outbox has been stopped ${when}`)
}
