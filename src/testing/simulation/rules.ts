import type { Tries } from '../../entry.ts'
import { verdictOf } from '../../errors.ts'
import type { Settlement } from '../../store/contract.ts'

/** How a push ended, and when, epoch ms. */
export type FlightEnd =
  | { readonly kind: 'resolved'; readonly at: number; readonly elapsedMs: number }
  | { readonly kind: 'rejected'; readonly error: unknown; readonly at: number; readonly elapsedMs: number }

/** How the outbox itself ended a push, and when. */
export interface FlightAbort {
  readonly kind: 'timeout' | 'ended'
  /** Epoch ms. */
  readonly at: number
  readonly elapsedMs: number
  readonly isOffline: boolean
}

/** What the rules look at. */
export interface TriedFlight {
  readonly tries: Tries
  readonly abort: FlightAbort | undefined
  readonly end: FlightEnd | undefined
}

/** What may be recorded of a push, by the rules of docs/design.md; `nothing` for a hold or an abort. */
export type AllowedOutcome =
  | { readonly kind: 'delivered'; readonly attempts: number }
  | { readonly kind: 'dead'; readonly code: 'exhausted' | 'permanent'; readonly attempts: number }
  | { readonly kind: 'retry'; readonly tries: Pick<Required<Tries>, (typeof told)[number]> }
  | { readonly kind: 'nothing' }

const told = ['attempts', 'misses', 'waitMs', 'nextAttemptAt', 'waitKind'] as const

/** The longest `Retry-After` that is heeded, and the backoff, as the README gives them. */
const longestRetryAfterMs = 3_600_000
const backoffMs = (failures: number) => [1, 2, 4, 8, 16, 30][Math.min(failures, 6) - 1] ?? 0

/** What the rules allow for a flight; more than one only where an answer and a timeout fall together. */
export function allowedOutcomes(flight: TriedFlight, maxAttempts: number): readonly AllowedOutcome[] {
  const { abort, end, tries } = flight
  if (abort === undefined) return end === undefined ? [] : [outcomeOf(end, tries, maxAttempts)]
  if (end !== undefined && end.elapsedMs < abort.elapsedMs) return [outcomeOf(end, tries, maxAttempts)]
  if (abort.kind === 'ended') {
    return end?.kind === 'resolved' ? [outcomeOf(end, tries, maxAttempts), { kind: 'nothing' }] : [{ kind: 'nothing' }]
  }
  const timedOut = abort.isOffline ? missed(tries, abort.at) : failed(tries, abort.at, maxAttempts)
  const isTogether = end !== undefined && end.elapsedMs === abort.elapsedMs
  return isTogether ? [timedOut, outcomeOf(end, tries, maxAttempts)] : [timedOut]
}

/** Whether a settlement records that outcome. */
export function isSettledAs(outcome: AllowedOutcome, settlement: Settlement): boolean {
  switch (outcome.kind) {
    case 'nothing':
      return false
    case 'delivered':
      return settlement.kind === 'delivered' && settlement.audit.attempts === outcome.attempts
    case 'dead':
      return (
        settlement.kind === 'dead' &&
        settlement.code === outcome.code &&
        settlement.tries.attempts === outcome.attempts &&
        settlement.audit.attempts === outcome.attempts
      )
    case 'retry':
      return settlement.kind === 'retry' && told.every((key) => settlement.tries[key] === outcome.tries[key])
  }
}

function outcomeOf(end: FlightEnd, tries: Tries, maxAttempts: number): AllowedOutcome {
  const { attempts } = tries
  if (end.kind === 'resolved') return { kind: 'delivered', attempts }
  const verdict = verdictOf(end.error)
  switch (verdict?.kind) {
    case 'permanent':
      return { kind: 'dead', code: 'permanent', attempts: attempts + 1 }
    case 'hold':
      return { kind: 'nothing' }
    case 'unreachable':
      return missed(tries, end.at)
    case 'retryAfter': {
      const { after } = verdict
      return failed(tries, end.at, maxAttempts, after instanceof Date ? after.getTime() - end.at : after)
    }
    case undefined:
      return failed(tries, end.at, maxAttempts)
  }
}

function failed(tries: Tries, at: number, maxAttempts: number, afterMs = 0): AllowedOutcome {
  const attempts = tries.attempts + 1
  if (attempts >= maxAttempts) return { kind: 'dead', code: 'exhausted', attempts }
  const waitMs = Math.max(1_000 * backoffMs(attempts), Math.min(afterMs, longestRetryAfterMs))
  const waitKind = afterMs > 0 ? 'server' : 'backoff'
  return { kind: 'retry', tries: { attempts, misses: 0, waitMs, nextAttemptAt: at + waitMs, waitKind } }
}

function missed({ attempts, misses: before }: Tries, at: number): AllowedOutcome {
  const misses = before + 1
  const waitMs = 1_000 * backoffMs(attempts + misses)
  return { kind: 'retry', tries: { attempts, misses, waitMs, nextAttemptAt: at + waitMs, waitKind: 'backoff' } }
}
