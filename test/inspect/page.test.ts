import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { UnreachableError } from '../../src/errors.ts'
import { whyNoChromium } from '../browser/support/chromium.ts'
import type { Order } from './support/busy.ts'
import { openBusy, pushOrder, views } from './support/busy.ts'
import type { Opened, Studio } from './support/opened.ts'
import { findingsOf, openStudio, view } from './support/opened.ts'

const never = () => new Promise(() => undefined)
const unreachable = () => {
  throw new UnreachableError('connect ECONNREFUSED')
}

describe.skipIf(whyNoChromium())('the inspector, in Chromium', { timeout: 120_000 }, () => {
  let studio: Studio
  beforeAll(async () => {
    studio = await openStudio()
  }, 120_000)
  afterAll(() => studio[Symbol.asyncDispose]())

  test('shows where the outbox stands, and what is in it', async () => {
    await using opened = await openBusy(studio)
    const { page, outbox } = opened
    await expect.poll(() => page.locator('.sentence').textContent()).toBe(outbox.explain())
    expect(outbox.explain()).toBe('On hold until resume (sign in again); 3 entries wait.')
    expect(await page.locator('.chip').textContent()).toBe('idle.held')
    expect(await page.locator('.numbers dd').allTextContents()).toEqual(['3', '2', '2', expect.stringMatching(/m?s$/)])
    expect(
      await page
        .locator('[data-state][data-lit]')
        .evaluateAll((nodes) => nodes.map((node) => node.getAttribute('data-state'))),
    ).toEqual(['idle', 'idle.held'])

    await view(page, 'Waiting')
    await page.getByText('"title":"salt"').waitFor()
    expect(await page.locator('.row').count()).toBe(3)
    await view(page, 'Dead letters')
    await page.getByText('422: lead is not sold here', { exact: true }).waitFor()
    expect(await page.locator('.row .badge').allTextContents()).toEqual(['refused for good', 'refused for good'])
    await view(page, 'Audit')
    await page.locator('.record').first().waitFor()
    expect(await page.locator('.record-verb').allTextContents()).toEqual(['Dropped', 'Dropped', 'Pushed', 'Pushed'])
    expect(await page.locator('.record .json').allTextContents()).toEqual(
      ['lead', 'tar', 'bread', 'milk'].map((about) => `meta {"about":"${about}"}`),
    )
    outbox.pause()
    await view(page, 'Events')
    await page.getByText('idle.held → idle.paused').waitFor()
    expect(opened.complaints).toEqual([])
  })

  test('follows what happens: a drain, its transitions, a wait that counts down on its edge', async () => {
    let isUp = true
    await using opened = await studio.open<Order>({
      push: () => (isUp ? undefined : unreachable()),
      backoff: () => 30_000,
    })
    const { page, outbox } = opened
    await outbox.enqueue({ title: 'milk' })
    await page.getByText('Everything has been pushed.').waitFor()
    await expect.poll(() => page.locator('.numbers dd').nth(1).textContent()).toBe('1')
    expect(await page.locator('.legend li[data-series="delivered"] b').textContent()).toBe('1')
    await page.locator('[data-state="idle.ready"][data-lit="here"]').waitFor()
    await page.locator('.transition[data-from="draining.pushing"][data-to="idle"][data-lit]').waitFor()
    isUp = false
    await outbox.enqueue({ title: 'bread' })
    await page.locator('[data-state="backoff"][data-lit="here"]').waitFor()
    expect(await page.locator('.transition[data-from="backoff"] .remaining').textContent()).toMatch(/^(30|29) s$/)
    expect(await page.locator('.countdown-text').textContent()).toMatch(/^(30|29) s$/)
    await expect.poll(() => page.locator('.remaining').textContent(), { timeout: 20_000 }).toMatch(/^2[0-8] s$/)
    expect(await page.getByText('connect ECONNREFUSED').count()).toBeGreaterThan(0)
  })

  test.each([
    ['light', 1280],
    ['dark', 1280],
    ['light', 400],
    ['dark', 400],
  ] as const)('axe finds nothing wrong in any view, %s at %d px', async (colorScheme, width) => {
    await using opened = await openBusy(studio, {
      context: { colorScheme, viewport: { width, height: 900 }, reducedMotion: 'reduce' },
    })
    const { page, outbox } = opened
    outbox.pause()
    outbox.resume()
    await page.getByText('On hold until resume').waitFor()
    for (const name of views) {
      await view(page, name)
      expect(await findingsOf(page), name).toEqual([])
      expect(await page.evaluate('document.documentElement.scrollWidth'), name).toBeLessThanOrEqual(width)
    }
    await view(page, 'Dead letters')
    await page
      .getByRole('button', { name: /^Discard/ })
      .first()
      .click()
    await page.getByRole('dialog').waitFor()
    expect(await findingsOf(page), 'dialog').toEqual([])
  })

  test('axe finds nothing wrong where there is nothing to show', async () => {
    await using opened = await studio.open<Order>({ push: pushOrder })
    for (const name of views) {
      await view(opened.page, name)
      expect(await findingsOf(opened.page), name).toEqual([])
    }
  })

  test('tells when the outbox has stopped, and when its inspector has gone', async () => {
    await using opened = await studio.open<Order>({ push: never, stopGraceMs: 0 }, { control: true })
    const { page, outbox, inspector } = opened
    await outbox.stop()
    await page.locator('.condition').getByText('Stopped').waitFor()
    await page.getByText('Stopped; 0 entries wait in the store.').waitFor()
    await view(page, 'Waiting')
    await page.getByText('this outbox has been stopped').waitFor()
    await using second = await studio.open<Order>({ push: never, stopGraceMs: 0 })
    await second.inspector.stop()
    await second.page.locator('.condition').getByText('Connection lost').waitFor()
    await inspector.stop()
  })

  test('pages through 100,000 entries that wait: each page is one short request, and no message grows with them', async () => {
    await using opened = await studio.open<Order>(
      { push: never, stopGraceMs: 0 },
      {
        payloads: true,
        prepare: async (outbox: Opened<Order>['outbox']) => {
          outbox.pause()
          const entries = Array.from({ length: 100_000 }, (_, number) => ({ payload: { title: `order ${number}` } }))
          await outbox.enqueueAll(entries)
        },
      },
    )
    const { page } = opened
    const answers: { readonly path: string; readonly body: Promise<string> }[] = []
    page.on('response', (response) => {
      const path = new URL(response.url()).pathname
      if (path === '/page') answers.push({ path, body: response.text() })
    })
    await view(page, 'Waiting')
    await page.getByText('"order 0"').waitFor()
    expect(await page.getByText('1–25 of 100,000').count()).toBe(1)
    for (const first of [25, 50, 75]) {
      await page.getByRole('button', { name: 'Next' }).click()
      await page.getByText(`"order ${first}"`).waitFor()
    }
    await page.getByRole('button', { name: 'Previous' }).click()
    await page.getByText('"order 50"').waitFor()
    await page.getByRole('button', { name: 'First' }).click()
    await page.getByText('"order 0"').waitFor()
    const sizes = (await Promise.all(answers.map(({ body }) => body))).map((body) => body.length)
    expect(sizes).toHaveLength(6)
    expect(Math.max(...sizes)).toBeLessThan(8_000)
  })
})
