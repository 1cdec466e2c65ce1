/** Time as machine, engine and handle see it; XState's `SimulatedClock` fits. */
export interface Clock {
  /** Epoch ms. */
  now(): number
  /** Calls back once after `delayMs`; returns what `clearTimeout` takes. */
  setTimeout(callback: () => void, delayMs: number): unknown
  clearTimeout(timer: unknown): void
  /** Ms that never go back, by which long work rests and news are gathered; default: `performance.now`. */
  monotonic?(): number
  /** It moves only when somebody moves it, so that nothing is to wait for real time. */
  readonly isSimulated?: boolean
}

/** Real time; the globals are looked up at each call, so that fake timers installed later are used. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout: (callback, delayMs) => setTimeout(callback, delayMs),
  clearTimeout: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
}

/** The clock's ms that never go back. */
export function monotonicOf(clock: Clock): () => number {
  return clock.monotonic === undefined ? () => performance.now() : () => clock.monotonic?.() ?? 0
}

/** The longest delay a platform's timer can take; a longer one would fire at once. */
export const longestTimerMs = 2 ** 31 - 1

/** As they are when the module is loaded: fake timers installed later must not stop what is no matter of time. */
const {
  setImmediate: immediate,
  MessageChannel: Channel,
  setTimeout: timeout,
} = globalThis as Partial<typeof globalThis> & Pick<typeof globalThis, 'setTimeout'>

/** Lets timers, I/O and painting happen before going on. */
export function macrotask(): Promise<void> {
  return new Promise((resolve) => {
    if (immediate !== undefined) immediate(resolve)
    else if (Channel !== undefined) callLater(resolve)
    else setTimeout(resolve, 0)
  })
}

/** Waits so many ms of real time; where time is simulated, which may stand still, only for the work at hand. */
export function waiterOf(clock: Clock): (ms: number) => Promise<void> {
  if (clock.isSimulated === true) return macrotask
  return (ms) => new Promise((resolve) => void timeout(resolve, ms))
}

/** Called in their order, one in each turn of the event loop. */
const later: (() => void)[] = []
let sender: MessagePort | undefined

/** One channel for all: a new one each time costs more than what is to be done. */
function callLater(callback: () => void): void {
  if (sender === undefined && Channel !== undefined) {
    const { port1, port2 } = new Channel()
    port1.onmessage = () => later.shift()?.()
    sender = port2
  }
  later.push(callback)
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- that is a window's; this is a port
  sender?.postMessage(undefined)
}

/** Real time whose timers do not keep a Node process alive. */
export const unrefClock: Clock = {
  ...systemClock,
  setTimeout(callback, delayMs) {
    const timer: unknown = setTimeout(callback, delayMs)
    if (typeof timer === 'object' && timer !== null && 'unref' in timer && typeof timer.unref === 'function')
      timer.unref()
    return timer
  },
}
