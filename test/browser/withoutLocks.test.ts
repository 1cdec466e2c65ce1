import { beforeAll, describe, expect, it } from 'vitest'
import { crash, makeProfile, startBrowser } from './support/browser.ts'
import { whyNoChromium } from './support/chromium.ts'
import { fateOf, printFigures } from './support/figures.ts'
import type { Bundle } from './support/site.ts'
import { bundlePage, startSite } from './support/site.ts'

/** A promise that never settles. */
const never = new Promise<never>(() => {})

describe.skipIf(whyNoChromium() !== undefined)(
  'tabs of an insecure origin in Chromium, which has no Web Locks there',
  () => {
    let bundle: Bundle
    beforeAll(async () => {
      bundle = await bundlePage()
    })

    it('drain 200 entries that both enqueue meanwhile: each once, in order', async () => {
      await using site = await startSite(bundle)
      await using profile = await makeProfile()
      await using browser = await startBrowser(profile)
      const tabs = await Promise.all([browser.open(site.insecureUrl), browser.open(site.insecureUrl)])
      expect(await tabs[0]?.evaluate(() => 'locks' in navigator)).toBe(false)
      const kept = await Promise.all(
        tabs.map((page, index) =>
          page.evaluate(async (name) => {
            tab.start()
            const ids: string[] = []
            for (let burst = 0; burst < 10; burst += 1) ids.push(...(await tab.enqueue(name, burst * 10, 10)).kept)
            await tab.empty()
            return ids
          }, `tab ${index}`),
        ),
      )
      const fate = fateOf(kept.flat(), site.pushes)
      printFigures('two tabs without Web Locks', fate)
      expect(fate).toEqual({ lost: 0, repeated: 0, outOfOrder: 0 })
      expect(kept.flat()).toHaveLength(200)
    })

    it('hand the drain on at once when the leading one stops, and within its time to live when it crashes', async () => {
      await using site = await startSite(bundle, ({ number }) => (number === 1 ? { after: never } : {}))
      await using profile = await makeProfile()
      await using browser = await startBrowser(profile)
      const [first, second, third] = await Promise.all([
        browser.open(site.insecureUrl),
        browser.open(site.insecureUrl),
        browser.open(site.insecureUrl),
      ])
      await first.evaluate(async () => {
        tab.start()
        await tab.enqueue('first', 0, 1)
        await tab.empty()
      })
      await second.evaluate(() => tab.start())
      const stoppedAtMs = performance.now()
      await first.evaluate(() => tab.outbox.stop())
      await second.evaluate(() => tab.enqueue('second', 1, 1))
      await site.received(2)
      const afterStopMs = Math.round(performance.now() - stoppedAtMs)
      await third.evaluate(async () => {
        tab.start()
        await tab.enqueue('third', 2, 1)
      })
      const crashedAtMs = performance.now()
      await crash(second)
      await site.received(3)
      const afterCrashMs = Math.round(performance.now() - crashedAtMs)
      printFigures('leader without Web Locks', { afterStopMs, afterCrashMs })
      expect(site.pushes.slice(0, 3).map(({ number }) => number)).toEqual([0, 1, 1])
      // Its record lives for 10 s from the last sign of life.
      expect(afterStopMs).toBeLessThan(5_000)
      expect(afterCrashMs).toBeGreaterThan(2_000)
      expect(afterCrashMs).toBeLessThan(20_000)
    })
  },
)
