/** What a platform knows of its connection: it has come back, it has gone, or the device or page has woken up. */
export type ConnectivitySignal = 'online' | 'offline' | 'awake'

/** Where an outbox hears of the connection. */
export interface Connectivity {
  /** Calls back with `offline` at once if that is how it is, and at each change; returns what ends that. Must not throw. */
  watch(listener: (signal: ConnectivitySignal) => void): () => void
}

/** A connection that is never said to be gone: servers, agents, and wherever nobody knows better. */
export const alwaysOnline: Connectivity = { watch: () => () => undefined }

/** Signals of a page or worker: `online` and `offline`, and that the page is looked at, shown again or unfrozen. */
export const browserConnectivity: Connectivity = {
  watch(listener) {
    const page = typeof document === 'object' ? document : undefined
    const online = () => listener('online')
    const offline = () => listener('offline')
    const awake = () => listener('awake')
    const seen = () => {
      if (page?.visibilityState === 'visible') listener('awake')
    }
    const ends = [
      listen(globalThis, 'online', online),
      listen(globalThis, 'offline', offline),
      listen(globalThis, 'pageshow', awake),
      listen(page, 'visibilitychange', seen),
      listen(page, 'resume', awake),
    ]
    // `true` proves nothing: a router without an uplink is "online".
    if (!navigator.onLine) offline()
    return () => {
      for (const end of ends) end()
    }
  },
}

/** The connectivity of this platform, looked up when an actor starts. */
export function platformConnectivity(): Connectivity {
  const isBrowser =
    typeof navigator === 'object' && typeof navigator.onLine === 'boolean' && typeof addEventListener === 'function'
  return isBrowser ? browserConnectivity : alwaysOnline
}

function listen(target: EventTarget | undefined, type: string, listener: () => void): () => void {
  target?.addEventListener(type, listener)
  return () => target?.removeEventListener(type, listener)
}
