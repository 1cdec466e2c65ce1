import type { Page } from 'playwright'
import { beforeAll, describe, expect, it } from 'vitest'
import { makeProfile, startBrowser } from './support/browser.ts'
import { whyNoChromium } from './support/chromium.ts'
import { fateOf, printFigures } from './support/figures.ts'
import type { Bundle } from './support/site.ts'
import { bundlePage, startSite } from './support/site.ts'

describe.skipIf(whyNoChromium() !== undefined)('the storage of Chromium', () => {
  let bundle: Bundle
  beforeAll(async () => {
    bundle = await bundlePage()
  })

  it('refuses what does not fit with OUTBOX_QUOTA, keeps all it has said yes to, and drains while it is full', async () => {
    await using site = await startSite(bundle)
    await using profile = await makeProfile()
    await using browser = await startBrowser(profile)
    const page = await browser.open(site.url)
    // Before the first write: the browser looks only now and then how much room is left.
    await limitStorage(page, 500_000)
    const { kept, refused } = await page.evaluate(async () => {
      tab.start({ offline: true })
      const all = [await tab.enqueue('small', 0, 10)]
      // Calls that share a transaction, small ones among large ones; then ever smaller ones, until nothing fits at all.
      for (let burst = 0; burst < 12; burst += 1) {
        all.push(...(await Promise.all([tab.enqueue('large', burst * 4, 4, 20_000), tab.enqueue('tiny', burst, 1)])))
      }
      for (const bytes of [5_000, 500, 50, 1]) {
        for (let number = 0; ; number += 1) {
          const enqueued = await tab.enqueue(`of ${bytes}`, number, 1, bytes)
          all.push(enqueued)
          if (enqueued.refused.length > 0) break
        }
      }
      return {
        kept: all.flatMap((enqueued) => enqueued.kept),
        refused: all.flatMap((enqueued) => enqueued.refused),
      }
    })
    const { waiting, counts } = await page.evaluate(async () => ({
      waiting: await tab.waiting(),
      counts: await tab.outbox.verify(),
    }))
    await page.evaluate(() => {
      tab.outbox.actor.send({ type: 'online' })
      return tab.empty()
    })
    const fate = fateOf(kept, site.pushes)
    await limitStorage(page)
    const after = await page.evaluate(() => tab.enqueue('after', 0, 1, 20_000))
    printFigures('a full quota', {
      kept: kept.length,
      refused: refused.length,
      ...fate,
      missing: counts.missing,
    })
    expect(new Set(refused)).toEqual(new Set(['OUTBOX_QUOTA']))
    expect(refused.length).toBeGreaterThan(5)
    expect(waiting).toHaveLength(kept.length)
    expect(counts).toMatchObject({ pending: kept.length, missing: 0 })
    expect(fate).toEqual({ lost: 0, repeated: 0, outOfOrder: 0 })
    expect(after.kept).toHaveLength(1)
  })
})

/** How many bytes the origin may store; `undefined` lifts the limit. */
async function limitStorage(page: Page, quotaSize?: number): Promise<void> {
  const session = await page.context().newCDPSession(page)
  const { origin } = new URL(page.url())
  await session.send('Storage.overrideQuotaForOrigin', { origin, ...(quotaSize !== undefined && { quotaSize }) })
}
