import { and, not, stateIn } from 'xstate'
import type { Rest } from './setup.ts'
import { initialContext, outputOf, setupSync } from './setup.ts'

/**
 * The outbox as a statechart: it decides when to drain, how long to wait and when to stop. Its engine does the work and reports
 * back. Commands only set flags or go to the engine; where the machine goes follows from the flags.
 */
export const syncMachineOf = <P>() =>
  setupSync<P>().createMachine({
    id: 'sync',
    context: ({ input }) => initialContext(input),
    invoke: { id: 'engine', src: 'engine', input: ({ context }) => context.input, onError: '.stopped' },
    output: ({ context }) => outputOf(context),
    initial: 'draining',
    on: {
      enqueue: { actions: { type: 'order', params: ({ event }) => ({ type: 'append', request: event }) } },
      enqueueAll: {
        actions: { type: 'order', params: ({ event }) => ({ type: 'appendAll', requests: event.entries }) },
      },
      wake: { actions: { type: 'setFlags', params: { dirty: true } } },
      flush: {
        actions: [
          { type: 'cutWaits', params: { cut: 'backoff' } },
          { type: 'order', params: ({ event }) => ({ type: 'ask', ask: event }) },
        ],
      },
      retry: {
        actions: [
          { type: 'cutWaitOf', params: ({ event }) => event },
          { type: 'order', params: ({ event }) => ({ type: 'ask', ask: event }) },
        ],
      },
      pause: {
        actions: [
          { type: 'setFlags', params: { paused: true } },
          { type: 'order', params: { type: 'control', paused: true } },
          { type: 'order', params: { type: 'halt' } },
        ],
      },
      resume: {
        actions: [
          { type: 'setFlags', params: { paused: false, held: undefined, standby: false, dirty: true } },
          { type: 'order', params: { type: 'control', paused: false } },
        ],
      },
      offline: {
        actions: [
          { type: 'setFlags', params: { offline: true } },
          { type: 'order', params: { type: 'control', offline: true } },
          { type: 'order', params: { type: 'halt' } },
        ],
      },
      online: {
        actions: [
          { type: 'setFlags', params: { offline: false } },
          { type: 'order', params: { type: 'control', offline: false } },
          { type: 'cutWaits', params: { cut: 'backoff' } },
        ],
      },
      stop: '.draining.stopping',

      'engine.reports': {
        actions: [
          { type: 'count', params: ({ event }) => event },
          { type: 'emitReports', params: ({ event }) => event },
        ],
      },
      'engine.removed': { actions: { type: 'setFlags', params: { dirty: true } } },
      'engine.control': {
        actions: {
          type: 'setFlags',
          params: ({ event }) => ({ paused: event.paused, held: event.held, standby: false, dirty: true }),
        },
      },
      'engine.leading': { actions: { type: 'setFlags', params: { standby: false, held: undefined, dirty: true } } },
    },
    states: {
      draining: {
        description: 'A pass of the engine is under way, oldest entry first.',
        initial: 'pushing',
        states: {
          pushing: {
            description: 'Pushes until nothing is due; only the engine says when that is.',
            entry: ['orderPass', 'clearOrder'],
            on: {
              'engine.drained': '#sync.idle',
              'engine.halted': '#sync.idle',
              'engine.waiting': {
                target: '#sync.backoff',
                actions: { type: 'rememberWait', params: ({ event }) => event },
              },
              'engine.held': {
                target: '#sync.idle',
                actions: [
                  { type: 'setFlags', params: ({ event }) => ({ held: event.reason }) },
                  { type: 'emitHeld', params: ({ event }) => event },
                ],
              },
              'engine.standby': { target: '#sync.idle', actions: { type: 'setFlags', params: { standby: true } } },
            },
          },
          stopping: {
            description: 'Aborts the push in flight, settles what is known, closes the store.',
            entry: { type: 'order', params: { type: 'close' } },
            on: { 'engine.closed': '#sync.stopped', stop: {} },
            after: { stopLimit: '#sync.stopped' },
          },
        },
      },
      backoff: {
        description: 'The first entry waits for its next try.',
        always: [
          { guard: 'isResting', target: 'idle' },
          { guard: 'isCutShort', target: 'draining' },
        ],
        on: { 'engine.removed': 'draining' },
        after: {
          backoff: [
            { guard: 'isWaitOver', target: 'draining', actions: { type: 'cutWaits', params: { cut: 'all' } } },
            { target: 'backoff', reenter: true, actions: 'spendChunk' },
          ],
        },
      },
      idle: {
        description: 'Nothing is pushed; the substate says why.',
        initial: 'ready',
        always: [
          { guard: 'canDrain', target: 'draining' },
          restAs('paused'),
          restAs('held'),
          restAs('offline'),
          restAs('standby'),
        ],
        states: {
          ready: {
            description: 'Everything has been pushed; looks again after a while.',
            after: { idlePoll: { actions: { type: 'setFlags', params: { dirty: true } } } },
          },
          paused: { description: 'Somebody paused the outbox; it stays so after a restart.' },
          held: { description: 'The remote refuses everything until somebody acts: sign in again, then resume.' },
          offline: {
            description: 'The platform says offline; it may be wrong, so now and then one pass tries.',
            after: { idlePoll: '#sync.draining' },
          },
          standby: { description: 'Another process or tab drains this outbox; this one takes over when that ends.' },
        },
      },
      stopped: { description: 'Ended; the entries are in the store.', type: 'final' },
    },
  })

/** Enters the substate of idle that the flags call for, unless the machine is there. None leads back to `ready`: what clears a flag sets `dirty`. */
function restAs<const R extends Rest>(rest: R) {
  return {
    guard: and([{ type: 'isRestingAs', params: { rest } }, not(stateIn({ idle: rest }))]),
    target: `.${rest}`,
  } as const
}
