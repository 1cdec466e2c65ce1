import type { Page } from 'playwright'
import { beforeAll, describe, expect, it } from 'vitest'
import { makeProfile, startBrowser } from './support/browser.ts'
import { whyNoChromium } from './support/chromium.ts'
import { fateOf, median, printFigures } from './support/figures.ts'
import type { Bundle, Push } from './support/site.ts'
import { bundlePage, startSite } from './support/site.ts'

describe.skipIf(whyNoChromium() !== undefined)('the one tab that drains in Chromium', () => {
  let bundle: Bundle
  beforeAll(async () => {
    bundle = await bundlePage()
  })

  it('is woken by what another tab enqueues', async () => {
    await using site = await startSite(bundle)
    await using profile = await makeProfile()
    await using browser = await startBrowser(profile)
    const leader = await browser.open(site.url)
    const other = await browser.open(site.url)
    await leader.evaluate(async () => {
      tab.start()
      await tab.enqueue('leader', 0, 1)
      await tab.empty()
    })
    await other.evaluate(() => tab.start())
    const tookMs: number[] = []
    for (let number = 1; number <= 10; number += 1) {
      const atMs = performance.now()
      await other.evaluate((next) => tab.enqueue('other', next, 1), number)
      await site.received(number + 1)
      tookMs.push((site.pushes[number] as Push).atMs - atMs)
    }
    printFigures('enqueued in one tab, pushed by another', {
      medianMs: Math.round(median(tookMs)),
    })
    expect(site.pushes).toHaveLength(11)
    // Woken, and not found at the next look around, a minute later.
    expect(Math.max(...tookMs)).toBeLessThan(5_000)
  })

  it('heeds pause and resume of any tab', async () => {
    await using site = await startSite(bundle)
    await using profile = await makeProfile()
    await using browser = await startBrowser(profile)
    const [leader, other] = await Promise.all([browser.open(site.url), browser.open(site.url)])
    await leader.evaluate(async () => {
      tab.start()
      await tab.enqueue('leader', 0, 1)
      await tab.empty()
    })
    await other.evaluate(() => {
      tab.start()
      tab.outbox.pause()
    })
    await Promise.all([reason(leader, 'paused'), reason(other, 'paused')])
    const { kept } = await leader.evaluate(() => tab.enqueue('leader', 1, 5))
    expect(site.pushes).toHaveLength(1)
    await other.evaluate(() => tab.outbox.resume())
    await leader.evaluate(() => tab.empty())
    expect(fateOf(kept, site.pushes.slice(1))).toEqual({ lost: 0, repeated: 0, outOfOrder: 0 })
  })

  it('tells every tab of each outcome, and goes on at once when another tab asks', async () => {
    await using site = await startSite(bundle, ({ number }, { ofKey }) => {
      if (ofKey > 0 || number === 3) return {}
      if (number === 1) return { status: 400 }
      return { status: 503, headers: { 'retry-after': number === 0 ? '0' : '3600' } }
    })
    await using profile = await makeProfile()
    await using browser = await startBrowser(profile)
    const [leader, other] = await Promise.all([browser.open(site.url), browser.open(site.url)])
    await leader.evaluate(async () => {
      tab.start()
      await tab.enqueue('leader', 0, 1)
      await tab.heard('retryScheduled')
    })
    await other.evaluate(() => tab.start())
    await reason(other, 'standby')
    const askedAtMs = performance.now()
    await other.evaluate(() => tab.outbox.flush())
    await site.received(2)
    const flushedMs = (site.pushes[1] as Push).atMs - askedAtMs
    const { kept } = await other.evaluate(async () => {
      await tab.heard('drained')
      return tab.enqueue('other', 1, 3)
    })
    await leader.waitForFunction(() => tab.outbox.status().pending === 2 && tab.outbox.status().state === 'backoff')
    await other.evaluate((id) => {
      tab.outbox.retry({ id })
    }, kept[1] ?? '')
    await other.waitForFunction(() => tab.events.filter(({ type }) => type === 'drained').length === 2)
    const toldTo = (page: Page) =>
      page.evaluate(() =>
        tab.events.flatMap((event) =>
          event.type === 'enqueued' || event.type === 'warning' || event.type === 'enqueueFailed'
            ? []
            : [`${event.type}${'entry' in event ? ` ${event.entry.payload.number}` : ''} ${event.origin}`],
        ),
      )
    const [here, elsewhere] = [await toldTo(leader), await toldTo(other)]
    printFigures('events of another tab, and flush from there to the request', {
      events: elsewhere.length,
      flushedMs: Math.round(flushedMs),
    })
    expect(here).toEqual([
      'retryScheduled 0 here',
      'delivered 0 here',
      'drained here',
      'dropped 1 here',
      'retryScheduled 2 here',
      'delivered 2 here',
      'delivered 3 here',
      'drained here',
    ])
    // The first outcome came before the other tab was there.
    expect(elsewhere).toEqual(here.slice(1).map((line) => line.replace('here', 'elsewhere')))
  })

  it('asks a server that wants a new sign-in at most once a tab, and goes on when one of them resumes', async () => {
    let isSignedIn = false
    await using site = await startSite(bundle, () => (isSignedIn ? {} : { status: 401 }))
    await using profile = await makeProfile()
    await using browser = await startBrowser(profile)
    const tabs = await Promise.all(Array.from({ length: 4 }, () => browser.open(site.url)))
    const [first] = tabs
    if (first === undefined) throw new Error('four tabs are open')
    const { kept } = await first.evaluate(() => {
      tab.start()
      return tab.enqueue('first', 0, 20)
    })
    await reason(first, 'held')
    await Promise.all(tabs.slice(1).map((page) => page.evaluate(() => tab.start())))
    await Promise.all(tabs.map((page) => reason(page, 'held')))
    await Promise.all(tabs.map((page, index) => page.evaluate((n) => tab.enqueue(`more ${n}`, 0, 1), index)))
    const refused = site.pushes.length
    isSignedIn = true
    await tabs[2]?.evaluate(() => tab.outbox.resume())
    await Promise.all(tabs.map((page) => page.evaluate(() => tab.empty())))
    const pushed = site.pushes.slice(refused)
    printFigures('an expired sign-in with 4 tabs', { refused, ...fateOf(kept, pushed) })
    expect(refused).toBeLessThanOrEqual(4)
    expect(pushed).toHaveLength(24)
    expect(fateOf(kept, pushed)).toEqual({ lost: 0, repeated: 0, outOfOrder: 0 })
  })
})

/** Resolves when the tab's outbox is where it is for this reason. */
function reason(page: Page, name: string): Promise<unknown> {
  return page.waitForFunction((expected) => tab.outbox.status().reason === expected, name)
}
