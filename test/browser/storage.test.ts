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

  it('moves a corrupt record aside, reports it, and pushes the rest', async () => {
    await using site = await startSite(bundle)
    await using profile = await makeProfile()
    await using browser = await startBrowser(profile)
    const first = await browser.open(site.url)
    const { kept } = await first.evaluate(async () => {
      tab.start({ offline: true })
      const enqueued = await tab.enqueue('first', 0, 20)
      const db = await new Promise<IDBDatabase>((resolve) => {
        const opening = indexedDB.open('xstate-outbox/changes')
        opening.onsuccess = () => resolve(opening.result)
      })
      const transaction = db.transaction('outbox', 'readwrite')
      // One in the middle is no record at all, one has a body that is no JSON.
      transaction.objectStore('outbox').put({ gone: 'wrong' }, 8)
      const request = transaction.objectStore('outbox').get(15)
      request.onsuccess = () => {
        transaction.objectStore('outbox').put({ ...(request.result as object), body: '{"number' }, 15)
      }
      await new Promise((resolve) => (transaction.oncomplete = resolve))
      return enqueued
    })
    await first.close()
    const page = await browser.open(site.url)
    const { warnings, counts } = await page.evaluate(async () => {
      tab.start()
      await tab.empty()
      const counted = await tab.outbox.verify()
      const told = tab.events.filter((event) => event.type === 'warning').map(({ code }) => code)
      return { warnings: told, counts: counted }
    })
    const good = kept.filter((_, index) => index !== 7 && index !== 14)
    const fate = fateOf(good, site.pushes)
    printFigures('2 corrupt records among 20', {
      ...fate,
      quarantined: counts.totals.quarantined,
      dead: counts.dead,
      missing: counts.missing,
    })
    expect(fate).toEqual({ lost: 0, repeated: 0, outOfOrder: 0 })
    expect(warnings).toEqual(['OUTBOX_QUARANTINED', 'OUTBOX_UNREADABLE'])
    expect(counts).toMatchObject({ pending: 0, missing: 0, dead: 1, totals: { delivered: 18, quarantined: 1 } })
  })

  it('says that it cannot be used in a sandboxed page, and keeps nothing it does not have', async () => {
    await using site = await startSite(bundle)
    await using profile = await makeProfile()
    await using browser = await startBrowser(profile)
    const page = await browser.open(`${site.url}/sandboxed`)
    const answer = await page.evaluate(async () => {
      tab.start()
      return tab.outbox.enqueue({ tab: 'first', number: 0 }).then(
        () => 'kept',
        (error: Error & { readonly code: string }) => `${error.code}: ${error.message}`,
      )
    })
    expect(answer).toMatch(/^OUTBOX_STORE: could not open the database "xstate-outbox\/changes" .*SecurityError/)
  })

  it('goes on in a tab whose storage the user has cleared', async () => {
    await using site = await startSite(bundle)
    await using profile = await makeProfile()
    await using browser = await startBrowser(profile)
    const page = await browser.open(site.url)
    await page.evaluate(async () => {
      tab.start()
      await tab.enqueue('before', 0, 5)
      await tab.empty()
    })
    const session = await page.context().newCDPSession(page)
    await session.send('Storage.clearDataForOrigin', { origin: site.url, storageTypes: 'all' })
    const { kept } = await page.evaluate(async () => {
      const enqueued = await tab.enqueue('after', 0, 5)
      await tab.empty()
      return enqueued
    })
    expect(kept).toHaveLength(5)
    expect(site.pushes.map((push) => `${push.tab} ${push.number}`)).toEqual([
      ...[0, 1, 2, 3, 4].map((number) => `before ${number}`),
      ...[0, 1, 2, 3, 4].map((number) => `after ${number}`),
    ])
  })
})

/** How many bytes the origin may store; `undefined` lifts the limit. */
async function limitStorage(page: Page, quotaSize?: number): Promise<void> {
  const session = await page.context().newCDPSession(page)
  const { origin } = new URL(page.url())
  await session.send('Storage.overrideQuotaForOrigin', { origin, ...(quotaSize !== undefined && { quotaSize }) })
}
