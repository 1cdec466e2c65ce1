import { EventEmitter } from 'node:events'
import type { Page } from 'playwright'
import { afterAll, describe, expect, it } from 'vitest'
import { channels } from '../../examples/electron/bridge.ts'
import { menuLines, pendingLine } from '../../examples/electron/main/menu.ts'
import { createRemote } from '../../examples/electron/main/remote.ts'
import { electronConnectivity } from '../../src/electron.ts'
import { crash } from '../browser/support/browser.ts'
import { whyNoChromium } from '../browser/support/chromium.ts'
import { soon } from './support/soon.ts'
import { objectionsTo } from './support/axe.ts'
import type { StandIn } from './support/electronStandIn.ts'
import { buildApp, makeUserData, startStandIn } from './support/electronStandIn.ts'

const isMissing = whyNoChromium() !== undefined
const app = isMissing ? { folder: '' } : await buildApp()
afterAll(async () => {
  if (Symbol.asyncDispose in app) await app[Symbol.asyncDispose]()
})

const never = new Promise<void>(() => {})

describe.skipIf(isMissing)('the Electron app, with its pages in Chromium and a stand-in for its bridge', () => {
  it('has one drainer for two windows, and both show what waits and what was sent', async () => {
    let latency = never
    const remote = createRemote(() => latency)
    await using userData = await makeUserData()
    await using standIn = await startStandIn(app, userData, remote)
    const first = await standIn.openWindow()
    await write(first, 'one', 'two')
    await reads(first, 'Sending')
    const second = await standIn.openWindow()
    await write(second, 'three')
    await reads(second, 'Another window is sending')
    await soon(() => standIn.pending()).toBe(3)
    expect(remote.notes.map(({ text }) => text)).toEqual(['one'])
    expect(remote.repeated()).toBe(0)
    latency = Promise.resolve()
    // The answer that never comes goes with the window that waits for it; the other window takes over.
    await crash(first)
    await reads(second, 'Everything is saved')
    expect(remote.notes.map(({ text }) => text)).toEqual(['one', 'two', 'three'])
    expect(remote.repeated()).toBe(1)
    await soon(() => marksOf(second)).toEqual(['three Synced', 'two Synced', 'one Synced'])
    await soon(() => standIn.pending()).toBe(0)
    expect(standIn.strayed).toEqual([])
  })

  it('quits when its outboxes have stopped, also in the middle of a push, and goes on at the next start', async () => {
    let latency = never
    const remote = createRemote(() => latency)
    await using userData = await makeUserData()
    {
      await using standIn = await startStandIn(app, userData, remote)
      const page = await standIn.openWindow()
      await write(page, 'one', 'two')
      await reads(page, 'Sending')
      const other = await standIn.openWindow()
      await reads(other, 'Another window is sending')
      expect(await standIn.quit()).toEqual(Array(2).fill('Stopped; 2 entries wait in the store.'))
    }
    latency = Promise.resolve()
    await using standIn = await startStandIn(app, userData, remote)
    await reads(await standIn.openWindow(), 'Everything is saved')
    expect(remote.notes.map(({ text }) => text)).toEqual(['one', 'two'])
    // The other window may have taken over before it was told to stop.
    expect([1, 2]).toContain(remote.repeated())
  })

  it('quits when nothing waits, and does not wait for pages that have crashed', async () => {
    await using userData = await makeUserData()
    await using standIn = await startStandIn(app, userData, createRemote(), 2 ** 31 - 1)
    await reads(await standIn.openWindow(), 'Everything is saved')
    await crash(await standIn.openWindow())
    const deaf = await standIn.openWindow()
    await deafen(deaf)
    const quitting = standIn.quit()
    await crash(deaf)
    expect(await quitting).toEqual(['Stopped; 0 entries wait in the store.'])
  })

  it('does not wait for ever for a page that never answers', async () => {
    await using userData = await makeUserData()
    await using standIn = await startStandIn(app, userData, createRemote(), 200)
    await deafen(await standIn.openWindow())
    expect(await standIn.quit()).toHaveLength(1)
  })

  it('wakes with the computer: a wait that stands still ends when Electron says that it is back', async () => {
    const remote = createRemote()
    const powerMonitor = new EventEmitter()
    await using userData = await makeUserData()
    await using standIn = await startStandIn(app, userData, remote)
    const connectivity = electronConnectivity({ powerMonitor, net: { isOnline: () => true } })
    const end = connectivity.watch((signal) => {
      if (signal !== 'offline') standIn.pages.send(channels.awake)
    })
    remote.isReachable = false
    const page = await standIn.openWindow({ hasClock: true })
    await write(page, 'asleep')
    await reads(page, 'Waiting for the server')
    // No timer of the page runs from now on, as in sleep.
    await page.clock.pauseAt(Date.now() + 60_000)
    await reads(page, 'Waiting for the server')
    remote.isReachable = true
    powerMonitor.emit('resume')
    await reads(page, 'Everything is saved')
    expect(remote.notes.map(({ text }) => text)).toEqual(['asleep'])
    end()
  })

  it('has nothing that axe objects to, light and dark, from 400 pixels on', async () => {
    const remote = createRemote()
    await using userData = await makeUserData()
    await using standIn = await startStandIn(app, userData, remote)
    const page = await standIn.openWindow()
    await reads(page, 'Everything is saved')
    await inspect(standIn, page)
    await write(page, 'sent')
    remote.isReachable = false
    await write(page, 'a note that waits')
    await reads(page, 'Waiting for the server')
    await inspect(standIn, page)
  })
})

describe('the menu of the Electron app', () => {
  it('says in a line how many notes wait', () => {
    expect([0, 1, 2].map(pendingLine)).toEqual(['Everything is sent', '1 note waits', '2 notes wait'])
    const set: boolean[] = []
    const lines = menuLines({ pending: 2, isReachable: true, openWindow() {}, setReachable: (to) => set.push(to) })
    expect(lines[0]).toEqual({ label: '2 notes wait', enabled: false })
    lines.find(({ type }) => type === 'checkbox')?.click?.()
    expect(set).toEqual([false])
  })
})

/** Cuts what a page has to say to the main process. */
async function deafen(page: Page): Promise<void> {
  await page.evaluate(() => {
    globalThis.standInSay = () => Promise.resolve()
  })
}

async function inspect({ context }: StandIn, page: Page): Promise<void> {
  expect(context.pages()).toContain(page)
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await page.setViewportSize({ width: 400, height: 700 })
    expect(await objectionsTo(page)).toEqual([])
  }
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(400)
}

async function write(page: Page, ...texts: readonly string[]): Promise<void> {
  await page.bringToFront()
  for (const text of texts) {
    await page.getByRole('textbox', { name: 'New note' }).fill(text)
    await page.getByRole('button', { name: 'Keep note' }).click()
    await page.getByRole('listitem').filter({ hasText: text }).waitFor()
  }
}

const reads = (page: Page, headline: string) => page.getByRole('status').getByText(headline, { exact: true }).waitFor()

/** Each note in view with the word on its mark, newest first. */
async function marksOf(page: Page): Promise<readonly string[]> {
  const notes = await page.getByRole('listitem').all()
  return Promise.all(notes.map(async (note) => (await note.innerText()).replaceAll(/\s+/g, ' ')))
}
