// Runs sandboxed, before the page, in a world of its own: the page gets three functions and nothing else of Electron.
import { contextBridge, ipcRenderer } from 'electron'
import type { Bridge } from '../bridge.ts'
import { channels } from '../bridge.ts'

const bridge: Bridge = {
  onAwake(listener) {
    ipcRenderer.on(channels.awake, () => listener())
  },
  onQuit(listener) {
    const tell = () => ipcRenderer.send(channels.stopped)
    ipcRenderer.on(channels.quit, () => void listener().then(tell, tell))
  },
  tellPending(pending) {
    ipcRenderer.send(channels.pending, pending)
  },
}

contextBridge.exposeInMainWorld('paperboat', bridge)
