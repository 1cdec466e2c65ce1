import { longestTimerMs, macrotask } from './clock.ts'
import type { Entry } from './entry.ts'
import { errorText, verdictOf } from './errors.ts'
import type { Settings } from './options.ts'
import type { Outcome } from './outcome.ts'
import { outcomeOfError } from './outcome.ts'
import type { Push, PushContext } from './push/contract.ts'

/** How many turns of the microtask queue a push may take before it gets a time limit. */
const promptTurns = 3

/** One try under way. */
export interface Flight {
  /** Resolves as soon as the outcome is known; never rejects. */
  readonly outcome: Promise<Outcome>
  /** Tells the push to end, and waits at most `graceMs` for it: a success that raced the abort still counts. */
  abort(graceMs: number): void
}

/** Starts a try. Whatever the push does - throw, hang, ignore its signal - an outcome comes. */
export function startFlight<P>(
  entry: Entry<P>,
  push: Push<P>,
  { pushTimeoutMs, clock }: Pick<Settings<P>, 'pushTimeoutMs' | 'clock'>,
  isOffline: () => boolean,
): Flight {
  const signal = new LazySignal()
  let timer: unknown
  let isAborted = false
  let hasLanded = false
  let timedOut: Outcome | undefined
  let land!: (outcome: Outcome) => void
  const outcome = new Promise<Outcome>((resolve) => {
    land = (landed) => {
      hasLanded = true
      clock.clearTimeout(timer)
      resolve(landed)
    }
  })

  function timeOut(limitMs: number): void {
    const reason = `no answer within ${limitMs} ms`
    const late: Outcome = { kind: isOffline() ? 'unreachable' : 'failed', reason }
    timedOut = late
    signal.abort(reason, 'TimeoutError')
    // A push that had its answer, and was only reading on, says so at once.
    void macrotask().then(() => land(late))
  }

  /** A push that answers at once needs no timer, which would cost more than the rest of it. */
  async function limitTo(limitMs: number): Promise<void> {
    for (let turn = 0; turn < promptTurns; turn += 1) await Promise.resolve()
    try {
      if (!hasLanded && !isAborted) timer = clock.setTimeout(() => timeOut(limitMs), limitMs)
    } catch (error) {
      signal.abort('no limit could be set', 'AbortError')
      land(outcomeOfError(error, clock.now()))
    }
  }

  async function run(): Promise<void> {
    try {
      const limitMs = limitOf(entry, pushTimeoutMs)
      const pushing = push(entry, new FlightContext(signal, entry.attempts + 1))
      void limitTo(limitMs)
      const result = await pushing
      land({ kind: 'delivered', result })
    } catch (error) {
      if (isAborted) land({ kind: 'aborted' })
      else if (timedOut === undefined || verdictOf(error) !== undefined) land(outcomeOfError(error, clock.now()))
      else land(timedOut)
    }
  }

  void run()
  return {
    outcome,
    abort(graceMs) {
      if (isAborted) return
      isAborted = true
      signal.abort('the outbox ended this push', 'AbortError')
      clock.clearTimeout(timer)
      if (graceMs === 0) land({ kind: 'aborted' })
      else timer = clock.setTimeout(() => land({ kind: 'aborted' }), graceMs)
    },
  }
}

function limitOf<P>(entry: Entry<P>, pushTimeoutMs: Settings<P>['pushTimeoutMs']): number {
  if (typeof pushTimeoutMs === 'number') return pushTimeoutMs
  const limitMs = pushTimeoutMs(entry)
  if (!(limitMs >= 1 && limitMs <= longestTimerMs)) {
    throw new RangeError(`\`pushTimeoutMs\` must answer ms from 1 to 2^31 - 1, got ${errorText(limitMs)}`)
  }
  return limitMs
}

/** An abort signal that is made when somebody asks for it: most pushes of a drain at full speed never do. */
class LazySignal {
  #controller: AbortController | undefined
  #reason: DOMException | undefined

  get(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.#reason !== undefined) this.#controller.abort(this.#reason)
    return this.#controller.signal
  }

  abort(message: string, name: string): void {
    this.#reason ??= new DOMException(message, name)
    this.#controller?.abort(this.#reason)
  }
}

/**
 * What a push is told. All of them share one accessor: a literal with a getter of its own is a new hidden class for each push,
 * which costs the collector more than the push. It is an own property, so that a spread copies the signal.
 */
class FlightContext implements PushContext {
  declare readonly signal: AbortSignal
  readonly attempt: number
  readonly #signal: LazySignal

  constructor(signal: LazySignal, attempt: number) {
    this.#signal = signal
    this.attempt = attempt
    Object.defineProperty(this, 'signal', FlightContext.#accessor)
  }

  static readonly #accessor: PropertyDescriptor & ThisType<FlightContext> = {
    get() {
      return this.#signal.get()
    },
    enumerable: true,
    configurable: true,
  }
}
