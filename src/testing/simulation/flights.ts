import type { Entry, Tries } from '../../entry.ts'
import type { PushContext } from '../../push/contract.ts'
import type { Settlement } from '../../store/contract.ts'
import type { HeldLease } from './contextStore.ts'
import type { Moment } from './ledger.ts'
import type { FlightAbort, FlightEnd } from './rules.ts'
import { allowedOutcomes, isSettledAs } from './rules.ts'

/** One call of the push of a context, from its start to what was recorded of it. */
export interface Flight {
  readonly id: string
  readonly seq: number
  readonly context: string
  readonly lease: HeldLease | undefined
  readonly tries: Tries
  readonly startedAt: Moment
  readonly signal: AbortSignal
  /** How the outbox ended it, if it did. */
  abort: FlightAbort | undefined
  /** How the push itself ended. */
  end: FlightEnd | undefined
  /** What was recorded of it. */
  recorded: Settlement['kind'] | undefined
  /** Whether that was the record that let the entry leave. */
  isDecisive: boolean
  /** The remote has taken it. */
  isTaken: boolean
}

/** The facts of a push that begins. */
export interface FlightStart {
  readonly entry: Entry<unknown>
  readonly push: PushContext
  readonly context: string
  readonly lease: HeldLease | undefined
  /** Whether its context has been told that it is offline. */
  readonly isOffline: () => boolean
}

/** Every flight of a run. */
export interface Flights {
  readonly all: readonly Flight[]
  begin(start: FlightStart): Flight
  /** The last one of a context. */
  lastOf(context: string): Flight | undefined
  /** Those of the entry at this place. */
  ofSeq(seq: number): readonly Flight[]
  /** Outcomes that a context records: answers what is wrong with them. */
  record(context: string, settlements: readonly Settlement[]): string | undefined
}

export function createFlights(deps: {
  readonly now: () => number
  readonly elapsedMs: () => number
  readonly moment: () => Moment
  readonly maxAttempts: number
  readonly isPending: (id: string, seq: number) => boolean
  /** Whether a context was given the entry damaged. */
  readonly wasCorrupt: (context: string, id: string) => boolean
}): Flights {
  const all: Flight[] = []
  const bySeq = new Map<number, Flight[]>()
  const last = new Map<string, Flight>()

  function begin({ entry, push, context, lease, isOffline }: FlightStart): Flight {
    const { id, seq, attempts, misses } = entry
    const flight: Flight = {
      id,
      seq,
      context,
      lease,
      tries: { attempts, misses },
      startedAt: deps.moment(),
      signal: push.signal,
      abort: undefined,
      end: undefined,
      recorded: undefined,
      isDecisive: false,
      isTaken: false,
    }
    push.signal.addEventListener('abort', () => {
      const kind = (push.signal.reason as DOMException).name === 'TimeoutError' ? 'timeout' : 'ended'
      flight.abort ??= { kind, at: deps.now(), elapsedMs: deps.elapsedMs(), isOffline: isOffline() }
    })
    all.push(flight)
    bySeq.set(seq, [...(bySeq.get(seq) ?? []), flight])
    last.set(context, flight)
    return flight
  }

  function complaintAbout(context: string, settlement: Settlement): string | undefined {
    const { kind, id, seq } = settlement
    if (kind === 'skipped') return undefined
    if (kind === 'dead' && settlement.code === 'unreadable') {
      return deps.wasCorrupt(context, id) ? undefined : `${id} became unreadable, but nobody had damaged it`
    }
    const flight = bySeq.get(seq)?.findLast((each) => each.context === context)
    if (flight === undefined) return `${kind} of ${id}, which ${context} never pushed`
    const allowed = allowedOutcomes(flight, deps.maxAttempts)
    if (!allowed.some((outcome) => isSettledAs(outcome, settlement))) {
      return `${kind} of ${id} (${JSON.stringify(settlement)}), but its push allows ${JSON.stringify(allowed)}`
    }
    flight.recorded = kind
    flight.isDecisive ||= kind === 'delivered' && deps.isPending(id, seq)
    return undefined
  }

  return {
    all,
    begin,
    lastOf: (context) => last.get(context),
    ofSeq: (seq) => bySeq.get(seq) ?? [],
    record(context, settlements) {
      for (const settlement of settlements) {
        const complaint = complaintAbout(context, settlement)
        if (complaint !== undefined) return complaint
      }
      return undefined
    },
  }
}
