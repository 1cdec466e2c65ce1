import { execFile } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { BrowserContext, Page, Route } from 'playwright'
import type { Bridge } from '../../../examples/electron/bridge.ts'
import { channels, origin } from '../../../examples/electron/bridge.ts'
import type { Pages } from '../../../examples/electron/main/pages.ts'
import { createPages } from '../../../examples/electron/main/pages.ts'
import type { Remote } from '../../../examples/electron/main/remote.ts'
import { serveApp } from '../../../examples/electron/main/serveApp.ts'
import { makeProfile, startBrowser } from '../../browser/support/browser.ts'

declare global {
  /** Says something to the main process that is stood in for. */
  function standInSay(channel: string, value?: unknown): Promise<void>
  var paperboat: Bridge | undefined
}

/** The Electron app's build, in a folder of its own. */
export interface BuiltApp extends AsyncDisposable {
  readonly folder: string
}

export async function buildApp(): Promise<BuiltApp> {
  const folder = await mkdtemp(join(tmpdir(), 'xstate-outbox-electron-'))
  const script = fileURLToPath(new URL('../../../examples/electron/build.js', import.meta.url))
  await promisify(execFile)(process.execPath, [script, folder])
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) }
}

/** One life of the app. Not Electron: its pages are in Chromium, and its main process is what Electron has no part in. */
export interface StandIn extends AsyncDisposable {
  readonly context: BrowserContext
  readonly pages: Pages
  /** How many notes wait, as the menu was last told. */
  pending(): number
  /** Every request that left the app's own origin. */
  readonly strayed: readonly string[]
  /** With a clock of its own, if asked for: the test can stop it. */
  openWindow(options?: { readonly hasClock?: boolean }): Promise<Page>
  /** What a user's Quit does; resolves with the explanations of the windows as they were when they went. */
  quit(): Promise<readonly string[]>
}

/** The folder of a profile, which outlives the app. */
export const makeUserData = makeProfile

export async function startStandIn(
  app: Pick<BuiltApp, 'folder'>,
  userData: { readonly path: string },
  remote: Remote,
  limitMs = 5_000,
): Promise<StandIn> {
  const browser = await startBrowser(userData)
  const { context } = browser
  const electronApp = Object.assign(new EventEmitter(), { quit })
  const ipcMain = new EventEmitter()
  const pages = createPages({ app: electronApp, ipcMain, limitMs })
  const windows = new Map<Page, EventEmitter & { close(): boolean }>()
  const farewells: string[] = []
  const closed: Promise<void>[] = []
  const strayed: string[] = []
  let pending = 0

  ipcMain.on(channels.pending, (_event, count: number) => {
    pending = count
  })
  const serve = serveApp(app.folder, remote)
  await context.route(/^/, async (route) => {
    if (route.request().url().startsWith(`${origin}/`)) return answer(route, serve)
    strayed.push(route.request().url())
    return route.abort()
  })
  await context.exposeBinding('standInSay', ({ page }, channel: string, value: unknown) => {
    ipcMain.emit(channel, { sender: { id: [...windows.keys()].indexOf(page) } }, value)
  })
  await context.addInitScript(putBridge)

  function quit(): void {
    if (isPrevented(electronApp, 'before-quit')) return
    // As in Electron: a window that stays calls it off.
    const isCalledOff = [...windows.values()].filter((window) => !window.close()).length > 0
    if (!isCalledOff) electronApp.emit('quit')
  }

  async function openWindow({ hasClock = false } = {}): Promise<Page> {
    const page = await context.newPage()
    if (hasClock) await page.clock.install()
    const window = new EventEmitter()
    const say = (channel: string) =>
      void page.evaluate((name) => dispatchEvent(new Event(`main:${name}`)), channel).catch(() => undefined)
    const webContents = Object.assign(new EventEmitter(), { id: windows.size, send: say })
    page.on('crash', () => webContents.emit('render-process-gone'))
    const close = () => {
      if (isPrevented(window, 'close')) return false
      closed.push(closePage(page))
      return true
    }
    windows.set(page, Object.assign(window, { close }))
    pages.add(Object.assign(window, { webContents, close }))
    await page.goto(`${origin}/`)
    return page
  }

  async function closePage(page: Page): Promise<void> {
    const said = await page
      .locator('#explanation')
      .textContent({ timeout: 1_000 })
      .catch(() => null)
    if (said !== null) farewells.push(said)
    await page.close().catch(() => undefined) // it had crashed
  }

  return {
    context,
    pages,
    strayed,
    pending: () => pending,
    openWindow,
    async quit() {
      const over = once(electronApp, 'quit')
      quit()
      await over
      await Promise.all(closed)
      return farewells
    },
    [Symbol.asyncDispose]: () => browser[Symbol.asyncDispose](),
  }
}

/** Emits an event that listeners may prevent, and tells whether one has. */
function isPrevented(emitter: EventEmitter, name: string): boolean {
  let isSo = false
  emitter.emit(name, { preventDefault: () => (isSo = true) })
  return isSo
}

/** In a page: what the preload does in Electron. */
function putBridge(): void {
  globalThis.paperboat = {
    onAwake: (listener) => addEventListener('main:awake', listener),
    onQuit(listener) {
      const tell = () => standInSay('stopped')
      addEventListener('main:quit', () => void listener().then(tell, tell))
    },
    tellPending: (pending) => void standInSay('pending', pending),
  }
}

async function answer(route: Route, serve: ReturnType<typeof serveApp>): Promise<void> {
  const request = route.request()
  const response = await serve(
    new Request(request.url(), {
      method: request.method(),
      headers: await request.allHeaders(),
      body: request.postData(),
    }),
  )
  if (response.type === 'error') return route.abort('connectionrefused')
  const body = Buffer.from(await response.arrayBuffer())
  // The page may be gone by now.
  await route.fulfill({ status: response.status, headers: Object.fromEntries(response.headers), body }).catch(() => {})
}
