import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Engine, EngineTab } from './support/engine.ts'
import { fateOf, printFigures } from './support/figures.ts'
import { startFirefox, whyNoFirefox } from './support/firefox.ts'
import type { Bundle } from './support/site.ts'
import { bundlePage, startSite } from './support/site.ts'
import { startWebKit, whyNoWebKit } from './support/webKit.ts'
import { bundleScripts } from './support/workerBundle.ts'

const unharmed = { lost: 0, repeated: 0, outOfOrder: 0 }

const engines = [
  { name: 'Firefox', why: whyNoFirefox(), start: startFirefox },
  { name: 'WebKitGTK', why: whyNoWebKit(), start: startWebKit },
]
for (const { why } of engines)
  if (why !== undefined) process.emitWarning(`tests of another engine are left out: ${why}`)

const setupLimitMs = 120_000

describe('another engine', () => {
  let contract: Bundle
  let page: Bundle
  beforeAll(async () => {
    if (engines.every(({ why }) => why !== undefined)) return
    const scripts = await bundleScripts('contract')
    contract = new Map([...scripts, ['/', '<!doctype html><script src="/contract.js"></script>']])
    page = await bundlePage()
  }, setupLimitMs)

  describe.each(engines)('$name', ({ why, start }) => {
    const test = it.skipIf(why !== undefined)
    let engine: Engine
    beforeAll(async () => {
      if (why === undefined) engine = await start()
    }, setupLimitMs)
    afterAll(() => engine?.[Symbol.asyncDispose]())

    test.each([{ withLocks: true }, { withLocks: false }])('keeps the contract of all stores: %j', async (options) => {
      await using site = await startSite(contract)
      const tab = await engine.open(site.url)
      const { passed, failed } = await tab.evaluate((how) => runContract(how), options)
      printFigures(`${engine.version}, ${JSON.stringify(options)}`, { passed, failed: failed.length })
      expect(failed).toEqual([])
      expect(passed).toBeGreaterThan(50)
      await tab.close()
    })

    test('drains 200 entries that two tabs enqueue meanwhile: each once, in order', async () => {
      await using site = await startSite(page)
      const tabs = [await openTab(engine, site.url), await openTab(engine, site.url)]
      await Promise.all(tabs.map((each) => each.evaluate(() => tab.start())))
      const kept = await Promise.all(tabs.map((each, index) => enqueueInBursts(each, `tab ${index}`)))
      await Promise.all(tabs.map((each) => each.evaluate(() => tab.empty())))
      const fate = fateOf(kept.flat(), site.pushes)
      printFigures(`${engine.version}, two tabs enqueue and drain 200`, fate)
      expect(fate).toEqual(unharmed)
      expect(kept.flat()).toHaveLength(200)
      for (const each of tabs) await each.close()
    })

    test('drains a backlog of 200 with two tabs open: each once, in order', async () => {
      await using site = await startSite(page)
      const first = await openTab(engine, site.url)
      const { kept } = await first.evaluate(() => {
        tab.start({ offline: true })
        return tab.enqueue('first', 0, 200)
      })
      await first.close()
      expect(site.pushes).toEqual([])
      const tabs = [await openTab(engine, site.url), await openTab(engine, site.url)]
      await Promise.all(tabs.map((each) => each.evaluate(() => tab.start())))
      await Promise.all(tabs.map((each) => each.evaluate(() => tab.empty())))
      const fate = fateOf(kept, site.pushes)
      printFigures(`${engine.version}, backlog of 200, two tabs`, fate)
      expect(fate).toEqual(unharmed)
      expect(kept).toHaveLength(200)
      for (const each of tabs) await each.close()
    })

    test('loses nothing that both tabs enqueued offline before they were closed', async () => {
      await using site = await startSite(page)
      const tabs = [await openTab(engine, site.url), await openTab(engine, site.url)]
      await Promise.all(tabs.map((each) => each.evaluate(() => tab.start({ offline: true }))))
      const kept = await Promise.all(tabs.map((each, index) => enqueueInBursts(each, `tab ${index}`)))
      for (const each of tabs) await each.close()
      expect(site.pushes).toEqual([])
      const again = await openTab(engine, site.url)
      await again.evaluate(() => {
        tab.start()
        return tab.empty()
      })
      const fate = fateOf(kept.flat(), site.pushes)
      printFigures(`${engine.version}, both enqueue offline, close, reopen one`, fate)
      expect(fate).toEqual(unharmed)
      expect(kept.flat()).toHaveLength(200)
      await again.close()
    })
  })
})

async function openTab(engine: Engine, url: string): Promise<EngineTab> {
  const opened = await engine.open(url)
  expect(await opened.evaluate(() => 'tab' in globalThis)).toBe(true)
  return opened
}

/** A hundred changes, ten at a time, each ten after the ones before are durable. */
function enqueueInBursts(page: EngineTab, name: string): Promise<readonly string[]> {
  return page.evaluate(async (from) => {
    const kept: string[] = []
    for (let burst = 0; burst < 10; burst += 1) {
      const enqueued = await tab.enqueue(from, burst * 10, 10)
      kept.push(...enqueued.kept)
    }
    return kept
  }, name)
}
