import type { Page } from 'playwright'
import { beforeAll, describe, expect, it } from 'vitest'
import { makeProfile, startBrowser } from './support/browser.ts'
import { whyNoChromium } from './support/chromium.ts'
import { fateOf, median, printFigures } from './support/figures.ts'
import type { Bundle, Site } from './support/site.ts'
import { bundlePage, startSite } from './support/site.ts'

describe.skipIf(whyNoChromium() !== undefined)('the connection of a page in Chromium', () => {
  let bundle: Bundle
  beforeAll(async () => {
    bundle = await bundlePage()
  })

  /** Lets a page wait in a backoff that has seconds to go, since the server is broken; then mends the server. */
  async function waitInBackoff(page: Page, server: { isDown: boolean }): Promise<void> {
    server.isDown = true
    await page.evaluate(async () => {
      await tab.enqueue('page', tab.events.filter(({ type }) => type === 'enqueued').length, 1)
      const tries = () => tab.events.filter(({ type }) => type === 'retryScheduled').length
      const before = tries()
      while (tries() < before + 2 || tab.outbox.status().state !== 'backoff') {
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    })
    server.isDown = false
  }

  /** How long after something happened the next push came, ms. */
  async function msToPush(site: Site, happen: () => Promise<unknown>): Promise<number> {
    const before = site.pushes.length
    const atMs = performance.now()
    await happen()
    await site.received(before + 1)
    return Math.round((site.pushes[before]?.atMs ?? NaN) - atMs)
  }

  async function onlineAgain(page: Page): Promise<void> {
    await page.context().setOffline(true)
    await page.waitForFunction(() => !navigator.onLine)
    await page.context().setOffline(false)
  }

  // A headless page is never hidden, so Chromium neither freezes nor caches it: these events are dispatched by hand.
  async function seenAgain(page: Page): Promise<void> {
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
  }

  async function shownAgain(page: Page): Promise<void> {
    await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })))
  }

  async function thawed(page: Page): Promise<void> {
    await page.evaluate(() => document.dispatchEvent(new Event('resume')))
  }

  it.each([
    ['comes back online', onlineAgain],
    ['is looked at again', seenAgain],
    ['is shown again from the back-forward cache', shownAgain],
    ['is unfrozen', thawed],
  ])('cuts a backoff short as soon as the page %s', async (what, happen) => {
    const server = { isDown: false }
    await using site = await startSite(bundle, () => (server.isDown ? { status: 503 } : {}))
    await using profile = await makeProfile()
    await using browser = await startBrowser(profile)
    const page = await browser.open(site.url)
    await page.evaluate(() => tab.start())
    const tookMs: number[] = []
    for (let round = 0; round < 3; round += 1) {
      await waitInBackoff(page, server)
      tookMs.push(await msToPush(site, () => happen(page)))
      await page.evaluate(() => tab.empty())
    }
    printFigures(`page ${what}, ms to the request`, { median: median(tookMs), all: tookMs.join(' ') })
    // The backoff had about two seconds to go.
    expect(median(tookMs)).toBeLessThan(1_000)
  })

  it('pushes within 61 s although navigator.onLine says offline: the platform may be wrong', async () => {
    await using site = await startSite(bundle)
    await using profile = await makeProfile()
    await using browser = await startBrowser(profile)
    const page = await browser.context.newPage()
    await page.clock.install()
    await page.addInitScript(() => Object.defineProperty(Navigator.prototype, 'onLine', { get: () => false }))
    await page.goto(site.url)
    await page.waitForFunction(() => 'tab' in globalThis)
    const { kept } = await page.evaluate(() => {
      tab.start()
      return tab.enqueue('page', 0, 3)
    })
    expect(await page.evaluate(() => tab.outbox.status().reason)).toBe('offline')
    await page.clock.fastForward(58_000)
    expect(site.pushes).toEqual([])
    await page.clock.fastForward(3_000)
    await site.received(3)
    const fate = fateOf(kept, site.pushes)
    printFigures('onLine false on a working network, 61 simulated seconds', fate)
    expect(fate).toEqual({ lost: 0, repeated: 0, outOfOrder: 0 })
  })

  it('pushes what was due within a second of waking from two hours of sleep, without any event', async () => {
    const away = { status: 503, headers: { 'retry-after': '3600' } }
    await using site = await startSite(bundle, (_, { ofKey }) => (ofKey === 0 ? away : {}))
    await using profile = await makeProfile()
    await using browser = await startBrowser(profile)
    const page = await browser.context.newPage()
    await page.clock.install()
    await page.goto(site.url)
    await page.waitForFunction(() => 'tab' in globalThis)
    await page.evaluate(async () => {
      tab.start()
      await tab.enqueue('page', 0, 1)
      await tab.heard('retryScheduled')
    })
    await page.clock.fastForward('00:50:00')
    expect(site.pushes).toHaveLength(1)
    // As a lid that is closed and opened: the clock has gone on, timers that were due run once.
    const tookMs = await msToPush(site, () => page.clock.fastForward('02:00:00'))
    printFigures('two hours of sleep, ms from waking to the request', { tookMs })
    expect(tookMs).toBeLessThan(1_000)
  })

  it('counts a failure that was answered, also while the platform says offline', async () => {
    await using site = await startSite(bundle, () => ({ status: 503 }))
    await using profile = await makeProfile()
    await using browser = await startBrowser(profile)
    const page = await browser.context.newPage()
    await page.addInitScript(() => Object.defineProperty(Navigator.prototype, 'onLine', { get: () => false }))
    await page.goto(site.url)
    await page.waitForFunction(() => 'tab' in globalThis)
    const letters = await page.evaluate(async () => {
      tab.start({ maxAttempts: 1 })
      await tab.enqueue('page', 0, 1)
      tab.outbox.actor.send({ type: 'online' })
      await tab.heard('dropped')
      return tab.outbox.deadLetters.list()
    })
    expect(letters).toMatchObject([{ code: 'exhausted', entry: { attempts: 1, misses: 0 } }])
  })

  it('spends no attempt while it is offline', async () => {
    await using site = await startSite(bundle)
    await using profile = await makeProfile()
    await using browser = await startBrowser(profile)
    const page = await browser.open(site.url)
    await page.evaluate(() => tab.start({ maxAttempts: 1 }))
    await browser.context.setOffline(true)
    await page.waitForFunction(() => !navigator.onLine)
    await page.evaluate(async () => {
      await tab.enqueue('page', 0, 1)
      // The outbox rests; somebody tells it wrongly that it is online, and it meets no answer.
      tab.outbox.actor.send({ type: 'online' })
      await tab.heard('retryScheduled')
    })
    expect(await page.evaluate(() => tab.outbox.list())).toMatchObject([{ attempts: 0, misses: 1 }])
    await browser.context.setOffline(false)
    await site.received(1)
    await page.evaluate(() => tab.empty())
    expect(await page.evaluate(() => tab.outbox.status().dead)).toBe(0)
  })
})
