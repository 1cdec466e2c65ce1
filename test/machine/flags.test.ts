import { initialTransition, transition } from 'xstate'
import { describe, expect, test } from 'vitest'
import type { SyncContext } from '../../machines/setup.ts'
import { initialContext } from '../../machines/setup.ts'
import { syncMachineOf } from '../../machines/syncMachine.ts'
import type { Entry } from '../../src/entry.ts'
import type { Command, EngineEvent, OutboxEvent, WarningCode } from '../../src/report.ts'

type Value = Parameters<ReturnType<typeof syncMachineOf<unknown>>['resolveState']>[0]['value']

/** Where an event leads from a state, and what is ordered on the way. */
function step(value: Value, context: Partial<SyncContext>, event: Command<unknown> | EngineEvent<unknown>) {
  const machine = syncMachineOf<unknown>()
  const { children } = initialTransition(machine, undefined)[0]
  const resolved = machine.resolveState({ value, context: { ...initialContext(undefined), ...context } })
  const [after, actions] = transition(machine, { ...resolved, children }, event)
  const orders = actions.flatMap(({ type, params }) =>
    type === 'xstate.sendTo' ? [(params as unknown as { event: object }).event] : [],
  )
  return { value: after.value, context: after.context, orders }
}

const pushing = { draining: 'pushing' } as const
const entry = { id: 'a', items: 3 } as Entry<unknown>
const origin = 'here'
const delivered: OutboxEvent<unknown> = { type: 'delivered', origin, entry, result: undefined }
const dropped: OutboxEvent<unknown> = { type: 'dropped', origin, entry, code: 'permanent', reason: '400' }
const enqueued: OutboxEvent<unknown> = { type: 'enqueued', origin, id: 'a', enqueuedAt: 0 }
const retried: OutboxEvent<unknown> = {
  type: 'retryScheduled',
  origin,
  entry,
  nextAttemptAt: 1,
  waitMs: 1,
  reason: '503',
}
const warning = (code: WarningCode): OutboxEvent<unknown> => ({
  type: 'warning',
  origin,
  code,
  message: 'said',
  reason: code,
})

describe('what is reported', () => {
  test.each([
    [delivered, undefined],
    [dropped, '400'],
    [retried, '503'],
    [enqueued, 'before'],
    [warning('OUTBOX_STORE'), 'OUTBOX_STORE'],
    [warning('OUTBOX_UNREADABLE'), 'OUTBOX_UNREADABLE'],
    [warning('OUTBOX_STALE'), 'before'],
  ])('is the last error or not: %j', (event, lastError) => {
    const { context } = step(pushing, { lastError: 'before' }, { type: 'engine.reports', events: [event] })
    expect(context.lastError).toBe(lastError)
  })

  test('is counted where this context did it', () => {
    const events = [delivered, dropped, warning('OUTBOX_UNREADABLE'), warning('OUTBOX_STORE'), retried]
    const all = [...events, ...events.map((event) => ({ ...event, origin: 'elsewhere' as const }))]
    const { context } = step(pushing, {}, { type: 'engine.reports', events: all })
    expect(context.tally).toEqual({ delivered: 1, items: 3, dropped: 2, skipped: 0 })
  })

  test('calls for a pass only if it says that something changed', () => {
    const dirtyAfter = (dirty: boolean, changed?: true) =>
      step(pushing, { dirty }, { type: 'engine.reports', events: [], ...(changed && { changed }) }).context.dirty
    expect([dirtyAfter(false), dirtyAfter(true), dirtyAfter(false, true)]).toEqual([false, true, true])
  })
})

describe('what is ordered', () => {
  test('of the engine when the platform goes offline and online', () => {
    expect(step(pushing, {}, { type: 'offline' }).orders).toEqual([
      { type: 'control', offline: true },
      { type: 'halt' },
    ])
    const online = step({ idle: 'offline' }, { offline: true }, { type: 'online' })
    expect(online.orders).toEqual([
      { type: 'control', offline: false },
      { type: 'drain', cut: 'backoff' },
    ])
  })

  test('is another look when somebody has removed entries, and what was about to be cut stays so', () => {
    expect(step(pushing, {}, { type: 'engine.removed' }).context.dirty).toBe(true)
    expect(step(pushing, { cut: 'all' }, { type: 'flush' }).context.cut).toBe('all')
    expect(step(pushing, { cut: 'none' }, { type: 'flush' }).context.cut).toBe('backoff')
  })

  test('leaves a wait that the server asked for alone, and one without an entry is the store’s', () => {
    const wait = { kind: 'server', attempts: 1, misses: 0, nextAttemptAt: 4e12, leftMs: 9e9 } as const
    const waiting = { wait, waitLeftMs: wait.leftMs }
    expect(step('backoff', { ...waiting, wait: { ...wait, id: 'a' } }, { type: 'flush' }).value).toBe('backoff')
    expect(step('backoff', { ...waiting, wait: { ...wait, kind: 'store' } }, { type: 'flush' }).value).toEqual(pushing)
  })
})
