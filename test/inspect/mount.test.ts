import { build } from 'esbuild'
import type { Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { scriptedServer } from '../../src/testing/server.ts'
import { whyNoChromium } from '../browser/support/chromium.ts'
import type { Studio } from './support/opened.ts'
import { findingsOf, openStudio, view } from './support/opened.ts'

/** An app with styles of its own that would ruin the inspector, and whose elements the inspector's would ruin. */
const html = `<!doctype html>
<html lang="en">
<title>An app</title>
<style>
  button, h1, dl, .row, .app { display: none; color: rgb(1, 2, 3); }
  .hero { display: block; color: rgb(9, 9, 9); }
</style>
<main><p class="hero" id="own">Mine</p><div id="place"></div></main>
<script type="module" src="/app.js"></script>
</html>`

describe.skipIf(whyNoChromium())('mounted in a page, in Chromium', { timeout: 120_000 }, () => {
  let studio: Studio
  let app: string
  beforeAll(async () => {
    studio = await openStudio()
    const contents = `
      import { createOutbox, HoldError, memoryStore, PermanentError } from '${studio.built.path('src/index.js')}'
      import { mountInspector } from '${studio.built.path('src/inspect/mountInspector.js')}'
      const push = ({ payload }) => {
        if (payload.fate === 'die') throw new PermanentError('refused')
        if (payload.fate === 'hold') throw new HoldError('sign in again')
      }
      globalThis.outbox = createOutbox({ store: memoryStore(), push })
      globalThis.mount = (options) => {
        globalThis.unmount = mountInspector(document.querySelector('#place'), globalThis.outbox, options)
      }
    `
    const { outputFiles } = await build({
      stdin: { contents, resolveDir: '/' },
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'browser',
    })
    app = outputFiles[0]?.text ?? ''
  }, 120_000)
  afterAll(() => studio[Symbol.asyncDispose]())

  async function withApp(use: (page: Page, requested: readonly string[]) => Promise<void>): Promise<void> {
    await using server = await scriptedServer(({ path }) =>
      path === '/app.js'
        ? { body: app, headers: { 'content-type': 'text/javascript' } }
        : {
            body: html,
            headers: {
              'content-type': 'text/html',
              'content-security-policy': "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'",
            },
          },
    )
    const page = await studio.browser.newPage()
    try {
      const complaints: string[] = []
      page.on('pageerror', (error) => complaints.push(error.message))
      page.on('console', (message) => {
        if (message.type() === 'error' && !message.text().includes('favicon')) complaints.push(message.text())
      })
      await page.goto(server.url)
      await page.waitForFunction('typeof mount === "function"')
      await use(
        page,
        server.requests.map(({ path }) => path),
      )
      expect(complaints).toEqual([])
      expect(new Set(server.requests.map(({ path }) => path))).toEqual(new Set(['/', '/app.js']))
    } finally {
      await page.close()
    }
  }

  const fill = `Promise.all([
    outbox.enqueue({ title: 'milk' }),
    outbox.enqueue({ title: 'tar', fate: 'die' }),
    outbox.enqueue({ title: 'eggs', fate: 'hold' }),
  ])`

  test('shows the outbox of the page, live, without asking anything of any server', () =>
    withApp(async (page) => {
      await page.evaluate(`mount({ name: 'mine' })`)
      await page.getByText('Everything has been pushed.').waitFor()
      await page.evaluate(fill)
      await page.getByText('On hold until resume (sign in again); 1 entry waits.').waitFor()
      expect(await page.locator('h1').textContent()).toBe('mine')
      for (const name of ['Waiting', 'Dead letters', 'Audit', 'Events', 'Machine']) {
        await view(page, name)
        expect(await findingsOf(page), name).toEqual([])
      }
      await view(page, 'Waiting')
      await expect.poll(() => page.locator('.row').count()).toBe(1)
      expect(await page.locator('.row').textContent()).not.toContain('eggs')
    }))

  test('acts on it with `control`, and shows payloads with `payloads`', () =>
    withApp(async (page) => {
      await page.evaluate(`mount({ control: true, payloads: true })`)
      await page.evaluate(fill)
      await view(page, 'Waiting')
      await page.getByText('"title":"eggs"').waitFor()
      await page.getByRole('button', { name: /^Cancel / }).click()
      await page.getByRole('button', { name: 'Cancel the entry' }).click()
      await page.getByText('Nothing waits', { exact: true }).waitFor()
      expect(await page.evaluate('outbox.size()')).toBe(0)
      await view(page, 'Dead letters')
      await page.getByRole('button', { name: /^Discard / }).click()
      await page.getByRole('button', { name: 'Discard it' }).click()
      await page.getByText('No dead letters').waitFor()
      expect(await page.evaluate('outbox.deadLetters.list()')).toEqual([])
      await page.getByRole('button', { name: 'Resume' }).click()
      await page.getByText('Everything has been pushed.').waitFor()
    }))

  test('lets no style in or out, and leaves nothing behind', () =>
    withApp(async (page) => {
      await page.evaluate(`mount({ control: true })`)
      await page.locator('#place .hero').waitFor()
      const colour = (selector: string) =>
        page
          .locator(selector)
          .first()
          .evaluate((node) => [getComputedStyle(node).display, getComputedStyle(node).color])
      expect(await colour('#own')).toEqual(['block', 'rgb(9, 9, 9)'])
      expect(await colour('#place .hero')).toEqual(['grid', expect.not.stringMatching(/rgb\(9, 9, 9\)/)])
      expect(await colour('#place button')).toEqual([
        expect.not.stringMatching('none'),
        expect.not.stringMatching(/rgb\(1, 2, 3\)/),
      ])
      await page.evaluate('unmount()')
      expect(await page.locator('#place').innerHTML()).toBe('')
      await page.evaluate(fill)
      await page.evaluate('outbox.stop()')
      expect(await page.locator('#place').innerHTML()).toBe('')
    }))

  test('goes with an outbox that has stopped', () =>
    withApp(async (page) => {
      await page.evaluate(`mount({ control: true })`)
      await page.evaluate('outbox.stop()')
      await page.locator('.condition').getByText('Stopped').waitFor()
      await page.evaluate('unmount()')
    }))
})
