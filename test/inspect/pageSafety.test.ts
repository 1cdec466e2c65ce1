import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { HoldError, PermanentError } from '../../src/errors.ts'
import { whyNoChromium } from '../browser/support/chromium.ts'
import type { Order } from './support/busy.ts'
import { openBusy, views } from './support/busy.ts'
import type { Opened, Studio } from './support/opened.ts'
import { findingsOf, openStudio, view } from './support/opened.ts'

describe.skipIf(whyNoChromium())('what the inspector shows and sends, in Chromium', { timeout: 120_000 }, () => {
  let studio: Studio
  beforeAll(async () => {
    studio = await openStudio()
  }, 120_000)
  afterAll(() => studio[Symbol.asyncDispose]())

  test('payloads stay where they are, unless they are asked for', async () => {
    await using opened = await openBusy(studio, { payloads: false })
    const { page } = opened
    const bodies: Promise<string>[] = []
    page.on('response', (response) =>
      bodies.push(response.url().endsWith('/page') ? response.text() : Promise.resolve('')),
    )
    for (const name of views) {
      await view(page, name)
      expect(await page.locator('.app').textContent(), name).not.toContain('"title"')
    }
    const sent = (await Promise.all(bodies)).join('')
    expect(sent).toContain('enqueuedAt')
    expect(sent).not.toMatch(/payload|"title"/)
  })

  test('a function says what is shown of a payload', async () => {
    await using opened = await openBusy(studio, {
      payloads: (payload: unknown) => ({ letters: (payload as Order).title.length }),
    })
    await view(opened.page, 'Waiting')
    await opened.page.getByText('{"letters":4}').first().waitFor()
    expect(await opened.page.locator('.rows').textContent()).not.toContain('"title"')
  })

  test('texts that try to be markup are shown as texts', async () => {
    const evil = `<img src=x onerror="globalThis.hacked=1"></script><script>globalThis.hacked=1</script>`
    await using opened = await studio.open<Order>(
      {
        push: ({ payload: { fate } }) => {
          if (fate === 'die') throw new PermanentError(evil)
          throw new HoldError(evil)
        },
        meta: () => ({ [evil]: evil }),
      },
      {
        name: evil,
        control: true,
        payloads: true,
        prepare: async (outbox: Opened<Order>['outbox']) => {
          await outbox.enqueue({ title: evil, fate: 'die' }, { id: `dead ${evil}` })
          await outbox.enqueue({ title: evil }, { id: `waiting ${evil}` })
          await outbox.flush()
        },
      },
    )
    const { page } = opened
    opened.outbox.pause()
    opened.outbox.resume()
    for (const name of views) {
      await view(page, name)
      expect(await page.locator('img, .app script').count(), name).toBe(0)
      expect(await page.locator('.app').textContent(), name).toContain('<img src=x onerror')
    }
    await view(page, 'Dead letters')
    await page.getByRole('button', { name: /^Discard/ }).click()
    expect(await page.locator('.dialog-id').textContent()).toBe(`dead ${evil}`)
    expect(await page.evaluate('globalThis.hacked')).toBeUndefined()
    expect(opened.complaints).toEqual([])
  })

  test('nothing is asked of another origin, and the token is in no address', async () => {
    await using opened = await openBusy(studio)
    const { page, inspector, requested } = opened
    const { origin, hash } = new URL(inspector.url)
    for (const name of views) await view(page, name)
    await page
      .locator('.event')
      .first()
      .waitFor({ state: 'attached', timeout: 1_000 })
      .catch(() => undefined)
    expect(page.url()).toBe(`${origin}/`)
    await page.reload()
    await page.getByText('On hold until resume').waitFor()
    expect(requested.length).toBeGreaterThan(8)
    expect(requested.filter((url) => new URL(url).origin !== origin)).toEqual([])
    // The fragment of the first address does not leave the browser.
    expect(requested.slice(1).filter((url) => url.includes(hash.slice(1)))).toEqual([])
    expect(opened.complaints).toEqual([])
  })

  test('says so where the token is missing, wrong, or from an earlier start', async () => {
    await using opened = await openBusy(studio)
    const { origin } = new URL(opened.inspector.url)
    const other = await (await studio.browser.newContext()).newPage()
    await other.goto(`${origin}/`)
    await other.getByText('This address lacks its token').waitFor()
    expect(await findingsOf(other)).toEqual([])
    await other.goto(`${origin}/?#wrong`)
    await other.getByText('The inspector cannot be reached').waitFor()
    expect(await findingsOf(other)).toEqual([])
    await other.context().close()
  })
})
