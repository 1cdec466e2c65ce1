/** All that a page gets of Electron, as `window.paperboat`. */
export interface Bridge {
  /** Calls back when the computer has woken up, or is online again. */
  onAwake(listener: () => void): void
  /** Calls back before the window goes, which waits for the promise. */
  onQuit(listener: () => Promise<void>): void
  /** Tells the tray how many notes wait. */
  tellPending(pending: number): void
}

/** The messages between main process and preload. */
export const channels = { awake: 'awake', quit: 'quit', stopped: 'stopped', pending: 'pending' } as const

/** Where the pages are: an origin of their own, which the main process serves. Nothing of it comes from the network. */
export const origin = 'https://paperboat.example'
