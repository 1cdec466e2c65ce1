import { createOutbox } from '../../createOutbox.ts'
import type { Entry } from '../../entry.ts'
import type { Push, PushContext } from '../../push/contract.ts'
import type { ControlPatch, Store } from '../../store/contract.ts'
import type { SimulatedTime } from '../simulatedTime.ts'
import { simulatedTime } from '../simulatedTime.ts'
import { createContextStore } from './contextStore.ts'
import type { Flights } from './flights.ts'
import { createFlights } from './flights.ts'
import { createLeaseBook } from './leaseBook.ts'
import type { Ledger } from './ledger.ts'
import { createLedger } from './ledger.ts'
import type { Life } from './life.ts'
import { maxAttempts, startLife } from './life.ts'
import type { Network } from './network.ts'
import { createNetwork } from './network.ts'
import { observedStore } from './observedStore.ts'
import { createReferee } from './referee.ts'
import type { Scenario } from './scenarios.ts'
import type { Verdict } from './verdict.ts'
import { createVerdict } from './verdict.ts'
import type { Given } from './waits.ts'
import { createWaits } from './waits.ts'

/** What a world is made of; `make` is `createOutbox` unless a test breaks it. */
export interface WorldParts {
  readonly seed: number
  readonly scenario: Scenario
  readonly push: Push<unknown>
  readonly payload: (n: number) => unknown
  readonly store: Store
  readonly make?: typeof createOutbox
}

/** Everything that a run happens in. */
export interface World {
  readonly scenario: Scenario
  readonly payload: (n: number) => unknown
  readonly store: Store
  readonly time: SimulatedTime
  readonly ledger: Ledger
  readonly flights: Flights
  readonly network: Network
  readonly verdict: Verdict
  /** The commands that cut waits short, as they were given. */
  readonly given: Given[]
  /** Ids whose enqueue has resolved. */
  readonly accepted: Set<string>
  /** What was asked of a context and has not been answered. */
  readonly unanswered: Set<{ readonly life: Life; readonly what: string }>
  /** How many items the next entry holds. */
  items: number
  /** When somebody last said resume. */
  resumedAt: number
  crashes: number
  /** Counts what is observed. */
  order(): number
  elapsedMs(): number
  later(ms: number): Promise<void>
  /** Moves the wall clock alone. */
  jump(ms: number): void
  /** Adds a line to the trace, at the end or before the line with this number. */
  note(line: string, before?: number): void
  readonly trace: readonly string[]
  /** The life of a context: a new one if the last is over. */
  lifeAt(place: number): Life
  /** Those that are up or stopping. */
  lives(): readonly Life[]
  /** The faults of all stores end; what hangs in one goes on, also if its context has stopped meanwhile. */
  mend(): void
  crash(life: Life, freeAfterMs: number): void
  /** Ends whatever still runs. */
  end(): void
}

