import { initialTransition, transition } from 'xstate'
import type { AnyActorLogic, AnyMachineSnapshot, AnyStateMachine } from 'xstate'
import { initialContext, isWaitOver } from '../../machines/setup.ts'
import type { SyncContext } from '../../machines/setup.ts'
import { syncMachineOf } from '../../machines/syncMachine.ts'
import { OutboxError } from '../errors.ts'
import { eventOfStep } from './eventOfStep.ts'
import { stateOf } from './observeSteps.ts'
import { parseLine } from './parseLine.ts'
import { shownContext } from './redact.ts'
import type { Step, StepContext } from './step.ts'

/** Where a machine is: its state, and what is shown of its context. */
export interface Place {
  readonly state: string
  readonly context: StepContext
}

/** Where a recording and the machine part. */
export interface Difference {
  /** Of the recording, counted from 1. */
  readonly line: number
  readonly step: Step
  /** Where the machine goes instead. */
  readonly replayed: Place
}

/** What a replay has found. */
export interface Replayed {
  /** Steps that were compared, the one that differs included. */
  readonly steps: number
  /** Lines that could not be read, as a torn last one. */
  readonly unreadable: number
  /** The first step at which the machine does something else; undefined if there is none. */
  readonly difference: Difference | undefined
}

/** What a recording is replayed on. */
export interface ReplayOptions {
  /** A sync machine; default: the one of this version of the package. */
  readonly machine?: AnyActorLogic
}

/**
 * Runs the events of a recording through the machine, without its engine and without waiting, and says at which step it does
 * something else than was recorded. What follows a gap or a line that cannot be read is where it goes on from.
 * @param recording - JSON Lines, as `recordSession` writes them.
 * @throws OutboxError `OUTBOX_FORMAT` when a newer version of this package wrote the recording.
 */
export function replay(recording: string, { machine }: ReplayOptions = {}): Replayed {
  const run = runnerOf((machine ?? syncMachineOf<unknown>()) as AnyStateMachine)
  let place: Place | undefined
  let steps = 0
  let unreadable = 0
  for (const [index, text] of recording.split('\n').entries()) {
    if (text.trim() === '') continue
    const line = parseLine(text)
    if (line === undefined) {
      refuseNewer(text)
      unreadable += 1
      place = undefined
    } else if (line.kind === 'session') place = line.initial
    else if (line.kind === 'gap') place = undefined
    else if (line.kind === 'step') {
      const differing = place && differingPlace(run, place, line)
      if (place) steps += 1
      if (differing) return { steps, unreadable, difference: { line: index + 1, step: line, replayed: differing } }
      place = line
    }
  }
  return { steps, unreadable, difference: undefined }
}

/** Where an event leads from a place, at a moment. */
type Run = (place: Place, event: { readonly type: string }, now: number) => Place

function runnerOf(machine: AnyStateMachine): Run {
  let present = 0
  const timed = machine.provide({
    guards: { isWaitOver: ({ context }: { readonly context: SyncContext }) => isWaitOver(context, present) },
  })
  // Its engine, never started: orders to it are only looked up.
  const [{ children }] = initialTransition(timed, undefined as never)
  return ({ state, context }, event, now) => {
    present = now
    const resolved = timed.resolveState({
      value: valueOf(state),
      context: { ...initialContext(undefined), ...context },
    })
    const [after] = transition(timed, { ...resolved, children } as AnyMachineSnapshot, event)
    return { state: stateOf(after), context: shownContext(after.context as SyncContext) }
  }
}

/** Where the machine goes instead of where the step went, if it does. */
function differingPlace(run: Run, place: Place, step: Step): Place | undefined {
  const event = eventOfStep(step.event)
  const { at, tookMs = 0 } = step
  // Its clock was looked at somewhere between the two, and time runs one way: what happened then happens at one of them.
  const replayed = run(place, event, at)
  if (isSame(replayed, step)) return undefined
  return tookMs > 0 && isSame(run(place, event, at + tookMs), step) ? undefined : replayed
}

function isSame(one: Place, other: Place): boolean {
  return one.state === other.state && inOrder(one.context) === inOrder(other.context)
}

/** As JSON in which the order of fields does not matter. */
function inOrder(context: StepContext): string {
  return JSON.stringify(context, (_, value: unknown) =>
    typeof value === 'object' && value !== null
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  )
}

/** The value of a state in XState's terms. */
function valueOf(state: string): string | Record<string, string> {
  const [outer = '', inner] = state.split('.')
  return inner === undefined ? outer : { [outer]: inner }
}

function refuseNewer(text: string): void {
  let head: unknown
  try {
    head = JSON.parse(text)
  } catch {
    return
  }
  const { kind, version } = (head ?? {}) as { readonly kind?: unknown; readonly version?: unknown }
  if (kind !== 'session' || typeof version !== 'number' || version <= 1) return
  throw new OutboxError('OUTBOX_FORMAT', `a newer version of this package wrote the recording: version ${version}`)
}
