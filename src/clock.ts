/** Time as machine, engine and handle see it; XState's `SimulatedClock` fits. */
export interface Clock {
  /** Epoch ms. */
  now(): number
  /** Calls back once after `delayMs`; returns what `clearTimeout` takes. */
  setTimeout(callback: () => void, delayMs: number): unknown
  clearTimeout(timer: unknown): void
}

/** Real time; the globals are looked up at each call, so that fake timers installed later are used. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout: (callback, delayMs) => setTimeout(callback, delayMs),
  clearTimeout: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
}

/** The longest delay a platform's timer can take; a longer one would fire at once. */
export const longestTimerMs = 2 ** 31 - 1

/** Lets timers, I/O and painting happen before going on. */
export function macrotask(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') setImmediate(resolve)
    else if (typeof MessageChannel === 'function') {
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = () => {
        port1.close()
        resolve()
      }
      port2.postMessage(undefined)
    } else setTimeout(resolve, 0)
  })
}
