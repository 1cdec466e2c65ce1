import { initialTransition, transition } from 'xstate'
import type { SyncContext } from '../../machines/setup.ts'
import { initialContext } from '../../machines/setup.ts'
import { syncMachineOf } from '../../machines/syncMachine.ts'
import type { Command, EngineCommand, EngineEvent } from '../../src/report.ts'

/** The machine as it is. */
export const realMachine = syncMachineOf<unknown>()
export type Machine = typeof realMachine
type Snapshot = ReturnType<Machine['getInitialSnapshot']>

/** Where a machine is, as plain data: only what tells one place from another, no counts and no tally. */
export interface Place {
  /** The same for places that do not differ. */
  readonly number: number
  readonly value: string
  readonly context: Partial<SyncContext>
}

export type MachineEvent = Command<unknown> | EngineEvent<unknown> | { readonly type: `xstate.${string}` }

/** What a step of a machine comes to. */
export interface Step {
  readonly to: Place
  readonly orders: readonly EngineCommand<unknown>[]
}

/** A machine as a function, without an actor: each step is asked for once. */
export interface PureMachine {
  readonly start: Step
  step(from: Place, event: MachineEvent): Step
  /** The machine in this place, as `transition` takes it. */
  snapshotAt(place: Place): Snapshot
  /** Every place that was come to, and every event that was given to it. */
  taken(): readonly { readonly from: Place; readonly event: MachineEvent }[]
}

const values: Readonly<Record<string, Snapshot['value']>> = {
  'draining.pushing': { draining: 'pushing' },
  'draining.stopping': { draining: 'stopping' },
  backoff: 'backoff',
  'idle.ready': { idle: 'ready' },
  'idle.paused': { idle: 'paused' },
  'idle.held': { idle: 'held' },
  'idle.offline': { idle: 'offline' },
  'idle.standby': { idle: 'standby' },
  stopped: 'stopped',
}

export function pureMachineOf(machine: Machine): PureMachine {
  const [initial, initialActions] = initialTransition(machine, undefined)
  const places = new Map<string, Place>()
  const known = new Map<string, Step & { readonly from: Place; readonly event: MachineEvent }>()

  function placeOf({ value, context }: Pick<Snapshot, 'value' | 'context'>): Place {
    const { paused, held, offline, standby, dirty, cut, wait, waitLeftMs } = context
    const told = {
      ...(held !== undefined && { held }),
      ...(wait && { wait, waitLeftMs }),
      ...(cut !== 'none' && { cut }),
    }
    const found = { value: nameOf(value), context: { paused, offline, standby, dirty, ...told } }
    const key = JSON.stringify(found)
    const place = places.get(key) ?? { number: places.size, ...found }
    places.set(key, place)
    return place
  }

  function snapshotAt({ value, context }: Place): Snapshot {
    const resolved = machine.resolveState({
      value: values[value] ?? value,
      context: { ...initialContext(undefined), ...context },
    })
    return { ...resolved, children: initial.children }
  }

  return {
    start: { to: placeOf(initial), orders: ordersIn(initialActions) },
    snapshotAt,
    taken: () => [...known.values()],
    step(from, event) {
      const key = `${from.number} ${JSON.stringify(event)}`
      let found = known.get(key)
      if (found === undefined) {
        const [after, actions] = transition(machine, snapshotAt(from), event as never)
        found = { from, event, to: placeOf(after), orders: ordersIn(actions) }
        known.set(key, found)
      }
      return found
    },
  }
}

export function nameOf(value: unknown): string {
  if (typeof value === 'string') return value
  const [[state, substate] = []] = Object.entries(value as Record<string, string>)
  return `${state}.${substate}`
}

function ordersIn(
  actions: readonly { readonly type: string; readonly params: unknown }[],
): readonly EngineCommand<unknown>[] {
  return actions.flatMap(({ type, params }) =>
    type === 'xstate.sendTo' ? [(params as { event: EngineCommand<unknown> }).event] : [],
  )
}
