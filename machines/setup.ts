import { assign, emit, enqueueActions, fromCallback, sendTo, setup } from 'xstate'
import type { AnyEventObject } from 'xstate'
import type { Counts } from '../src/entry.ts'
import type { Command, Cut, EngineCommand, EngineEvent, OutboxEvent, Reports, Wait } from '../src/report.ts'

/** What `createActor(machine, { input })` may say. */
export interface SyncInput {
  /** Names the outbox: its directory, database, lock and channel. */
  readonly name?: string
  /** Where the ready-made `syncMachine` posts entries to. */
  readonly url?: string
}

/** What this actor has done since it started. */
export interface Tally {
  readonly delivered: number
  /** Items in the delivered entries. */
  readonly items: number
  readonly dropped: number
  readonly skipped: number
}

/** What a stopped actor answers to `toPromise`. */
export interface SyncOutput extends Tally {
  /** Still waiting in the store; 0 if the store was never read. */
  readonly pending: number
}

/** Why an idle machine is idle, most pressing first. */
export type Rest = 'paused' | 'held' | 'offline' | 'standby' | 'ready'

/** Flags, counts and the present wait: never entries, payloads or functions. */
export interface SyncContext {
  readonly input: SyncInput
  readonly paused: boolean
  /** Why pushing is on hold. */
  readonly held: string | undefined
  readonly offline: boolean
  /** Another context drains this outbox. */
  readonly standby: boolean
  /** Something may be there to push since the last pass was ordered. */
  readonly dirty: boolean
  readonly cut: Cut
  readonly wait: Wait | undefined
  /** What is left of the wait, ms, by the timers that ran: a clock set back cannot make it longer. */
  readonly waitLeftMs: number
  /** Undefined until the store has been read. */
  readonly counts: Counts | undefined
  readonly tally: Tally
  readonly lastError: string | undefined
}

/** Timers run for at most this long in one go: they stand still while a laptop sleeps, and overflow at 2^31 ms. */
export const longestChunkMs = 1_000

/** The context that an actor starts with. */
export function initialContext(input: SyncInput | undefined): SyncContext {
  return {
    input: input ?? {},
    paused: false,
    held: undefined,
    offline: false,
    standby: false,
    dirty: false,
    cut: 'none',
    wait: undefined,
    waitLeftMs: 0,
    counts: undefined,
    tally: { delivered: 0, items: 0, dropped: 0, skipped: 0 },
    lastError: undefined,
  }
}

/** Why nothing may be pushed, or `ready`. */
export function restOf(context: SyncContext): Rest {
  if (context.paused) return 'paused'
  if (context.held !== undefined) return 'held'
  if (context.offline) return 'offline'
  return context.standby ? 'standby' : 'ready'
}

/** The output of a machine that stops in this context. */
export function outputOf({ tally, counts }: SyncContext): SyncOutput {
  return { ...tally, pending: counts?.pending ?? 0 }
}

function chunkMs({ waitLeftMs }: SyncContext): number {
  return Math.min(waitLeftMs, longestChunkMs)
}

function lastErrorAfter<P>(event: OutboxEvent<P>, before: string | undefined): string | undefined {
  if (event.type === 'delivered') return undefined
  if (event.type === 'dropped' || event.type === 'retryScheduled') return event.reason
  const isError = event.type === 'warning' && (event.code === 'OUTBOX_STORE' || event.code === 'OUTBOX_UNREADABLE')
  return isError ? event.reason : before
}

/** What the reports of one batch add to the context. */
export function afterReports<P>(
  context: SyncContext,
  { events, counts, changed = false }: Reports<P>,
): Pick<SyncContext, 'tally' | 'lastError' | 'counts' | 'dirty'> {
  let { delivered, items, dropped, skipped } = context.tally
  let { lastError } = context
  for (const event of events) {
    lastError = lastErrorAfter(event, lastError)
    // What another context has done is no part of this one's tally.
    if (event.origin === 'elsewhere') continue
    if (event.type === 'delivered') {
      delivered += 1
      items += event.entry.items
    } else if (event.type === 'dropped') dropped += 1
    else if (event.type === 'skipped') skipped += 1
    else if (event.type === 'warning' && event.code === 'OUTBOX_UNREADABLE') dropped += 1
  }
  return {
    tally: { delivered, items, dropped, skipped },
    lastError,
    counts: counts ?? context.counts,
    dirty: context.dirty || changed,
  }
}

