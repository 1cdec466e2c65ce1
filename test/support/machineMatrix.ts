import { initialTransition, transition } from 'xstate'
import type { SyncContext } from '../../machines/setup.ts'
import { initialContext } from '../../machines/setup.ts'
import { syncMachineOf } from '../../machines/syncMachine.ts'
import type { Command, EngineEvent, Wait } from '../../src/report.ts'

type Machine = ReturnType<typeof syncMachineOf<unknown>>
type Value = Parameters<Machine['resolveState']>[0]['value']
type MachineEvent = Command<unknown> | EngineEvent<unknown>

const wait: Wait = { id: 'head', kind: 'backoff', attempts: 1, misses: 0, nextAttemptAt: 4e12, leftMs: 60_000 }
const waiting: Partial<SyncContext> = { wait, waitLeftMs: wait.leftMs }

/** Every state but `stopped`, with a context that belongs to it: a stopped actor takes no events. */
export const places: readonly {
  readonly name: string
  readonly value: Value
  readonly context: Partial<SyncContext>
}[] = [
  { name: 'draining.pushing', value: { draining: 'pushing' }, context: {} },
  { name: 'backoff', value: 'backoff', context: waiting },
  { name: 'idle.ready', value: { idle: 'ready' }, context: {} },
  { name: 'idle.paused', value: { idle: 'paused' }, context: { paused: true } },
  { name: 'idle.held', value: { idle: 'held' }, context: { held: 'sign in' } },
  { name: 'idle.offline', value: { idle: 'offline' }, context: { offline: true } },
  { name: 'idle.standby', value: { idle: 'standby' }, context: { standby: true } },
  { name: 'draining.stopping', value: { draining: 'stopping' }, context: {} },
]

/** Every command. */
export const commands: readonly Command<unknown>[] = [
  { type: 'enqueue', payload: 1 },
  { type: 'enqueueAll', entries: [{ payload: 1 }] },
  { type: 'wake' },
  { type: 'flush' },
  { type: 'retry' },
  { type: 'pause' },
  { type: 'resume' },
  { type: 'online' },
  { type: 'offline' },
  { type: 'stop' },
]

/** Every report of the engine. */
export const reports: readonly EngineEvent<unknown>[] = [
  { type: 'engine.drained' },
  { type: 'engine.waiting', wait },
  { type: 'engine.held', reason: 'sign in' },
  { type: 'engine.halted' },
  { type: 'engine.standby' },
  { type: 'engine.leading' },
  { type: 'engine.reports', events: [], changed: true },
  { type: 'engine.removed' },
  { type: 'engine.control', paused: true },
  { type: 'engine.closed' },
]

/** Every delay that can run out. */
export const delays = {
  'backoff (part of the wait)': { type: 'xstate.after.backoff.sync.backoff' },
  'backoff (the wait is over)': { type: 'xstate.after.backoff.sync.backoff' },
  'idlePoll (ready)': { type: 'xstate.after.idlePoll.sync.idle.ready' },
  'idlePoll (offline)': { type: 'xstate.after.idlePoll.sync.idle.offline' },
  stopLimit: { type: 'xstate.after.stopLimit.sync.draining.stopping' },
} as const

/** Where an event leads from a place, and what is ordered on the way, as `state: order, order`; `-` when nothing happens. */
export function outcome(
  place: (typeof places)[number],
  event: { readonly type: string },
  context: Partial<SyncContext> = {},
): string {
  const machine = syncMachineOf<unknown>()
  const { children } = initialTransition(machine, undefined)[0]
  const resolved = machine.resolveState({
    value: place.value,
    context: { ...initialContext(undefined), ...place.context, ...context },
  })
  const before = { ...resolved, children }
  const [after, actions] = transition(machine, before, event as MachineEvent)
  const orders = actions.flatMap(({ type, params }) =>
    type === 'xstate.sendTo' ? [(params as unknown as { event: { type: string } }).event.type] : [],
  )
  const name = nameOf(after.value)
  const flags = (['dirty', 'cut', 'paused', 'held', 'offline', 'standby', 'waitLeftMs'] as const).filter(
    (flag) => after.context[flag] !== before.context[flag] && !(name !== place.name && flag === 'waitLeftMs'),
  )
  if (name === place.name && orders.length === 0 && flags.length === 0) return '-'
  const moved = name === place.name ? '' : `**${name}**`
  const kept = flags.length > 0 ? `(${flags.map((flag) => flagText(flag, after.context)).join(', ')})` : ''
  return [moved, orders.join(' + '), kept].filter((part) => part !== '').join(' ')
}

function flagText(flag: keyof SyncContext, context: SyncContext): string {
  const value = context[flag]
  if (flag === 'cut') return `cut ${context.cut}`
  if (flag === 'waitLeftMs') return 'less to wait'
  return value === false || value === undefined ? `not ${flag}` : flag
}

function nameOf(value: unknown): string {
  if (typeof value === 'string') return value
  return Object.entries(value as Record<string, string>)
    .map(([state, substate]) => `${state}.${substate}`)
    .join()
}

function table(
  head: string,
  rows: readonly (readonly [string, { readonly type: string }, Partial<SyncContext>?])[],
): string {
  const header = [head, ...places.map(({ name }) => name)]
  const lines = rows.map(([label, event, context]) => [label, ...places.map((place) => outcome(place, event, context))])
  return [header, header.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

/** The matrices that `docs/machine.md` holds. */
export function matrices(): string {
  return [
    '### Commands',
    table(
      'command',
      commands.map((command) => [`\`${command.type}\``, command]),
    ),
    '### Reports of the engine',
    table(
      'report',
      reports.map((report) => [`\`${report.type}\``, report]),
    ),
    '### Delays',
    table(
      'delay',
      Object.entries(delays).map(([label, event]) => [label, event, label.includes('over') ? { waitLeftMs: 500 } : {}]),
    ),
  ].join('\n\n')
}

/** Every delay that the machine names in an `after`, with the state that does. */
export function afterKeys(): readonly { readonly state: string; readonly delay: string }[] {
  return walk(syncMachineOf<unknown>().root)
}

interface Node {
  readonly id: string
  readonly config: { readonly after?: object }
  readonly states: Record<string, Node>
}

function walk(node: Node): readonly { readonly state: string; readonly delay: string }[] {
  const own = Object.keys(node.config.after ?? {}).map((delay) => ({ state: node.id, delay }))
  return [...own, ...Object.values(node.states).flatMap(walk)]
}
