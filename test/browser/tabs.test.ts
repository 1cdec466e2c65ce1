import type { Page } from 'playwright'
import { beforeAll, describe, expect, it } from 'vitest'
import { makeProfile, startBrowser } from './support/browser.ts'
import { whyNoChromium } from './support/chromium.ts'
import { fateOf, printFigures } from './support/figures.ts'
import type { Bundle } from './support/site.ts'
import { bundlePage, startSite } from './support/site.ts'

const unharmed = { lost: 0, repeated: 0, outOfOrder: 0 }

describe.skipIf(whyNoChromium() !== undefined)('tabs of one origin in Chromium', () => {
  let bundle: Bundle
  beforeAll(async () => {
    bundle = await bundlePage()
  })

  it('drain 200 entries that two tabs enqueue meanwhile: each once, in order', async () => {
    await using site = await startSite(bundle)
    await using profile = await makeProfile()
    await using browser = await startBrowser(profile)
    const tabs = await Promise.all([browser.open(site.url), browser.open(site.url)])
    await Promise.all(tabs.map((page) => page.evaluate(() => tab.start())))
    const kept = await Promise.all(tabs.map((page, index) => enqueueInBursts(page, `tab ${index}`)))
    await Promise.all(tabs.map((page) => page.evaluate(() => tab.empty())))
    const fate = fateOf(kept.flat(), site.pushes)
    printFigures('two tabs enqueue and drain 200', fate)
    expect(fate).toEqual(unharmed)
    expect(kept.flat()).toHaveLength(200)
  })

  it('drain a backlog of 200 between them: each once, in order', async () => {
    await using site = await startSite(bundle)
    await using profile = await makeProfile()
    await using browser = await startBrowser(profile)
    const first = await browser.open(site.url)
    const { kept } = await first.evaluate(() => {
      tab.start({ offline: true })
      return tab.enqueue('first', 0, 200)
    })
    await first.close()
    expect(site.pushes).toEqual([])
    const tabs = await Promise.all([browser.open(site.url), browser.open(site.url)])
    await Promise.all(tabs.map((page) => page.evaluate(() => tab.start())))
    await Promise.all(tabs.map((page) => page.evaluate(() => tab.empty())))
    const fate = fateOf(kept, site.pushes)
    printFigures('backlog of 200, two tabs', fate)
    expect(fate).toEqual(unharmed)
    expect(kept).toHaveLength(200)
  })

  it('lose nothing that both enqueued offline before they were closed: one that is opened again pushes it in order', async () => {
    await using site = await startSite(bundle)
    await using profile = await makeProfile()
    await using browser = await startBrowser(profile)
    const tabs = await Promise.all([browser.open(site.url), browser.open(site.url)])
    await Promise.all(
      tabs.map((page) =>
        page.evaluate(async () => {
          tab.start()
          // The code of the store is a file of its own, which has to be here before the network goes.
          await tab.outbox.size()
        }),
      ),
    )
    await browser.context.setOffline(true)
    await Promise.all(tabs.map((page) => page.waitForFunction(() => !navigator.onLine)))
    const kept = await Promise.all(tabs.map((page, index) => enqueueInBursts(page, `tab ${index}`)))
    await Promise.all(tabs.map((page) => page.close()))
    expect(site.pushes).toEqual([])
    await browser.context.setOffline(false)
    const again = await browser.open(site.url)
    await again.evaluate(() => {
      tab.start()
      return tab.empty()
    })
    const fate = fateOf(kept.flat(), site.pushes)
    printFigures('both enqueue offline, close, reopen one', fate)
    expect(fate).toEqual(unharmed)
    expect(kept.flat()).toHaveLength(200)
  })
})

/** A hundred changes, ten at a time, each ten after the ones before are durable. */
async function enqueueInBursts(page: Page, name: string): Promise<readonly string[]> {
  return page.evaluate(async (from) => {
    const kept: string[] = []
    for (let burst = 0; burst < 10; burst += 1) {
      const enqueued = await tab.enqueue(from, burst * 10, 10)
      kept.push(...enqueued.kept)
    }
    return kept
  }, name)
}
