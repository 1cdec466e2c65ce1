import type { AnyActorRef, AnyMachineSnapshot, InspectionEvent } from 'xstate'
import type { SyncContext } from '../../machines/setup.ts'
import { contained } from '../contained.ts'
import type { ShownPayloads } from './redact.ts'
import { boundedText, shownContext, shownEvent } from './redact.ts'
import type { SessionHead, Step } from './step.ts'

/** What can be observed: an outbox, or the actor of a sync machine, also one that runs inside your own machine. */
export type Observed = AnyActorRef | { readonly actor: AnyActorRef }

/** What is shown of each step. */
export interface StepOptions {
  /** What is shown of payloads, as bounded JSON text; default false, nothing. */
  readonly payloads?: ShownPayloads
}

/**
 * Calls back for each event that the machine has gone through, also when it is attached to one that has long been running. What the
 * observer throws stays out of the outbox. Returns what ends it.
 */
export function observeSteps(observed: Observed, onStep: (step: Step) => void, options: StepOptions = {}): () => void {
  return observeLater(observed, (read) => onStep(read()), options)
}

/** Like `observeSteps`, for an observer that leaves out some of the steps: one is made, and costs time, only when it is read. */
export function observeLater(
  observed: Observed,
  onStep: (read: () => Step) => void,
  { payloads = false }: StepOptions = {},
): () => void {
  const actor = actorOf(observed)
  const now = clockOf(actor)
  /** The events that the machine has been sent and is not through with, oldest first; most often one. */
  const sent: { readonly event: object; readonly at: number }[] = []
  const first: unknown = actor.getSnapshot()
  let latest = first

  function look(inspected: InspectionEvent): void {
    // One system holds all actors of an app: its own, the outbox, and the outbox's engine.
    if (inspected.actorRef !== actor) return
    // One that has stopped takes no event in.
    if (inspected.type === '@xstate.event' && stateOf(latest) !== 'stopped')
      sent.push({ event: inspected.event, at: now() })
    if (inspected.type !== '@xstate.snapshot' || inspected.event.type === 'xstate.init') return
    const { event, snapshot } = inspected
    const index = sent.findIndex((each) => each.event === event)
    // Attached by a listener to what this event emitted: it is in the first snapshot already.
    if (snapshot === first && index < 0) return
    const endedAt = now()
    const { at } = sent[index] ?? { at: endedAt }
    sent.splice(0, index + 1)
    const before = latest
    latest = snapshot
    onStep(() => ({
      kind: 'step',
      at,
      ...(endedAt > at && { tookMs: endedAt - at }),
      event: shownEvent(event, payloads),
      state: stateOf(snapshot),
      before: stateOf(before),
      context: contextOf(snapshot),
    }))
  }

  const subscription = actor.system.inspect(contained(look))
  return () => subscription.unsubscribe()
}

/** Where a session that begins now begins; `name` is the one of the actor's input, unless told. */
export function sessionHead(observed: Observed, name?: string): SessionHead {
  const actor = actorOf(observed)
  const snapshot: unknown = actor.getSnapshot()
  const { input } = (snapshot as { readonly context: SyncContext }).context
  return {
    kind: 'session',
    version: 1,
    name: boundedText(name ?? input.name ?? 'outbox'),
    startedAt: clockOf(actor)(),
    initial: { state: stateOf(snapshot), context: contextOf(snapshot) },
  }
}

/** The actor of what is observed. */
export function actorOf(observed: Observed): AnyActorRef {
  return 'actor' in observed ? observed.actor : observed
}

/** The actor's own time, epoch ms; XState's type of a clock does not say that it has `now`. */
export function clockOf(actor: AnyActorRef): () => number {
  const { clock } = actor as { readonly clock?: { now?(): number } }
  return () => clock?.now?.() ?? Date.now()
}

/** Where a machine is, dotted. */
export function stateOf(snapshot: unknown): string {
  const { status, value } = snapshot as AnyMachineSnapshot
  if (status !== 'active') return 'stopped'
  const parts: string[] = []
  for (let rest: unknown = value; rest !== undefined;) {
    const [state, within]: [string, unknown] = typeof rest === 'string' ? [rest, undefined] : firstOf(rest as object)
    parts.push(state)
    rest = within
  }
  return parts.join('.')
}

function firstOf(value: object): [string, unknown] {
  return Object.entries(value)[0] ?? ['', undefined]
}

function contextOf(snapshot: unknown) {
  return shownContext((snapshot as { readonly context: SyncContext }).context)
}
