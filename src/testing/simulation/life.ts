import type { Connectivity, ConnectivitySignal } from '../../connectivity.ts'
import type { Clock } from '../../clock.ts'
import type { createOutbox, Outbox } from '../../createOutbox.ts'
import type { Push } from '../../push/contract.ts'
import type { ContextStore } from './contextStore.ts'
import type { Waits } from './waits.ts'

/** Answered failures after which an entry becomes a dead letter, in every simulation. */
export const maxAttempts = 4
/** How long a push may take, in every simulation. */
export const pushTimeoutMs = 30_000

/** One life of a context, from its start to its stop or crash. */
export interface Life {
  /** The letter of its place, and which life this is: `a`, `a2`, `b`. */
  readonly name: string
  readonly outbox: Outbox<unknown>
  readonly store: ContextStore
  readonly waits: Waits
  phase: 'up' | 'stopping' | 'stopped' | 'crashed'
  isOffline: boolean
  /** When somebody last told it to pause, by the count of all that is observed. */
  pausedAt: number | undefined
  /** How often it was told to pause and to resume, less what it has written of it. */
  readonly unwritten: { pauses: number; resumes: number }
  /** What the platform tells it. */
  signal(signal: ConnectivitySignal): void
  /** As kill -9 does it: from now on nothing of it reaches store or clock, and its lease is free after so many ms. */
  crash(freeAfterMs: number): void
}

/** Starts a life. */
export function startLife(deps: {
  readonly name: string
  readonly store: ContextStore
  readonly waits: Waits
  readonly clock: Clock
  readonly make: typeof createOutbox
  readonly createId: () => string
  readonly countItems: () => number
  readonly push: (life: Life) => Push<unknown>
}): Life {
  const clock = mortalClock(deps.clock)
  const connectivity = createConnectivity()
  const life: Life = {
    name: deps.name,
    get outbox() {
      return outbox
    },
    store: deps.store,
    waits: deps.waits,
    phase: 'up',
    isOffline: false,
    pausedAt: undefined,
    unwritten: { pauses: 0, resumes: 0 },
    signal: connectivity.tell,
    crash(freeAfterMs) {
      life.phase = 'crashed'
      deps.store.cutOff(freeAfterMs)
      clock.end()
      outbox.actor.stop()
    },
  }
  const outbox = deps.make<unknown>({
    clock,
    connectivity: connectivity.port,
    store: deps.store,
    push: deps.push(life),
    maxAttempts,
    pushTimeoutMs,
    createId: deps.createId,
    countItems: deps.countItems,
    inspect: deps.waits.inspect,
    autoStart: false,
  })
  outbox.actor.start()
  return life
}

/** A clock whose timers end with the life that set them. */
function mortalClock(clock: Clock): Clock & { end(): void } {
  const timers = new Set<unknown>()
  let isOver = false
  return {
    now: () => clock.now(),
    // By real time, two runs of a seed would differ.
    monotonic: () => clock.monotonic?.() ?? 0,
    isSimulated: true,
    setTimeout(callback, delayMs) {
      if (isOver) return undefined
      const timer = clock.setTimeout(() => {
        timers.delete(timer)
        callback()
      }, delayMs)
      timers.add(timer)
      return timer
    },
    clearTimeout(timer) {
      timers.delete(timer)
      clock.clearTimeout(timer)
    },
    end() {
      isOver = true
      for (const timer of timers) clock.clearTimeout(timer)
    },
  }
}

function createConnectivity(): { readonly port: Connectivity; tell(signal: ConnectivitySignal): void } {
  const listeners = new Set<(signal: ConnectivitySignal) => void>()
  return {
    port: {
      watch(listener) {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
    },
    tell: (signal) => listeners.forEach((listener) => listener(signal)),
  }
}
