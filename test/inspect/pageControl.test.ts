import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { UnreachableError } from '../../src/errors.ts'
import { whyNoChromium } from '../browser/support/chromium.ts'
import type { Order } from './support/busy.ts'
import { openBusy, pushOrder, views } from './support/busy.ts'
import type { Studio } from './support/opened.ts'
import { openStudio, view } from './support/opened.ts'

const unreachable = () => {
  throw new UnreachableError('connect ECONNREFUSED')
}

describe.skipIf(whyNoChromium())('the controls of the inspector, in Chromium', { timeout: 120_000 }, () => {
  let studio: Studio
  beforeAll(async () => {
    studio = await openStudio()
  }, 120_000)
  afterAll(() => studio[Symbol.asyncDispose]())

  test('every control does what it says: pause, resume, cancel, requeue, discard', async () => {
    await using opened = await openBusy(studio)
    const { page, outbox } = opened
    const press = (name: string | RegExp) => page.getByRole('button', { name }).first().click()
    let holds = 0
    outbox.on('held', () => {
      holds += 1
    })
    await press('Resume')
    await expect.poll(() => holds).toBe(1) // by the next entry
    outbox.pause()
    await page.locator('.chip').getByText('idle.paused').waitFor()
    await press('Resume')
    await expect.poll(() => holds).toBe(2)
    expect(outbox.status().reason).toBe('held')

    await view(page, 'Waiting')
    const [first] = await outbox.list()
    await press(`Cancel ${first?.id}`)
    expect(await page.getByRole('dialog').textContent()).toContain(first?.id)
    await press('Keep it')
    expect(await outbox.size()).toBe(3)
    await press(`Cancel ${first?.id}`)
    await page.getByRole('dialog').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    expect(await outbox.size()).toBe(3)
    await press(`Cancel ${first?.id}`)
    await press('Cancel the entry')
    await expect.poll(() => outbox.size()).toBe(2)
    await expect.poll(() => page.locator('.row').count()).toBe(2)
    expect((await outbox.list()).map(({ payload }) => payload?.title)).toEqual(['salt', 'rice'])

    await view(page, 'Dead letters')
    const [tar, lead] = (await outbox.deadLetters.list()).map(({ entry }) => entry.id)
    await press(`Discard ${tar}`)
    await press('Discard it')
    await expect.poll(async () => (await outbox.deadLetters.list()).map(({ entry }) => entry.id)).toEqual([lead])
    await press(`Requeue ${lead}`)
    await expect.poll(() => outbox.deadLetters.list()).toEqual([])
    expect((await outbox.list()).map(({ payload }) => payload?.title)).toEqual(['salt', 'rice', 'lead'])
    await page.getByText('No dead letters').waitFor()
    const { missing } = await outbox.verify()
    expect(missing).toBe(0)
    expect(opened.complaints).toEqual([])
  })

  test('pauses while it works, retries while it waits, and requeues all at once', async () => {
    let isUp = false
    await using opened = await studio.open<Order>(
      { push: (entry) => (isUp ? pushOrder(entry) : unreachable()), backoff: () => 3_600_000 },
      { control: true },
    )
    const { page, outbox } = opened
    expect(await page.getByRole('button', { name: 'Retry now' }).isDisabled()).toBe(true)
    await outbox.enqueueAll([
      { payload: { title: 'tar', fate: 'die' } },
      { payload: { title: 'lead', fate: 'die' } },
      { payload: { title: 'milk' } },
    ])
    await expect.poll(() => outbox.status().state).toBe('backoff')
    isUp = true
    await page.getByRole('button', { name: 'Retry now' }).click()
    await expect.poll(() => outbox.status().dead).toBe(2)
    await page.getByRole('button', { name: 'Pause' }).click()
    await expect.poll(() => outbox.status().reason).toBe('paused')
    await view(page, 'Dead letters')
    await page.getByRole('button', { name: 'Requeue all (2)' }).click()
    await expect.poll(() => outbox.size()).toBe(2)
    await page.getByRole('button', { name: 'Resume' }).click()
    await expect.poll(() => outbox.status().dead).toBe(2)
  })

  test('without `control` there is nothing to press that would change anything', async () => {
    await using opened = await openBusy(studio, { control: false })
    const { page } = opened
    await page.getByText('View only').waitFor()
    const buttons: string[] = []
    for (const name of views) {
      await view(page, name)
      buttons.push(...(await page.getByRole('button').allTextContents()))
    }
    expect(buttons.join(' ')).not.toMatch(/Pause|Resume|Retry|Cancel|Requeue|Discard/)
  })

  test('works with the keys alone', async () => {
    await using opened = await openBusy(studio)
    const { page, outbox } = opened
    await page.getByRole('tab', { name: 'Machine' }).focus()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowRight')
    await page
      .getByRole('button', { name: /^Discard/ })
      .first()
      .waitFor()
    expect(await page.getByRole('tab', { selected: true }).textContent()).toContain('Dead letters')
    /** Tab until what has the focus says this. */
    const tabTo = async (name: RegExp) => {
      for (let tries = 0; tries < 40; tries += 1) {
        await page.keyboard.press('Tab')
        const focused = await page.evaluate(`(() => {
          let active = document.activeElement
          while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement
          return active?.getAttribute('aria-label') ?? active?.textContent ?? ''
        })()`)
        if (name.test(String(focused))) return
      }
      throw new Error(`${name} is not reached with the Tab key`)
    }
    await tabTo(/^Discard /)
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').waitFor()
    await tabTo(/^Discard it$/)
    await page.keyboard.press('Enter')
    await expect.poll(async () => (await outbox.deadLetters.list()).length).toBe(1)
    await page.getByRole('tab', { selected: true }).focus()
    await page.keyboard.press('Home')
    await expect.poll(() => page.getByRole('tab', { selected: true }).textContent()).toBe('Machine')
    await tabTo(/^Step of the session$/)
    const slider = page.getByRole('slider')
    // The steps that tell of the letter's end may still be on their way, and without one there is none to go back.
    await expect.poll(async () => Number(await slider.inputValue())).toBeGreaterThan(0)
    await page.keyboard.press('ArrowLeft')
    await page.getByRole('button', { name: 'Follow live' }).waitFor()
    expect(Number(await slider.inputValue())).toBeLessThan(Number(await slider.getAttribute('max')))
    await tabTo(/^Follow live$/)
    await page.keyboard.press('Enter')
    await page.getByText('Following').waitFor()
  })
})
