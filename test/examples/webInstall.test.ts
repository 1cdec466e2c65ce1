import type { Page } from 'playwright'
import { beforeAll, describe, expect, it } from 'vitest'
import { budget, excess, weigh } from '../../examples/web/budget.ts'
import type { PageFiles } from '../../examples/web/server/files.ts'
import { whyNoChromium } from '../browser/support/chromium.ts'
import { soon } from './support/soon.ts'
import { printFigures } from '../browser/support/figures.ts'
import { buildNotesPage, setStage } from './support/web.ts'

describe.skipIf(whyNoChromium() !== undefined)('the notes app, installed', () => {
  let files: PageFiles
  beforeAll(async () => {
    files = await buildNotesPage()
  })

  it('is within its budget', () => {
    const weights = weigh(files)
    printFigures('gzipped bytes of the notes app', Object.fromEntries(weights.map((one) => [one.kind, one.gzipped])))
    expect(excess(weights)).toEqual([])
    expect(weights.filter(({ gzipped }) => gzipped === 0)).toEqual([])
  })

  it('can be installed, and asks no other host for anything', async () => {
    await using stage = await setStage(files)
    const page = await stage.browser.context.newPage()
    const asked: string[] = []
    stage.browser.context.on('request', (request) => asked.push(request.url()))
    await page.goto(stage.server.url, { waitUntil: 'networkidle' })
    await page.evaluate(async () => {
      await navigator.serviceWorker.ready
    })
    const session = await page.context().newCDPSession(page)
    const manifest = await session.send('Page.getAppManifest')
    expect(manifest).toMatchObject({ errors: [], url: `${stage.server.url}manifest.webmanifest` })
    const { installabilityErrors } = await session.send('Page.getInstallabilityErrors')
    expect(installabilityErrors).toEqual([])
    expect(asked.filter((url) => !url.startsWith(stage.server.url))).toEqual([])
    const ofPage = new Set(asked.filter((url) => !/\/(api|demo)\//.test(url)))
    expect(ofPage.size).toBeLessThanOrEqual(budget.requests)
  })

  it('sends what is left when every page is closed, under the token of whoever wrote it', async () => {
    await using stage = await setStage(files)
    const control = await stage.browser.context.newPage()
    await control.goto(`${stage.server.url}icon.svg`)
    const registrationId = registrationOn(control, stage.server.url)
    const ann = await stage.openAs('Ann')
    await stage.server.close()
    await ann.write('left behind', 'and this')
    await ann.sees('left behind', 'Trying again')
    await ann.page.close()
    await stage.server.reopen()
    const { session, id } = await registrationId
    const sync = () =>
      session.send('ServiceWorker.dispatchSyncEvent', {
        origin: new URL(stage.server.url).origin,
        registrationId: id,
        tag: 'paperboat/ann',
        lastChance: false,
      })
    // A browser delays a sync event that comes while the last one is ending.
    await soon(async () => {
      await sync()
      return stage.server.library.books('ann').notes.map(({ text }) => text)
    }).toEqual(['left behind', 'and this'])
    expect(stage.server.library.repeated()).toBe(0)
  })
})

/** A session that may send sync events, and the worker's registration once it is there. */
async function registrationOn(page: Page, url: string) {
  const session = await page.context().newCDPSession(page)
  const found = new Promise<string>((resolve) => {
    session.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      const ours = registrations.find(({ scopeURL, isDeleted }) => scopeURL === url && !isDeleted)
      if (ours !== undefined) resolve(ours.registrationId)
    })
  })
  await session.send('ServiceWorker.enable')
  return { session, id: await found }
}
