import type { CDPSession, Page } from 'playwright'
import { beforeAll, describe, expect, it } from 'vitest'
import { makeProfile, startBrowser } from './support/browser.ts'
import type { RealBrowser } from './support/browser.ts'
import { whyNoChromium } from './support/chromium.ts'
import { fateOf, printFigures } from './support/figures.ts'
import type { Bundle, Site } from './support/site.ts'
import { bundlePage, startSite } from './support/site.ts'
import { bundleScripts } from './support/workerBundle.ts'

const tag = 'xstate-outbox'

describe.skipIf(whyNoChromium() !== undefined)('a service worker in Chromium', () => {
  let bundle: Bundle
  beforeAll(async () => {
    bundle = new Map([
      ...(await bundlePage()),
      ...(await bundleScripts('worker')),
      ['/blank', '// not a page of the app'],
    ])
  })

  /** A browser in which a page has enqueued so many changes offline, installed the worker, and been closed. */
  async function prepare(browser: RealBrowser, site: Site, count: number) {
    const control = await browser.context.newPage()
    const session = await browser.context.newCDPSession(control)
    const registration = new Promise<string>((resolve) => {
      session.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
        const found = registrations.find(({ scopeURL, isDeleted }) => scopeURL === `${site.url}/` && !isDeleted)
        if (found !== undefined) resolve(found.registrationId)
      })
    })
    await control.goto(`${site.url}/blank`)
    await session.send('ServiceWorker.enable')
    const page = await browser.open(site.url)
    const { kept } = await page.evaluate(async (many) => {
      await navigator.serviceWorker.register('/worker.js')
      await navigator.serviceWorker.ready
      tab.start({ offline: true })
      return tab.enqueue('page', 0, many)
    }, count)
    await page.close()
    expect(site.pushes).toEqual([])
    return { kept, session, registrationId: await registration }
  }

  const sync = (session: CDPSession, site: Site, registrationId: string) =>
    session.send('ServiceWorker.dispatchSyncEvent', { origin: site.url, registrationId, tag, lastChance: false })

  it('pushes what is left when every page is gone', async () => {
    await using site = await startSite(bundle)
    await using profile = await makeProfile()
    await using browser = await startBrowser(profile)
    const { kept, session, registrationId } = await prepare(browser, site, 30)
    await sync(session, site, registrationId)
    await site.received(30)
    const fate = fateOf(kept, site.pushes)
    printFigures('no page, one sync event', fate)
    expect(fate).toEqual({ lost: 0, repeated: 0, outOfOrder: 0 })
    expect(site.pushes).toMatchObject(Array.from({ length: 30 }, () => ({ by: 'worker' })))
  })

  it('goes on at the next sync event after it was killed in the middle of a push', async () => {
    let isHanging = true
    await using site = await startSite(bundle, (push) =>
      isHanging && push.number === 5 ? { hang: 'beforeHeaders' } : {},
    )
    await using profile = await makeProfile()
    await using browser = await startBrowser(profile)
    const { kept, session, registrationId } = await prepare(browser, site, 12)
    await sync(session, site, registrationId)
    await site.received(6)
    await session.send('ServiceWorker.stopAllWorkers')
    isHanging = false
    await sync(session, site, registrationId)
    await site.received(13)
    const fate = fateOf(kept, site.pushes)
    printFigures('worker killed in the middle of a push', fate)
    expect(fate).toEqual({ lost: 0, repeated: 1, outOfOrder: 0 })
  })

  it('leaves what a broken server refuses for the next sync event', async () => {
    let isDown = true
    await using site = await startSite(bundle, () => (isDown ? { status: 503 } : {}))
    await using profile = await makeProfile()
    await using browser = await startBrowser(profile)
    const { kept, session, registrationId } = await prepare(browser, site, 10)
    await sync(session, site, registrationId)
    await site.received(1)
    isDown = false
    const before = site.pushes.length
    await untilWorking(
      () => sync(session, site, registrationId),
      () => site.pushes.length >= before + 10,
    )
    const fate = fateOf(kept, site.pushes.slice(before))
    printFigures('server down, then up', { ...fate, refused: before })
    expect(fate).toEqual({ lost: 0, repeated: 0, outOfOrder: 0 })
  })

  it('and a page that is opened during its drain never both push', async () => {
    await using site = await startSite(bundle, () => ({ after: new Promise((resolve) => setTimeout(resolve, 20)) }))
    await using profile = await makeProfile()
    await using browser = await startBrowser(profile)
    const { kept, session, registrationId } = await prepare(browser, site, 40)
    await sync(session, site, registrationId)
    await site.received(5)
    const page: Page = await browser.open(site.url)
    await page.evaluate(() => {
      tab.start()
      return tab.enqueue('late page', 0, 10)
    })
    await site.received(50)
    await page.evaluate(() => tab.empty())
    const fate = fateOf(kept, site.pushes)
    printFigures('page opened during the drain', fate)
    expect(fate).toEqual({ lost: 0, repeated: 0, outOfOrder: 0 })
    expect(site.pushes).toHaveLength(50)
  })
})

/** Does something again and again until it has worked: a browser delays a sync event that comes while the last one is ending. */
async function untilWorking(act: () => Promise<unknown>, hasWorked: () => boolean): Promise<void> {
  while (!hasWorked()) {
    await act()
    for (let turn = 0; turn < 50 && !hasWorked(); turn += 1) await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
