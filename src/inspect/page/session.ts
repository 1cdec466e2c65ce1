import type { SyncContext } from '../../../machines/setup.ts'
import type { Place, Status } from '../../status.ts'
import { leftCount, statusOf } from '../../status.ts'
import type { SourceLine } from '../source.ts'
import type { RecordedLine, SessionHead, Step, StepContext } from '../step.ts'

/** Where an outbox stood after one step, or where its session began. */
export interface Frame {
  /** Its place in the session, from 0; it stays the same when older frames are let go. */
  readonly index: number
  readonly at: number
  readonly state: string
  readonly context: StepContext
  readonly status: Status
  /** What led here; nothing led to the first one. */
  readonly step?: Step
  /** The last step that took the machine from one state to another. */
  readonly move?: Step
  /** How many steps are missing right before this one. */
  readonly missing: number
}

/** A session as the page has seen it so far. */
export interface Session {
  readonly head: () => SessionHead | undefined
  /** Oldest first. */
  readonly frames: () => readonly Frame[]
  /** Whether steps still come, or the source is out of reach, or there will be no more. */
  readonly condition: () => 'live' | 'lost' | 'ended'
  add(line: SourceLine): void
  /** What was seen, as the lines of a recording. */
  lines(): readonly RecordedLine[]
}

/** @param mostFrames - older ones are let go; a recording keeps them all. */
export function createSession(mostFrames = Infinity): Session {
  let head: SessionHead | undefined
  let frames: Frame[] = []
  let condition: 'live' | 'lost' | 'ended' = 'live'
  let leftBefore = 0
  let missing = 0

  function push(at: number, state: string, context: StepContext, step?: Step): void {
    const last = frames.at(-1)
    const place = placeOf(state, context)
    const before = last?.status
    const hasMoved = before === undefined || place.state !== before.state || place.reason !== before.reason
    const present: SyncContext = {
      held: undefined,
      wait: undefined,
      counts: undefined,
      lastError: undefined,
      ...context,
      input: {},
    }
    if (place.state === 'draining' && before?.state !== 'draining') leftBefore = leftCount(present)
    const status = statusOf(place, present, hasMoved ? at : before.since, leftBefore)
    const move = step !== undefined && step.before !== state ? step : last?.move
    frames.push({
      index: (last?.index ?? -1) + 1,
      at,
      state,
      context,
      status,
      missing,
      ...(step && { step }),
      ...(move && { move }),
    })
    missing = 0
    // Now and then, as it copies.
    if (frames.length > mostFrames * 1.25) frames = frames.slice(-mostFrames)
  }

  return {
    head: () => head,
    frames: () => frames,
    condition: () => condition,
    add(line) {
      if (line.kind === 'lost') condition = condition === 'ended' ? condition : 'lost'
      else if (line.kind === 'end') condition = 'ended'
      else if (line.kind === 'gap') missing += line.dropped
      else if (line.kind === 'step') push(line.at, line.state, line.context, line)
      else {
        head = line
        frames = []
        condition = 'live'
        missing = 0
        push(line.startedAt, line.initial.state, line.initial.context)
      }
    },
    lines() {
      const [first, ...rest] = frames
      if (head === undefined || first === undefined) return []
      const { at, state, context } = first
      return [
        { ...head, startedAt: at, initial: { state, context } },
        ...rest.flatMap(({ step, missing: dropped, at: stepAt }): RecordedLine[] => [
          ...(dropped > 0 ? [{ kind: 'gap' as const, dropped, at: stepAt }] : []),
          ...(step ? [step] : []),
        ]),
      ]
    },
  }
}

/** The place that a dotted state is, with the reason that the context gives. */
function placeOf(state: string, { wait }: StepContext): Place {
  const [parent, child] = state.split('.')
  if (parent === 'backoff') return { state: 'backoff', reason: wait?.kind ?? 'backoff' }
  if (parent === 'idle') return { state: 'idle', reason: (child ?? 'ready') as Place['reason'] }
  if (parent === 'draining') return { state: 'draining', reason: child === 'stopping' ? 'stopping' : 'pushing' }
  return { state: 'stopped', reason: 'stopped' }
}

/** Whether a step is a mere tick of a wait: a timer that ran, and left the machine where it was. */
export function isTick({ step, state }: Frame): boolean {
  return step !== undefined && step.before === state && step.event.type.startsWith('xstate.after.')
}
