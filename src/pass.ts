import { guardedBackoff } from './backoff.ts'
import type { ControlDesk } from './control.ts'
import type { PassEnd } from './drain.ts'
import { drain } from './drain.ts'
import { errorText } from './errors.ts'
import type { Flight } from './flight.ts'
import type { Heads } from './heads.ts'
import type { LeaseKeeper } from './lease.ts'
import { maxAttemptsFrom, platformEnvironment } from './maxAttempts.ts'
import type { Settings } from './options.ts'
import { createPace } from './pace.ts'
import type { EngineCommand, EngineEvent } from './report.ts'
import type { Reporter } from './reporter.ts'
import type { Settler } from './settle.ts'
import type { Store } from './store/contract.ts'

/** The order to drain once. */
export type PassOrder = EngineCommand<never> & { readonly type: 'drain' }

/** Runs one pass at a time, from the order to the report of how it ended. */
export interface Passes {
  order(order: PassOrder): void
  isUnderWay(): boolean
  /** Whether the last pass has pushed everything, so that what comes now begins the next. */
  isHungry(): boolean
  /** Ends the pass under way after the push in flight. */
  halt(): void
  /** Aborts the push in flight, and waits at most `graceMs` for it. */
  abort(graceMs: number): void
  /** Resolves when no pass is under way. */
  ended(): Promise<void>
}

export function createPasses<P>(deps: {
  readonly settings: Settings<P>
  readonly open: () => Promise<{ readonly store: Store; readonly heads: Heads }>
  readonly control: ControlDesk
  readonly keeper: LeaseKeeper
  readonly settler: Settler<P>
  readonly reporter: Reporter<P>
  readonly send: (event: EngineEvent<P>) => void
  readonly isOffline: () => boolean
  /** Nothing more is to be begun: the engine ends. */
  readonly isEnding: () => boolean
}): Passes {
  const { settings, control, keeper, settler, reporter } = deps
  const { clock, push } = settings
  const maxAttempts = settings.maxAttempts ?? maxAttemptsFrom(platformEnvironment())
  const pace = createPace(clock)
  const backoff = guardedBackoff(settings.backoff, (reason) => {
    reporter.warn('OUTBOX_BACKOFF', `\`backoff\` must answer ms >= 0, so the default is used: ${reason}`)
  })
  let underWay: Promise<void> | undefined
  let flight: Flight | undefined
  let isHaltAsked = false
  let hasPushedAll = false
  let storeFailures = 0
  let recordedAtEmpty = 0
  let isNoPushTold = false
  let resumesBefore = 0

  /** Whoever resumes while a try is under way means the next one: a hold that this one meets is over. */
  function unlessResumed(end: PassEnd): PassEnd {
    return end.type === 'engine.held' && control.resumes() > resumesBefore ? { type: 'engine.halted' } : end
  }

  async function run(order: PassOrder): Promise<void> {
    resumesBefore = control.resumes()
    let end: PassEnd
    try {
      end = unlessResumed(await pass(order))
      await after(end)
      storeFailures = 0
    } catch (error) {
      end = waitForStore(error)
    }
    await reporter.flush()
    end = unlessResumed(end)
    underWay = undefined
    hasPushedAll = end.type === 'engine.drained'
    deps.send(end)
    // Only now: a grant that the machine heard of before the standby would be forgotten.
    if (end.type === 'engine.standby') keeper.standBy()
    // What came after the last look of this pass was told that a pass is under way.
    if (hasPushedAll) void reporter.flush()
  }

  async function pass({ cut, id }: PassOrder): Promise<PassEnd> {
    const { store, heads } = await deps.open()
    if (control.isPaused()) return { type: 'engine.halted' }
    if (push === undefined) return holdForPush()
    if (!settler.hasKept() && (await store.counts()).pending === 0) return { type: 'engine.drained' }
    const lease = await keeper.take()
    if (lease === undefined) return { type: 'engine.standby' }
    heads.drop()
    const end = await drain<P>({
      settings,
      maxAttempts,
      backoff,
      push,
      store,
      lease,
      heads,
      settler,
      reporter,
      pace,
      cut,
      id,
      isHalted: () => isHaltAsked || control.isPaused() || deps.isEnding(),
      isOffline: deps.isOffline,
      onFlight: (started) => {
        flight = started
        if (started !== undefined) resumesBefore = control.resumes()
      },
    })
    if (end.type === 'engine.standby') keeper.forget()
    return end
  }

  function holdForPush(): PassEnd {
    if (!isNoPushTold) {
      reporter.warn(
        'OUTBOX_NO_PUSH',
        'entries are kept, but there is no push: give `input.url`, or make a machine with `push`',
      )
    }
    isNoPushTold = true
    return { type: 'engine.held', reason: 'no push' }
  }

  async function after(end: PassEnd): Promise<void> {
    switch (end.type) {
      case 'engine.drained':
        if (settler.recorded() > recordedAtEmpty) reporter.add({ type: 'drained', origin: 'here' })
        recordedAtEmpty = settler.recorded()
        return keeper.linger()
      case 'engine.held':
        if (push !== undefined) await control.hold(end.reason)
        return keeper.release()
      case 'engine.halted':
        if (control.isPaused()) await keeper.release()
        return
      case 'engine.standby':
        return control.showHold()
      case 'engine.waiting':
    }
  }

  function waitForStore(error: unknown): PassEnd {
    reporter.warnOfStore(error)
    storeFailures += 1
    const leftMs = backoff(storeFailures)
    const nextAttemptAt = clock.now() + leftMs
    const reason = errorText(error)
    return {
      type: 'engine.waiting',
      wait: { kind: 'store', attempts: storeFailures, misses: 0, nextAttemptAt, leftMs, reason },
    }
  }

  return {
    order(order) {
      isHaltAsked = false
      underWay ??= run(order)
    },
    isUnderWay: () => underWay !== undefined,
    isHungry: () => underWay === undefined && hasPushedAll,
    halt() {
      isHaltAsked = true
    },
    abort: (graceMs) => flight?.abort(graceMs),
    ended: async () => underWay,
  }
}
