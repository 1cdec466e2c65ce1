import type { Clock } from './clock.ts'
import { macrotask, monotonicOf } from './clock.ts'

/** Work in microtasks alone starves timers, so whoever works long rests now and then. */
export interface Pace {
  /** Whether about 8 ms have gone since the last rest, or since this was made. */
  isDue(): boolean
  rest(): Promise<void>
}

const sliceMs = 8

/** @param clock - the outbox's own: simulated time must not depend on how fast the machine is. */
export function createPace(clock: Clock): Pace {
  const monotonic = monotonicOf(clock)
  let restedAt = monotonic()
  return {
    isDue: () => monotonic() - restedAt > sliceMs,
    rest: async () => {
      await macrotask()
      restedAt = monotonic()
    },
  }
}
