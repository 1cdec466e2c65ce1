/** Something done again and again, that does not keep the process alive. */
export interface Ticker {
  start(): void
  stop(): void
}

/** Real time: a heartbeat must not stand still because an app's clock is simulated. */
export function createTicker(everyMs: number, tick: () => void): Ticker {
  let timer: ReturnType<typeof setInterval> | undefined
  return {
    start() {
      timer ??= setInterval(tick, everyMs).unref()
    },
    stop() {
      clearInterval(timer)
      timer = undefined
    },
  }
}

/** Waits so long; rejects with the signal's reason as soon as it is aborted. Keeps the process alive only if told to. */
export function pause(
  delayMs: number,
  signal?: AbortSignal,
  options?: { readonly keepsAlive: boolean },
): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(signal.reason as Error)
    const leave = () => {
      clearTimeout(timer)
      reject(signal?.reason as Error)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', leave)
      resolve()
    }, delayMs)
    if (options?.keepsAlive !== true) timer.unref()
    signal?.addEventListener('abort', leave, { once: true })
  })
}