/** Types, actions, guards and delays of the sync machine; `createSyncMachine` provides the engine, the two option delays and the clock. */
export const setupSync = <P>() =>
  setup({
    types: {
      context: {} as SyncContext,
      events: {} as Command<P> | EngineEvent<P>,
      emitted: {} as OutboxEvent<P>,
      input: {} as SyncInput | undefined,
      output: {} as SyncOutput,
    },
    actors: {
      /** A placeholder that pushes nothing; the real engine is provided. */
      engine: fromCallback<EngineCommand<P>, SyncInput, AnyEventObject>(({ receive, sendBack }) => {
        receive((command) => {
          if (command.type === 'drain') sendBack({ type: 'engine.held', reason: 'no push' })
          if (command.type === 'close') sendBack({ type: 'engine.closed' })
        })
      }),
    },
    actions: {
      order: sendTo('engine', (_, command: EngineCommand<P>) => command),
      orderPass: sendTo('engine', ({ context: { cut, wait } }) =>
        wait?.id === undefined ? { type: 'drain' as const, cut } : { type: 'drain' as const, cut, id: wait.id },
      ),
      clearOrder: assign({ dirty: false, cut: 'none' as const, wait: undefined }),
      setFlags: assign(
        (_, flags: Partial<Pick<SyncContext, 'paused' | 'held' | 'offline' | 'standby' | 'dirty'>>) => flags,
      ),
      cutWaits: assign({
        dirty: true,
        cut: ({ context }, { cut }: { cut: Cut }) => (context.cut === 'all' ? 'all' : cut),
      }),
      /** With an `id`, only if it is that entry which waits. */
      cutWaitOf: assign(({ context }, { id }: { readonly id?: string }) =>
        id === undefined || id === context.wait?.id ? { dirty: true, cut: 'all' as const } : {},
      ),
      rememberWait: assign((_, { wait }: { wait: Wait }) => ({ wait, waitLeftMs: wait.leftMs })),
      spendChunk: assign({ waitLeftMs: ({ context }) => context.waitLeftMs - chunkMs(context) }),
      count: assign(({ context }, reports: Reports<P>) => afterReports(context, reports)),
      /** Told with the hold itself, so that a `resume` in answer comes after it. */
      emitHeld: emit((_, { reason }: { reason: string }) => ({
        type: 'held' as const,
        origin: 'here' as const,
        reason,
      })),
      emitReports: enqueueActions(({ enqueue }, { events }: Reports<P>) => {
        for (const event of events) enqueue.emit(event)
      }),
    },
    guards: {
      isResting: ({ context }) => restOf(context) !== 'ready',
      isRestingAs: ({ context }, { rest }: { rest: Rest }) => restOf(context) === rest,
      canDrain: ({ context }) => restOf(context) === 'ready' && context.dirty,
      isCutShort: ({ context: { cut, wait } }) =>
        cut === 'all' || (cut === 'backoff' && (wait?.kind === 'backoff' || wait?.kind === 'store')),
      /** The only guard that looks at a clock: `createSyncMachine` provides it with the actor's own. */
      isWaitOver: ({ context }) => isWaitOver(context, Date.now()),
    },
    delays: {
      backoff: ({ context }) => chunkMs(context),
      idlePoll: 60_000,
      stopLimit: 10_000,
    },
  })

/** Whether the wait ends with the chunk that has just run: its time has come, or its timers have run in full. */
export function isWaitOver(context: SyncContext, now: number): boolean {
  return context.waitLeftMs <= longestChunkMs || context.wait === undefined || context.wait.nextAttemptAt <= now
}
