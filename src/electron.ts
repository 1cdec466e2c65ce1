import type { Connectivity } from './connectivity.ts'

/** As much of Electron's `powerMonitor` as is needed. */
export interface PowerMonitor {
  on(event: 'resume' | 'unlock-screen', listener: () => void): unknown
  off(event: 'resume' | 'unlock-screen', listener: () => void): unknown
}

/** As much of Electron's `net` as is needed. */
export interface Net {
  isOnline(): boolean
}

/** How often the main process asks Electron whether it is online, ms: there is no event for it. */
const askEveryMs = 5_000

/**
 * The connectivity of Electron's main process: `createOutbox({ connectivity: electronConnectivity(electron) })`.
 * Renderers need none of this: they hear of it as pages do.
 * @see Electron's documentation of `powerMonitor` and `net.isOnline`
 */
export function electronConnectivity({
  powerMonitor,
  net,
}: {
  readonly powerMonitor: PowerMonitor
  readonly net: Net
}): Connectivity {
  return {
    watch(listener) {
      let wasOnline = true
      const ask = () => {
        const isOnline = net.isOnline()
        if (isOnline !== wasOnline) listener(isOnline ? 'online' : 'offline')
        wasOnline = isOnline
      }
      const awake = () => {
        ask()
        listener('awake')
      }
      const timer: unknown = setInterval(ask, askEveryMs)
      if (typeof timer === 'object' && timer !== null && 'unref' in timer && typeof timer.unref === 'function')
        timer.unref()
      powerMonitor.on('resume', awake)
      powerMonitor.on('unlock-screen', awake)
      ask()
      return () => {
        clearInterval(timer as number)
        powerMonitor.off('resume', awake)
        powerMonitor.off('unlock-screen', awake)
      }
    },
  }
}
