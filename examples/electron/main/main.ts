// Electron's main process: it serves the pages, wakes their outboxes, shows how much waits, and quits when they have stopped.
import { join } from 'node:path'
import { app, BrowserWindow, ipcMain, Menu, net, powerMonitor, protocol, Tray } from 'electron'
import { electronConnectivity } from 'xstate-outbox/electron'
import { channels, origin } from '../bridge.ts'
import { menuLines, pendingLine } from './menu.ts'
import { createPages } from './pages.ts'
import { createRemote } from './remote.ts'
import { isOurs, serveApp } from './serveApp.ts'

const folder = import.meta.dirname
const remote = createRemote()
const pages = createPages({ app, ipcMain })

function openWindow(): void {
  const window = new BrowserWindow({
    width: 520,
    height: 720,
    minWidth: 400,
    show: false,
    webPreferences: {
      preload: join(folder, 'preload.cjs'),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
    },
  })
  pages.add(window)
  window.once('ready-to-show', () => window.show())
  // Pages stay where they are, and open nothing.
  window.webContents.setWindowOpenHandler(() => ({ action: 'deny' }))
  window.webContents.on('will-navigate', (event) => event.preventDefault())
  void window.loadURL(`${origin}/`)
}

/** The menu of app and tray, which says how much waits. */
function createMenu() {
  const tray = new Tray(join(folder, 'tray.png'))
  let pending = 0

  function setReachable(isReachable: boolean): void {
    remote.isReachable = isReachable
    if (isReachable) pages.send(channels.awake)
    show()
  }

  function show(): void {
    const lines = menuLines({ pending, isReachable: remote.isReachable, openWindow, setReachable })
    Menu.setApplicationMenu(Menu.buildFromTemplate([{ label: 'Paperboat', submenu: lines }, { role: 'editMenu' }]))
    tray.setContextMenu(Menu.buildFromTemplate(lines))
    tray.setToolTip(`Paperboat: ${pendingLine(pending)}`)
  }

  ipcMain.on(channels.pending, (_event, count: unknown) => {
    pending = Number(count)
    show()
  })
  show()
}

function start(): void {
  const serve = serveApp(folder, remote)
  // The page's own origin is served here; all else goes its way.
  protocol.handle('https', (request) =>
    isOurs(request.url) ? serve(request) : net.fetch(request, { bypassCustomProtocolHandlers: true }),
  )
  // Every page drains or stands by by itself; none of them hears of the computer's sleep.
  electronConnectivity({ powerMonitor, net }).watch((signal) => {
    if (signal !== 'offline') pages.send(channels.awake)
  })
  createMenu()
  openWindow()
  app.on('activate', () => BrowserWindow.getAllWindows().length === 0 && openWindow())
}

// Two instances would be two browsers on one profile.
if (app.requestSingleInstanceLock()) {
  app.on('second-instance', openWindow)
  app.on('window-all-closed', () => process.platform === 'darwin' || app.quit())
  void app.whenReady().then(start)
} else {
  app.quit()
}
