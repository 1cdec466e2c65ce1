import { macrotask } from './clock.ts'

/** Work in microtasks alone starves timers, so whoever works long rests now and then. */
export interface Pace {
  /** Whether about 8 ms have gone since the last rest. */
  isDue(): boolean
  rest(): Promise<void>
}

const sliceMs = 8

export function createPace(): Pace {
  let restedAt = -Infinity
  return {
    isDue: () => performance.now() - restedAt > sliceMs,
    rest: async () => {
      await macrotask()
      restedAt = performance.now()
    },
  }
}
