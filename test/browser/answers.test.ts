import { beforeAll, describe, expect, it } from 'vitest'
import { makeProfile, startBrowser } from './support/browser.ts'
import { whyNoChromium } from './support/chromium.ts'
import { fateOf, printFigures } from './support/figures.ts'
import type { Bundle } from './support/site.ts'
import { bundlePage, startSite } from './support/site.ts'

describe.skipIf(whyNoChromium() !== undefined)('what a server answers to Chromium', () => {
  let bundle: Bundle
  beforeAll(async () => {
    bundle = await bundlePage()
  })

  it.concurrent('waits as long as each of five 503 asks for with Retry-After', async () => {
    const askedMs = 2_000
    await using site = await startSite(bundle, (_, { all }) =>
      all < 5 ? { status: 503, headers: { 'retry-after': String(askedMs / 1_000) } } : {},
    )
    await using profile = await makeProfile()
    await using browser = await startBrowser(profile)
    const page = await browser.open(site.url)
    const { kept } = await page.evaluate(() => {
      tab.start()
      return tab.enqueue('first', 0, 3)
    })
    await page.evaluate(() => tab.empty())
    const waitsMs = site.pushes
      .slice(1, 6)
      .map(({ atMs }, index) => Math.round(atMs - (site.pushes[index]?.atMs ?? NaN)))
    printFigures('503 five times with Retry-After: 2', { ...fateOf(kept, site.pushes), waitsMs: waitsMs.join(' ') })
    expect(fateOf(kept, site.pushes)).toEqual({ lost: 0, repeated: 5, outOfOrder: 0 })
    expect(site.pushes.slice(0, 6).map(({ number }) => number)).toEqual([0, 0, 0, 0, 0, 0])
    // The timer runs from when the page has the answer, a little after the server has sent it.
    for (const waitMs of waitsMs) expect(waitMs).toBeGreaterThanOrEqual(askedMs)
  })

  it.concurrent('moves an entry that is refused with 400 to the dead letters, pushes the rest, and pushes it when it is requeued', async () => {
    let isFixed = false
    await using site = await startSite(bundle, ({ number }) => (number === 5 && !isFixed ? { status: 400 } : {}))
    await using profile = await makeProfile()
    await using browser = await startBrowser(profile)
    const page = await browser.open(site.url)
    const { kept } = await page.evaluate(() => {
      tab.start()
      return tab.enqueue('first', 0, 10)
    })
    await page.evaluate(() => tab.empty())
    const dead = await page.evaluate(() => tab.outbox.deadLetters.list())
    const fate = fateOf(kept, site.pushes)
    isFixed = true
    await page.evaluate(async () => {
      await tab.outbox.deadLetters.requeueAll()
      await tab.empty()
    })
    const { missing, dead: left } = await page.evaluate(() => tab.outbox.verify())
    printFigures('one 400 among 10', { ...fate, dead: dead.length, afterRequeue: left, missing })
    expect(fate).toEqual({ lost: 0, repeated: 0, outOfOrder: 0 })
    expect(dead).toMatchObject([{ code: 'permanent', entry: { payload: { number: 5 } } }])
    expect(site.pushes.map(({ number }) => number)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 5])
    expect([left, missing]).toEqual([0, 0])
  })

  it.concurrent('tries an entry that always meets 500 until its attempts are used up, then goes on with the rest', async () => {
    await using site = await startSite(bundle, ({ number }) => (number === 5 ? { status: 500 } : {}))
    await using profile = await makeProfile()
    await using browser = await startBrowser(profile)
    const page = await browser.open(site.url)
    const { kept } = await page.evaluate(() => {
      tab.start({ maxAttempts: 3 })
      return tab.enqueue('first', 0, 10)
    })
    await page.evaluate(() => tab.empty())
    const dead = await page.evaluate(() => tab.outbox.deadLetters.list())
    const poison = site.pushes.filter(({ number }) => number === 5)
    const waitsMs = poison.slice(1).map(({ atMs }, index) => Math.round(atMs - (poison[index]?.atMs ?? NaN)))
    printFigures('one 500 among 10', { ...fateOf(kept, site.pushes), waitsMs: waitsMs.join(' '), dead: dead.length })
    expect(dead).toMatchObject([{ code: 'exhausted', entry: { payload: { number: 5 }, attempts: 3 } }])
    expect(site.pushes.map(({ number }) => number)).toEqual([0, 1, 2, 3, 4, 5, 5, 5, 6, 7, 8, 9])
  })

  it.concurrent('pushes at once when the page is back online, though it waits in a backoff', async () => {
    await using site = await startSite(bundle)
    await using profile = await makeProfile()
    await using browser = await startBrowser(profile)
    const page = await browser.open(site.url)
    await page.evaluate(() => {
      tab.start()
    })
    await browser.context.setOffline(true)
    // Not told of the network, so that the outbox tries, meets no answer and falls into a backoff that grows.
    const { kept } = await page.evaluate(async () => {
      tab.outbox.actor.send({ type: 'online' })
      const enqueued = await tab.enqueue('first', 0, 5)
      while (tab.events.filter(({ type }) => type === 'retryScheduled').length < 3) {
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
      return enqueued
    })
    const status = await page.evaluate(() => ({ ...tab.outbox.status(), now: Date.now() }))
    const atMs = performance.now()
    await browser.context.setOffline(false)
    await site.received(1)
    const tookMs = Math.round((site.pushes[0]?.atMs ?? NaN) - atMs)
    const leftMs = (status.nextAttemptAt ?? NaN) - status.now
    await page.evaluate(() => tab.empty())
    printFigures('back online inside a backoff', { ...fateOf(kept, site.pushes), leftMs, tookMs })
    expect(status.state).toBe('backoff')
    expect(fateOf(kept, site.pushes)).toEqual({ lost: 0, repeated: 0, outOfOrder: 0 })
    // The backoff had seconds to go.
    expect(tookMs).toBeLessThan(1_000)
    expect(leftMs).toBeGreaterThan(2_000)
  })
})
