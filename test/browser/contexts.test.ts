import { beforeAll, describe, expect, it } from 'vitest'
import { makeProfile, startBrowser } from './support/browser.ts'
import { whyNoChromium } from './support/chromium.ts'
import { fateOf, printFigures } from './support/figures.ts'
import type { Bundle } from './support/site.ts'
import { bundlePage, startSite } from './support/site.ts'
import { bundleScripts } from './support/workerBundle.ts'

describe.skipIf(whyNoChromium() !== undefined)('other contexts of an origin in Chromium', () => {
  let bundle: Bundle
  beforeAll(async () => {
    bundle = new Map([...(await bundlePage()), ...(await bundleScripts('worker', 'closing', 'dedicated'))])
  })

  it('a dedicated worker and its page drain one outbox: each entry once, in order', async () => {
    await using site = await startSite(bundle)
    await using profile = await makeProfile()
    await using browser = await startBrowser(profile)
    const page = await browser.open(site.url)
    const kept = await page.evaluate(async () => {
      tab.start()
      const ofWorker = new Promise<readonly string[]>((resolve) => {
        new Worker('/dedicated.js').addEventListener('message', ({ data }) => resolve(data as readonly string[]))
      })
      const ofPage = await tab.enqueue('page', 0, 20)
      const ids = [...ofPage.kept, ...(await ofWorker)]
      await tab.empty()
      return ids
    })
    const fate = fateOf(kept, site.pushes)
    printFigures('page and dedicated worker', fate)
    expect(kept).toHaveLength(40)
    expect(fate).toEqual({ lost: 0, repeated: 0, outOfOrder: 0 })
  })

  it('a page asks for a sync event whenever it has enqueued', async () => {
    await using site = await startSite(bundle)
    await using profile = await makeProfile()
    await using browser = await startBrowser(profile)
    const page = await browser.open(site.url)
    await page.addScriptTag({ url: '/closing.js' })
    await page.evaluate(async () => {
      await navigator.serviceWorker.register('/worker.js')
      await navigator.serviceWorker.ready
    })
    // So that the event stays registered instead of being fired at once.
    await browser.context.setOffline(true)
    expect(await page.evaluate(() => closing.enqueueAndRegister())).toEqual(['my tag'])
  })

  it('a page learns whether its data may be evicted, and how much room there is', async () => {
    await using site = await startSite(bundle)
    await using profile = await makeProfile()
    await using browser = await startBrowser(profile)
    const page = await browser.open(site.url)
    await page.addScriptTag({ url: '/closing.js' })
    const refused = await page.evaluate(() => closing.requestPersistence())
    expect(refused).toMatchObject({ persisted: false, reason: 'the browser, or the user, said no' })
    expect(refused.quotaBytes).toBeGreaterThan(1_000_000)
    const session = await browser.context.newCDPSession(page)
    await session.send('Browser.setPermission', {
      permission: { name: 'persistent-storage' },
      setting: 'granted',
      origin: site.url,
    })
    expect(await page.evaluate(() => closing.requestPersistence())).toMatchObject({ persisted: true })
  })
})
