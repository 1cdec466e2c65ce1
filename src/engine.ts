import { createAppender } from './append.ts'
import { macrotask, monotonicOf, waiterOf } from './clock.ts'
import { platformConnectivity } from './connectivity.ts'
import { createControlDesk } from './control.ts'
import type { Counts } from './entry.ts'
import { appendError, errorText, OutboxError } from './errors.ts'
import type { Heads } from './heads.ts'
import { createHeads } from './heads.ts'
import { createLeaseKeeper } from './lease.ts'
import { uuidv7 } from './id.ts'
import type { Limits } from './limits.ts'
import { createHighWaterMark, limitsFor } from './limits.ts'
import type { Settings } from './options.ts'
import { createPasses } from './pass.ts'
import { createNewsDesk } from './news.ts'
import { prepare } from './prepare.ts'
import type { Batch, EngineCommand, EngineEvent, EnqueueRequest } from './report.ts'
import type { Reporter } from './reporter.ts'
import { createReporter } from './reporter.ts'
import { createSettler } from './settle.ts'
import { createStaleWatch } from './stale.ts'
import type { Storage } from './storage.ts'
import type { Store, StoreChange } from './store/contract.ts'
import { moveIn } from './tenants.ts'

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
export function runEngine<P>(settings: Settings<P>, storage: Storage, port: EnginePort<P>): () => void {
  let isOver = false
  let isClosing = false
  let isOffline = false
  let used: Store | undefined
  let leave: (() => boolean) | undefined = storage.enter(settings.name)
  let opened: { readonly store: Store; readonly heads: Heads; unwatch(): void } | undefined

  const send = (event: EngineEvent<P>): void => {
    news.tell(event)
    if (!isOver) port.send(event)
  }
  const openStore = async (): Promise<Store> => {
    used = await storage.open(settings.name)
    return used
  }
  let limited: Promise<Limits> | undefined
  const limits = () => (limited ??= limitsFor(settings))
  const reporter: Reporter<P> = createReporter<P>({
    openStore,
    send,
    isHungry: () => passes.isHungry(),
    monotonic: monotonicOf(settings.clock),
    soon: macrotask,
    later: waiterOf(settings.clock),
    onCounts: look,
  })
  const stale = createStaleWatch({
    ...settings,
    onStale: (waitedMs) => reporter.warn('OUTBOX_STALE', `the oldest entry has waited ${waitedMs} ms`),
  })
  const tenancy = moveIn(settings.store ?? settings.name, settings.push)
  if (tenancy.isShared) {
    reporter.warn('OUTBOX_NAME_SHARED', `another outbox with another push uses the same place ("${settings.name}")`)
  }
  const appender = createAppender<P>({ settings, limits, openStore, onKept: reportKept, onRefused: reportRefused })
  const highWaterMark = createHighWaterMark()
  const settler = createSettler(reporter, () => control.lift())
  const keeper = createLeaseKeeper({
    openStore,
    clock: settings.clock,
    onGranted: () => (control.isPaused() || isClosing ? void keeper.release() : send({ type: 'engine.leading' })),
    onLost: () => passes.abort(0),
    onFailed(error) {
      reporter.warnOfStore(error)
      send({ type: 'engine.leading' })
    },
  })
  const news = createNewsDesk<P>({
    self: uuidv7(),
    store: () => opened?.store,
    onEvent: reporter.add,
    onAsk: (ask) => (keeper.isHeld() ? send(ask) : undefined),
  })
  const control = createControlDesk<P>({
    openStore,
    send,
    onPaused: () => (passes.isUnderWay() ? undefined : void keeper.release()),
    onFailed: reporter.warnOfStore,
  })
  const passes = createPasses({
    settings,
    open,
    control,
    keeper,
    settler,
    reporter,
    send,
    isOffline: () => isOffline,
    isEnding: () => isClosing || isOver,
  })

  async function look(counts: Counts): Promise<void> {
    stale.look(counts)
    const message = highWaterMark(counts, await limits())
    if (message !== undefined) reporter.warn('OUTBOX_HIGH_WATER', message)
  }

  async function open(): Promise<NonNullable<typeof opened>> {
    if (opened !== undefined) return opened
    const store = await openStore()
    // Watching comes first: a change between the two would be missed.
    const unwatch = store.watch(onChange)
    try {
      await Promise.all([control.read(), warmUp(store)])
    } catch (error) {
      unwatch()
      throw error
    }
    reporter.recount()
    opened = { store, heads: createHeads(store), unwatch }
    return opened
  }

  /** The counts are for whoever asks next: a store that has just told them need not look again. */
  async function warmUp(store: Store): Promise<void> {
    try {
      await store.counts()
    } catch {
      // Whoever asks next is told.
    }
  }

  function watchConnectivity(): () => void {
    try {
      return (settings.connectivity ?? platformConnectivity()).watch((signal) => {
        send({ type: signal === 'awake' ? 'flush' : signal })
      })
    } catch (error) {
      reporter.warn('OUTBOX_OPTION', `\`connectivity\` must not throw, but did: ${errorText(error)}`)
      return () => undefined
    }
  }

  function onChange(change: StoreChange): void {
    if (change.kind === 'news') return news.hear(change.news)
    if (change.kind === 'control') return void control.read().catch(reporter.warnOfStore)
    if (change.kind === 'quarantined')
      reporter.warn('OUTBOX_QUARANTINED', `moved aside: ${change.reason}`, change.reason)
    if (change.kind === 'removed') {
      opened?.heads.drop()
      send({ type: 'engine.removed' })
    }
    reporter.changed()
  }

  function append(requests: readonly EnqueueRequest<P>[]): void {
    try {
      appendPrepared([{ requests: requests.map((request) => prepare(request, settings)) }])
    } catch (error) {
      reportRefused({ requests }, appendError(error))
    }
  }

  function appendPrepared(batches: readonly Batch<P>[]): void {
    if (!isClosing) return appender.add(batches)
    const error = new OutboxError('OUTBOX_STOPPED', 'this outbox is stopping and keeps nothing more')
    for (const batch of batches) reportRefused(batch, error)
  }

  function reportKept(batch: Batch<P>): void {
    for (const { id, meta, enqueuedAt } of batch.requests) {
      // Two literals: a property behind a spread costs a microsecond.
      if (meta === undefined) reporter.add({ type: 'enqueued', origin: 'here', id, enqueuedAt })
      else reporter.add({ type: 'enqueued', origin: 'here', id, meta, enqueuedAt })
    }
    reporter.whenCounted(batch)
    reporter.changed()
  }

  function reportRefused(
    batch: Pick<Batch<P>, 'onRefused'> & { readonly requests: readonly EnqueueRequest<P>[] },
    error: Error,
  ): void {
    for (const { id = '', payload, meta } of batch.requests) {
      reporter.add({ type: 'enqueueFailed', origin: 'here', id, payload, ...(meta && { meta }), error })
    }
    reporter.whenCounted({
      onKept(untold) {
        untold?.tell()
        batch.onRefused?.(error)
      },
    })
  }

  function obey(command: EngineCommand<P>): void {
    switch (command.type) {
      case 'append':
        return append([command.request])
      case 'appendAll':
        return append(command.requests)
      case 'appendPrepared':
        return appendPrepared(command.batches)
      case 'drain':
        return passes.order(command)
      case 'halt':
        return passes.halt()
      case 'ask':
        // Whoever drains hears of it by itself.
        return keeper.isHeld() ? undefined : news.ask(command.ask)
      case 'control':
        isOffline = command.offline ?? isOffline
        if (command.paused === true) control.pause()
        if (command.paused === false) control.resume()
        return
      case 'close':
        void close()
    }
  }

  async function close(): Promise<void> {
    isClosing = true
    passes.abort(settings.stopGraceMs)
    try {
      await passes.ended()
      const lease = settler.hasKept() ? await keeper.take() : undefined
      if (lease !== undefined && opened !== undefined) await settler.recordKept(opened.store, lease)
    } catch (error) {
      reporter.warnOfStore(error)
    }
    await Promise.all([appender.idle(), control.idle()])
    await reporter.flush()
    await letGo().catch(reporter.warnOfStore)
    await reporter.flush()
    send({ type: 'engine.closed' })
  }

  async function letGo(): Promise<void> {
    stale.end()
    tenancy.moveOut()
    opened?.unwatch()
    opened = undefined
    await keeper.release()
    const store = used
    used = undefined
    if (leave?.() === true) await store?.close()
    leave = undefined
  }

  async function endQuietly(): Promise<void> {
    try {
      await Promise.all([keeper.release(), passes.ended(), appender.idle(), control.idle()])
      await letGo()
    } catch {
      // Nobody is left to be told; the store answers the same at the next start.
    }
  }

  const unwatchConnectivity = watchConnectivity()
  port.receive((command) => {
    try {
      obey(command)
    } catch (error) {
      reporter.warn('OUTBOX_OPTION', `a command cannot be used: ${errorText(error)}`)
    }
  })
  return () => {
    isOver = true
    unwatchConnectivity()
    stale.end()
    reporter.end()
    tenancy.moveOut()
    passes.abort(0)
    void endQuietly()
  }
}
