import { channels } from '../bridge.ts'

interface Preventable {
  preventDefault(): void
}

/** As much of a window as is needed. */
export interface PageWindow {
  readonly webContents: {
    readonly id: number
    send(channel: string): void
    on(event: 'render-process-gone', listener: () => void): unknown
  }
  on(event: 'close', listener: (event: Preventable) => void): unknown
  close(): void
}

/** As much of Electron as is needed. */
export interface PagesOptions {
  readonly app: {
    on(event: 'before-quit', listener: (event: Preventable) => void): unknown
    quit(): void
  }
  readonly ipcMain: {
    on(channel: string, listener: (event: { readonly sender: { readonly id: number } }) => void): unknown
  }
  /** After so many ms a page that does not answer is left to its fate: what it has kept is in its store. */
  readonly limitMs?: number
}

/** The open pages. None goes, and the app does not quit, before its outbox has stopped. */
export interface Pages {
  add(window: PageWindow): void
  /** Sends a message to every page. */
  send(channel: string): void
}

export function createPages({ app, ipcMain, limitMs = 5_000 }: PagesOptions): Pages {
  const open = new Map<number, PageWindow>()
  const stopping = new Map<number, Promise<void>>()
  const answers = new Map<number, () => void>()

  async function stop({ webContents }: PageWindow): Promise<void> {
    const { id } = webContents
    const known = stopping.get(id)
    if (known !== undefined) return known
    const stopped = new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, limitMs)
      answers.set(id, () => {
        clearTimeout(timer)
        resolve()
      })
    })
    stopping.set(id, stopped)
    webContents.send(channels.quit)
    await stopped
    open.delete(id)
  }

  ipcMain.on(channels.stopped, ({ sender }) => answers.get(sender.id)?.())
  app.on('before-quit', (event) => {
    if (open.size === 0) return
    event.preventDefault()
    void Promise.all([...open.values()].map(stop)).then(() => app.quit())
  })

  return {
    add(window) {
      const { id } = window.webContents
      open.set(id, window)
      window.on('close', (event) => {
        if (!open.has(id)) return
        event.preventDefault()
        void stop(window).then(() => window.close())
      })
      // There is nobody left to answer; the lock of its outbox went with it.
      window.webContents.on('render-process-gone', () => {
        open.delete(id)
        answers.get(id)?.()
      })
    },
    send: (channel) => open.forEach(({ webContents }) => webContents.send(channel)),
  }
}
