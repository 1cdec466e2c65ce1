import { beforeAll, describe, expect, it } from 'vitest'
import { crash, makeProfile, startBrowser } from './support/browser.ts'
import { whyNoChromium } from './support/chromium.ts'
import { fateOf, median, printFigures } from './support/figures.ts'
import type { Bundle, Push } from './support/site.ts'
import { bundlePage, startSite } from './support/site.ts'

/** A promise that never settles: the server has the request, and its answer does not come. */
const never = new Promise<never>(() => {})

describe.skipIf(whyNoChromium() !== undefined)('crashes of Chromium', () => {
  let bundle: Bundle
  beforeAll(async () => {
    bundle = await bundlePage()
  })

  it.each(['renderer', 'browser'] as const)(
    'repeats at most the entry in flight when the %s is killed in the middle of a drain',
    async (victim) => {
      const inFlight = 100
      await using site = await startSite(bundle, (_, earlier) => (earlier.all === inFlight ? { after: never } : {}))
      await using profile = await makeProfile()
      let kept: readonly string[]
      {
        await using browser = await startBrowser(profile)
        const page = await browser.open(site.url)
        const enqueued = await page.evaluate(() => {
          tab.start()
          return tab.enqueue('first', 0, 200)
        })
        kept = enqueued.kept
        await site.received(inFlight + 1)
        if (victim === 'renderer') await crash(page)
        else await browser.kill()
        if (victim === 'renderer') {
          const again = await browser.open(site.url)
          await again.evaluate(() => {
            tab.start()
            return tab.empty()
          })
        }
      }
      if (victim === 'browser') {
        await using browser = await startBrowser(profile)
        const again = await browser.open(site.url)
        await again.evaluate(() => {
          tab.start()
          return tab.empty()
        })
      }
      const fate = fateOf(kept, site.pushes)
      printFigures(`${victim} killed with entry ${inFlight + 1} of 200 in flight`, fate)
      expect(kept).toHaveLength(200)
      expect(fate).toEqual({ lost: 0, repeated: 1, outOfOrder: 0 })
    },
  )

  it('keeps 300 acknowledged entries when the browser is killed right after the last acknowledgement', async () => {
    await using site = await startSite(bundle)
    await using profile = await makeProfile()
    const kept: string[] = []
    {
      await using browser = await startBrowser(profile)
      const page = await browser.open(site.url)
      await page.exposeFunction('acknowledge', (ids: readonly string[]) => {
        kept.push(...ids)
        // Not awaited: the browser is to end while the page still runs.
        if (kept.length === 300) void browser.kill()
      })
      const closed = new Promise((resolve) => page.once('close', resolve))
      await page.evaluate(() => {
        const { acknowledge } = globalThis as unknown as { acknowledge(ids: readonly string[]): Promise<void> }
        tab.start({ offline: true })
        void (async () => {
          for (let burst = 0; burst < 30; burst += 1) {
            const enqueued = await tab.enqueue('first', burst * 10, 10)
            void acknowledge(enqueued.kept)
          }
        })()
      })
      await closed
    }
    await using browser = await startBrowser(profile)
    const again = await browser.open(site.url)
    const waiting = await again.evaluate(() => {
      tab.start({ offline: true })
      return tab.waiting()
    })
    await again.evaluate(() => {
      tab.outbox.actor.send({ type: 'online' })
      return tab.empty()
    })
    const fate = fateOf(kept, site.pushes)
    printFigures('browser killed right after 300 acknowledged enqueues', { waiting: waiting.length, ...fate })
    expect(kept).toHaveLength(300)
    expect(waiting).toEqual(Array.from({ length: 300 }, (_, number) => number))
    expect(fate).toEqual({ lost: 0, repeated: 0, outOfOrder: 0 })
  })

  it.each(['closes', 'crashes'] as const)(
    'hands the drain to another tab at once when the leading one %s',
    async (how) => {
      const rounds = 9
      const hung = new Set<string>()
      let hangNext = true
      await using site = await startSite(bundle, ({ key }) => {
        if (!hangNext || hung.has(key)) return {}
        hangNext = false
        hung.add(key)
        return { after: never }
      })
      await using profile = await makeProfile()
      await using browser = await startBrowser(profile)
      let leader = await browser.open(site.url)
      await leader.evaluate(() => tab.start())
      const kept: string[] = []
      const takeoversMs: number[] = []
      for (let round = 0; round < rounds; round += 1) {
        hangNext = true
        const enqueued = await leader.evaluate((number) => tab.enqueue('leader', number, 1), round)
        kept.push(...enqueued.kept)
        const before = 2 * round + 1
        await site.received(before)
        const successor = await browser.open(site.url)
        await successor.evaluate(() => {
          tab.start()
          return new Promise<void>((resolve) => {
            const look = () => {
              if (tab.outbox.status().state === 'idle' && tab.outbox.status().reason === 'standby') resolve()
              else setTimeout(look, 10)
            }
            look()
          })
        })
        const atMs = performance.now()
        if (how === 'crashes') void crash(leader)
        else void leader.close()
        await site.received(before + 1)
        takeoversMs.push((site.pushes[before] as Push).atMs - atMs)
        await successor.evaluate(() => tab.empty())
        leader = successor
      }
      const figures = { medianMs: Math.round(median(takeoversMs)), maxMs: Math.round(Math.max(...takeoversMs)) }
      printFigures(`leader ${how}: to the first push of the successor`, figures)
      const { lost, repeated, outOfOrder } = fateOf(kept, site.pushes)
      expect({ lost, repeated, outOfOrder }).toEqual({ lost: 0, repeated: rounds, outOfOrder: 0 })
      // An order of magnitude above what is usual: a takeover by timeout would take seconds.
      expect(figures.medianMs).toBeLessThan(600)
      expect(figures.maxMs).toBeLessThan(2_500)
    },
  )
})
