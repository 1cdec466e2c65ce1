import type { Request } from 'playwright'
import { beforeAll, describe, expect, it } from 'vitest'
import type { PageFiles } from '../../examples/web/server/files.ts'
import { crash } from '../browser/support/browser.ts'
import { whyNoChromium } from '../browser/support/chromium.ts'
import { createGate } from './support/gate.ts'
import { soon } from './support/soon.ts'
import { visitorOf } from './support/visitor.ts'
import type { Stage } from './support/web.ts'
import { buildNotesPage, setStage } from './support/web.ts'

describe.skipIf(whyNoChromium() !== undefined)('the notes app in Chromium', () => {
  let files: PageFiles
  beforeAll(async () => {
    files = await buildNotesPage()
  })

  it('opens without a server after the first visit, keeps what is written over a reload, and sends it later', async () => {
    await using stage = await setStage(files)
    const ann = await stage.openAs('Ann')
    await stage.server.close()
    await ann.write('milk', 'bread')
    await ann.page.reload()
    await ann.sees('milk', 'Trying again')
    await ann.sees('bread', 'Waiting')
    await stage.server.reopen()
    await ann.tryNow()
    await ann.reads('Everything is saved')
    await ann.sees('bread', 'Synced')
    expect(textsOf(stage)).toEqual(['milk', 'bread'])
    expect(stage.server.library.repeated()).toBe(0)
  })

  it('loses nothing, keeps the order of each note, and makes no change twice, whatever crashes', async () => {
    await using stage = await setStage(files)
    const first = await stage.openAs('Ann')
    await stage.browser.context.setOffline(true)
    await first.reads('You are offline')
    const second = visitorOf(await stage.open())
    await first.write('a1')
    await second.write('b1')
    await first.edit('a1', 'a2')
    await second.edit('b1', 'b2')
    await first.edit('a2', 'a3')
    await second.edit('b2', 'b3')
    await first.page.reload()
    await first.press('Write ten notes at once')
    await first.page.getByText('Note 10 of ten', { exact: true }).waitFor()

    stage.server.switchboard.set({ trouble: 'slow' })
    await stage.browser.context.setOffline(false)
    stage.gate.letPass(3)
    const arrived = () => stage.server.library.taken.length + stage.server.library.repeated()
    await soon(arrived).toBe(3)
    await crash(first.page)
    stage.gate.letPass(4)
    await soon(arrived).toBe(7)
    await stage.restartBrowser()
    stage.gate.open()

    const again = visitorOf(await stage.open())
    await again.reads('Everything is saved')
    const taken = [...stage.takenByNote().values()]
    expect(taken).toContainEqual(['a1', 'a2', 'a3'])
    expect(taken).toContainEqual(['b1', 'b2', 'b3'])
    expect(taken).toHaveLength(12)
    expect(stage.server.library.taken).toHaveLength(16)
    // A crash may repeat the one change that was under way.
    expect(stage.server.library.repeated()).toBeLessThanOrEqual(2)
    expect((await again.texts()).toSorted()).toEqual(textsOf(stage).toSorted())
  })

  it('shows of each change whether it waits, is under way, is tried again, or has arrived', async () => {
    await using stage = await setStage(files)
    const ann = await stage.openAs('Ann')
    await ann.switchTo('Down')
    await ann.write('first', 'second')
    await ann.sees('first', 'Trying again')
    await ann.sees('second', 'Waiting')
    await ann.page
      .getByText(/^The first entry is tried again in \d+ s: no answer from \S+ .*; 2 entries wait\.$/)
      .waitFor()
    await ann.switchTo('Slow')
    await ann.tryNow()
    await ann.sees('first', 'Sending')
    await ann.sees('second', 'Waiting')
    stage.gate.letPass(1)
    await ann.sees('first', 'Synced')
    await ann.sees('second', 'Sending')
    stage.gate.letPass(1)
    await ann.sees('second', 'Synced')
  })

  it('keeps a switch of the server as it was set when an answer asked for before comes late', async () => {
    await using stage = await setStage(files)
    const ann = await stage.openAs('Ann')
    const late = createGate()
    let asked: Request | undefined
    let answered: string | undefined
    await ann.page.route('**/demo/state', async (route) => {
      if (route.request().method() !== 'GET' || asked !== undefined) return route.continue()
      asked = route.request()
      const response = await route.fetch()
      answered = await response.text()
      await late.pass()
      return route.fulfill({ response })
    })
    await ann.write('milk') // the outbox moves, so the page asks
    await soon(() => answered).toContain('none')
    await ann.sees('milk', 'Synced')
    await ann.switchTo('Down')
    await soon(() => stage.server.switchboard.trouble).toBe('down')
    late.open()
    expect(await (await asked?.response())?.finished()).toBeNull()
    await ann.page.waitForTimeout(100)
    expect(await ann.page.getByRole('radio', { name: 'Down' }).isChecked()).toBe(true)
  })

  it('knows a notebook that was begun offline by the server’s name for it, and its notes with it', async () => {
    await using stage = await setStage(files)
    const ann = await stage.openAs('Ann')
    await stage.browser.context.setOffline(true)
    await ann.reads('You are offline')
    await ann.addNotebook('Harbour')
    await ann.chooseNotebook('Harbour')
    await ann.write('low water at six')
    const field = ann.page.getByRole('textbox', { name: 'New note', exact: true })
    await field.fill('high water at noon')
    await stage.browser.context.setOffline(false)
    await ann.reads('Everything is saved')
    expect(await field.inputValue()).toBe('high water at noon')
    await ann.press('Keep note')
    await ann.sees('high water at noon', 'Synced')
    const { notebooks, notes } = stage.server.library.books('ann')
    const harbour = notebooks.find(({ name }) => name === 'Harbour')
    expect(harbour?.id).toMatch(/^notebook-/)
    expect(notes.map(({ notebookId }) => notebookId)).toEqual([harbour?.id, harbour?.id])
    expect(await ann.texts()).toEqual(['high water at noon', 'low water at six'])
  })

  it('shows in a second tab what the first has written, and where it stands', async () => {
    await using stage = await setStage(files)
    const first = await stage.openAs('Ann')
    const second = visitorOf(await stage.open())
    await second.reads('Everything is saved')
    await stage.browser.context.setOffline(true)
    await second.reads('You are offline')
    await first.write('from the first')
    await second.sees('from the first', 'Waiting')
    await second.write('from the second')
    await stage.browser.context.setOffline(false)
    await second.sees('from the second', 'Synced')
    expect(await second.texts()).toEqual(['from the second', 'from the first'])
    await first.sees('from the second', 'Synced')
    expect(await first.texts()).toEqual(['from the second', 'from the first'])
  })

  it('lays what waits over what has been fetched since', async () => {
    await using stage = await setStage(files)
    const ann = await stage.openAs('Ann')
    await ann.write('mine')
    await ann.sees('mine', 'Synced')
    await ann.switchTo('Slow')
    await ann.edit('mine', 'mine, edited')
    await ann.sees('mine, edited', 'Sending')
    const elsewhere = { noteId: 'elsewhere', notebookId: 'journal', text: 'of another device', writtenAt: 0 }
    stage.server.library.take('ann', 'key of another device', { kind: 'saveNote', ...elsewhere })
    await ann.page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
    await ann.sees('of another device', 'Synced')
    expect(await ann.texts()).toEqual(['mine, edited', 'of another device'])
    stage.gate.open()
    await ann.sees('mine, edited', 'Synced')
    expect(await ann.texts()).toEqual(['mine, edited', 'of another device'])
  })

  it('is answered as before when a change comes again because its answer was lost', async () => {
    await using stage = await setStage(files)
    const ann = await stage.openAs('Ann')
    await ann.switchTo('Mute')
    await ann.write('coffee once')
    await ann.reads('Waiting for the server')
    // A change that has been taken is not refused when it comes again.
    await ann.refuseCoffee(true)
    await ann.switchTo('Works')
    await ann.reads('Everything is saved')
    expect(stage.server.library.repeated()).toBeGreaterThan(0)
    expect(textsOf(stage)).toEqual(['coffee once'])
    expect(stage.server.library.taken).toHaveLength(1)
  })
})

function textsOf({ server }: Stage): readonly string[] {
  return server.library.books('ann').notes.map(({ text }) => text)
}
