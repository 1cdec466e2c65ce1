import { createAppender, prepare } from './append.ts'
import { guardedBackoff } from './backoff.ts'
import { macrotask } from './clock.ts'
import { createControlDesk } from './control.ts'
import type { PassEnd } from './drain.ts'
import { drain } from './drain.ts'
import { OutboxError, errorText } from './errors.ts'
import type { Flight } from './flight.ts'
import { createHeads } from './heads.ts'
import type { Heads } from './heads.ts'
import { createLeaseKeeper } from './lease.ts'
import { maxAttemptsFrom, platformEnvironment } from './maxAttempts.ts'
import type { Settings } from './options.ts'
import { createPace } from './pace.ts'
import type { EngineCommand, EngineEvent, EnqueueRequest, PreparedRequest, WarningCode } from './report.ts'
import { createReporter } from './reporter.ts'
import { createSettler } from './settle.ts'
import type { Store, StoreChange } from './store/contract.ts'

/** How the engine talks with its machine. */
export interface EnginePort<P> {
  send(event: EngineEvent<P>): void
  receive(listener: (command: EngineCommand<P>) => void): void
}

/**
 * Does what the machine orders: owns store, appends, lease, watch and drain for the life of one actor, and reports what came of it.
 * Nothing in here throws: what fails is reported, and tried again with backoff.
 * @returns what ends it without waiting: aborts the push, lets begun appends end, gives up the lease.
 */