export function createWorld(parts: WorldParts): World {
  const { seed, scenario, make = createOutbox } = parts
  const time = simulatedTime()
  const startAt = time.now()
  const verdict = createVerdict()
  const trace: string[] = []
  const all = new Set<Life>()
  const places = new Map<number, Life>()
  const births = new Map<number, number>()
  const corrupt = new Set<string>()
  let observed = 0
  let jumpedMs = 0
  let edits = 0

  const order = () => (observed += 1)
  const elapsedMs = () => time.now() - startAt - jumpedMs
  const later = (ms: number) => new Promise<void>((resolve) => time.clock.setTimeout(resolve, ms))
  const moment = () => ({ order: order(), elapsedMs: elapsedMs() })
  const note = (line: string, before = trace.length) => {
    trace.splice(before, 0, line)
  }
  const ledger = createLedger(verdict, moment)
  const leases = createLeaseBook(verdict)
  const wasCorrupt = (context: string, id: string) => corrupt.has(`${context} ${id}`)
  const flights = createFlights({
    now: time.now,
    elapsedMs,
    moment,
    maxAttempts,
    wasCorrupt,
    isPending: (id, seq) => ledger.pending.has(id) && ledger.seqOf(id) === seq,
  })
  const network = createNetwork({ seed, remote: scenario.remote, push: parts.push, now: time.now, later })
  const referee = createReferee({
    ledger,
    flights,
    verdict,
    moment,
    resumedAt: () => world.resumedAt,
    presentEpoch: leases.present,
  })

  const pushOf = (life: Life) => async (entry: Entry<unknown>, push: PushContext) => {
    // What a crashed process does, it does not do.
    if (life.phase === 'crashed') throw new Error('this context is gone')
    referee.pushBegins(life, entry, push.attempt)
    const isOffline = () => life.isOffline
    const flight = flights.begin({ entry, push, context: life.name, lease: life.store.held(), isOffline })
    note(`    ${life.name} pushes ${entry.id}, try ${push.attempt}: ${network.moodOf(entry.id)}`)
    const when = () => ({ at: time.now(), elapsedMs: elapsedMs() })
    try {
      const answer = await network.send(entry, push.attempt, push.signal, () => {
        flight.isTaken = true
      })
      flight.end = { kind: 'resolved', ...when() }
      return answer
    } catch (error) {
      flight.end = { kind: 'rejected', error, ...when() }
      throw error
    }
  }

  function bear(place: number): Life {
    const birth = (births.get(place) ?? 0) + 1
    births.set(place, birth)
    const name = `${String.fromCodePoint(97 + place)}${birth === 1 ? '' : birth}`
    if (birth > 1) note(`    ${name} starts`)
    const onSettled = (settlements: Parameters<Flights['record']>[1]) => {
      const complaint = flights.record(name, settlements)
      if (complaint !== undefined) verdict.fail('outcomes', `${name} recorded ${complaint}`)
      for (const { kind, id } of settlements) note(`    ${name} records ${kind} of ${id}`)
    }
    const onControl = ({ paused }: ControlPatch) => {
      if (paused === undefined) return
      const what = paused ? 'pauses' : 'resumes'
      life.unwritten[what] -= 1
      if (life.unwritten[what] < 0) verdict.fail('control', `${name} ${what} the outbox, and nobody had said so`)
      // It is what is written last that counts.
      if (!paused) world.resumedAt = order()
    }
    const store = createContextStore(observedStore(parts.store, { ledger, leases, verdict, onSettled, onControl }), {
      later,
      order,
      leases,
      onCrash: () => world.crash(life, 0),
      onCorrupt: (id) => corrupt.add(`${name} ${id}`),
    })
    const life: Life = startLife({
      name,
      store,
      waits: createWaits({ context: name, now: time.now, elapsedMs, ledger, verdict, given: world.given }),
      clock: { ...time.clock, monotonic: elapsedMs },
      make,
      createId: () => `edit-${(edits += 1)}`,
      countItems: () => world.items,
      push: pushOf,
    })
    places.set(place, life)
    all.add(life)
    return life
  }

  const world: World = {
    scenario,
    payload: parts.payload,
    store: parts.store,
    time,
    ledger,
    flights,
    network,
    verdict,
    given: [],
    accepted: new Set(),
    unanswered: new Set(),
    items: 1,
    resumedAt: 0,
    crashes: 0,
    order,
    elapsedMs,
    later,
    jump(ms) {
      jumpedMs += ms
      time.jump(ms)
    },
    note,
    trace,
    lifeAt(place) {
      const life = places.get(place)
      return life?.phase === 'up' ? life : bear(place)
    },
    lives: () => [...all].filter(({ phase }) => phase === 'up' || phase === 'stopping'),
    mend: () => all.forEach((life) => life.phase === 'crashed' || life.store.mend()),
    crash(life, freeAfterMs) {
      if (life.phase === 'crashed') return
      world.crashes += 1
      note(`    ${life.name} crashes`)
      life.crash(freeAfterMs)
    },
    end: () => all.forEach((life) => life.phase === 'crashed' || life.crash(0)),
  }
  return world
}