export function runEngine<P>(settings: Settings<P>, openStore: () => Promise<Store>, port: EnginePort<P>): () => void {
  const { clock, push } = settings
  const maxAttempts = settings.maxAttempts ?? maxAttemptsFrom(platformEnvironment())
  let isOver = false
  let isClosing = false
  let isOffline = false
  let isHaltAsked = false
  let opened: { readonly store: Store; readonly heads: Heads; unwatch(): void } | undefined
  let flight: Flight | undefined
  let passing: Promise<void> | undefined
  let storeFailures = 0
  let recordedAtEmpty = 0
  let isNoPushTold = false

  const send = (event: EngineEvent<P>): void => {
    if (!isOver) port.send(event)
  }
  const reporter = createReporter<P>({ openStore, send, soon: macrotask })
  const appender = createAppender({ settings, openStore, reporter })
  const settler = createSettler(reporter)
  const pace = createPace()
  const backoff = guardedBackoff(settings.backoff, (reason) => {
    warn('OUTBOX_BACKOFF', `\`backoff\` must answer ms >= 0, so the default is used: ${reason}`)
  })
  const keeper = createLeaseKeeper({
    openStore,
    clock,
    onGranted: () => (control.isPaused() || isClosing ? void keeper.release() : send({ type: 'engine.leading' })),
    onLost: () => flight?.abort(0),
    onFailed: (error) => {
      warnOfStore(error)
      reporter.changed()
    },
  })
  const control = createControlDesk<P>({
    openStore,
    send,
    onPaused: () => {
      if (passing === undefined) void keeper.release()
    },
    onFailed: warnOfStore,
  })

  function warn(code: WarningCode, message: string, reason?: string): void {
    reporter.add({ type: 'warning', origin: 'here', code, message, ...(reason !== undefined && { reason }) })
  }

  function warnOfStore(error: unknown): void {
    warn('OUTBOX_STORE', `the store failed: ${errorText(error)}`, errorText(error))
  }

  async function open(): Promise<NonNullable<typeof opened>> {
    if (opened !== undefined) return opened
    const store = await openStore()
    // Watching comes first: a change between the two would be missed.
    const unwatch = store.watch(onChange)
    try {
      await control.read()
    } catch (error) {
      unwatch()
      throw error
    }
    reporter.recount()
    opened = { store, heads: createHeads(store), unwatch }
    return opened
  }

  function onChange(change: StoreChange): void {
    if (change.kind === 'control') return void control.read().catch(warnOfStore)
    if (change.kind === 'quarantined') return warn('OUTBOX_QUARANTINED', `moved aside: ${change.reason}`)
    opened?.heads.drop()
    reporter.changed()
  }

  function append(requests: readonly EnqueueRequest<P>[]): void {
    try {
      appendPrepared(requests.map((request) => prepare(request, settings)))
    } catch (error) {
      appender.refuse(requests, error)
    }
  }

  function appendPrepared(batch: readonly PreparedRequest<P>[]): void {
    if (isClosing)
      appender.refuse(batch, new OutboxError('OUTBOX_STOPPED', 'this outbox is stopping and keeps nothing more'))
    else appender.add(batch)
  }

  async function runPass({ cut, id }: EngineCommand<P> & { readonly type: 'drain' }): Promise<PassEnd> {
    const { store, heads } = await open()
    if (control.isPaused()) return { type: 'engine.halted' }
    if (push === undefined) return holdForPush()
    if (settler.hasKept() || (await store.counts()).pending > 0) {
      const lease = await keeper.take()
      if (lease === undefined) return { type: 'engine.standby' }
      heads.drop()
      return drain<P>({
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
        ...(id !== undefined && { id }),
        isHalted: () => isHaltAsked || isClosing || isOver || control.isPaused(),
        isOffline: () => isOffline,
        onFlight: (started) => {
          flight = started
        },
      })
    }
    return { type: 'engine.drained' }
  }

  function holdForPush(): PassEnd {
    if (!isNoPushTold) {
      warn('OUTBOX_NO_PUSH', 'entries are kept, but there is no push: give `input.url`, or make a machine with `push`')
      isNoPushTold = true
    }
    return { type: 'engine.held', reason: 'no push' }
  }

  async function pass(order: EngineCommand<P> & { readonly type: 'drain' }): Promise<void> {
    isHaltAsked = false
    let end: PassEnd
    try {
      end = await runPass(order)
      await afterPass(end)
      storeFailures = 0
    } catch (error) {
      end = waitForStore(error)
    }
    await reporter.flush()
    passing = undefined
    send(end)
  }

  async function afterPass(end: PassEnd): Promise<void> {
    switch (end.type) {
      case 'engine.drained':
        if (settler.recorded() > recordedAtEmpty) {
          control.lift()
          reporter.add({ type: 'drained', origin: 'here' })
        }
        recordedAtEmpty = settler.recorded()
        return keeper.linger()
      case 'engine.held':
        if (push !== undefined) await control.hold(end.reason)
        return keeper.release()
      case 'engine.halted':
        if (control.isPaused()) await keeper.release()
        return
      case 'engine.standby':
        control.showHold()
        return keeper.standBy()
      case 'engine.waiting':
    }
  }

  function waitForStore(error: unknown): PassEnd {
    warnOfStore(error)
    storeFailures += 1
    const leftMs = backoff(storeFailures)
    return {
      type: 'engine.waiting',
      wait: {
        kind: 'store',
        attempts: storeFailures,
        misses: 0,
        nextAttemptAt: clock.now() + leftMs,
        leftMs,
        reason: errorText(error),
      },
    }
  }

  async function close(): Promise<void> {
    isClosing = true
    flight?.abort(settings.stopGraceMs)
    try {
      await passing
      const lease = settler.hasKept() ? await keeper.take() : undefined
      if (lease !== undefined && opened !== undefined) await settler.recordKept(opened.store, lease)
    } catch (error) {
      warnOfStore(error)
    }
    await appender.idle()
    await reporter.flush()
    await letGo().catch(warnOfStore)
    await reporter.flush()
    send({ type: 'engine.closed' })
  }

  async function letGo(): Promise<void> {
    const present = opened
    opened = undefined
    present?.unwatch()
    await keeper.release()
    await present?.store.close()
  }

  port.receive((command) => {
    switch (command.type) {
      case 'append':
        return append([command.request])
      case 'appendAll':
        return append(command.requests)
      case 'appendPrepared':
        return command.batches.forEach(appendPrepared)
      case 'drain':
        passing ??= pass(command)
        return
      case 'halt':
        isHaltAsked = passing !== undefined
        return
      case 'control':
        isOffline = command.offline ?? isOffline
        if (command.paused === true) control.pause()
        if (command.paused === false) control.resume()
        return
      case 'close':
        if (!isClosing) void close()
    }
  })

  return () => {
    isOver = true
    flight?.abort(0)
    void endQuietly()
  }

  async function endQuietly(): Promise<void> {
    try {
      await Promise.all([keeper.release(), passing, appender.idle()])
      await letGo()
    } catch {
      // Nobody is left to be told; the store answers the same at the next start.
    }
  }
}
