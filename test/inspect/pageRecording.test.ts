import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RecordedLine, Step } from '../../src/inspect/step.ts'
import { whyNoChromium } from '../browser/support/chromium.ts'
import type { Studio } from './support/opened.ts'
import { findingsOf, openStudio, view } from './support/opened.ts'
import { fileOf, recordOutage } from './support/recorded.ts'

const quiet = { push: () => new Promise(() => undefined), stopGraceMs: 0 }

describe.skipIf(whyNoChromium())('a recording in the inspector, in Chromium', { timeout: 120_000 }, () => {
  let studio: Studio
  let lines: readonly RecordedLine[]
  let steps: readonly Step[]
  beforeAll(async () => {
    studio = await openStudio()
    lines = await recordOutage()
    steps = lines.filter((line) => line.kind === 'step')
  }, 120_000)
  afterAll(() => studio[Symbol.asyncDispose]())

  async function choose(page: Page, text: string): Promise<void> {
    const input = page.locator('input[type="file"]')
    await input.setInputFiles({ name: 'session.jsonl', mimeType: 'application/jsonl', buffer: Buffer.from(text) })
  }

  const stateOf = (page: Page) => page.locator('.chip').textContent()
  const litIn = (page: Page) => page.locator('[data-lit="here"][data-state]').getAttribute('data-state')

  test('is gone through step by step: each state lights up, with its sentence, forwards and backwards', async () => {
    await using opened = await studio.open(quiet)
    const { page } = opened
    await choose(page, fileOf(lines))
    await page.locator('h1').getByText('recorded').waitFor()
    expect(steps.map(({ state }) => state)).toEqual(
      expect.arrayContaining(['backoff', 'idle.ready', 'idle.held', 'idle.paused']),
    )
    expect(await page.locator('.scrubber b').textContent()).toBe(`0 / ${steps.length}`)
    for (const [index, step] of steps.entries()) {
      await page.getByRole('button', { name: 'One step forward' }).click()
      await expect.poll(() => page.locator('.scrubber b').textContent()).toBe(`${index + 1} / ${steps.length}`)
      await expect.poll(async () => [await stateOf(page), await litIn(page)]).toEqual([step.state, step.state])
    }
    expect(await page.getByRole('button', { name: 'One step forward' }).isDisabled()).toBe(true)
    await page.getByRole('button', { name: 'One step back' }).click()
    await expect.poll(() => stateOf(page)).toBe(steps.at(-2)?.state)

    const waiting = steps.findIndex(({ state }) => state === 'backoff') + 1
    await page.getByRole('slider').fill(String(waiting))
    await expect.poll(() => stateOf(page)).toBe('backoff')
    // Time stands still here: the sentence is that of the moment.
    await page.getByText('The first entry is tried again in 1 s: 503: out of order; 1 entry waits.').waitFor()
    await page.getByRole('slider').focus()
    await page.keyboard.press('Home')
    await expect.poll(() => page.locator('.scrubber b').textContent()).toBe(`0 / ${steps.length}`)
    await page.keyboard.press('End')
    await expect.poll(() => stateOf(page)).toBe('idle.paused')
    expect(await page.getByRole('button', { name: /^(Pause|Resume|Retry)/ }).count()).toBe(0)
    expect(await findingsOf(page)).toEqual([])
    await view(page, 'Waiting')
    await page.getByText('A recording holds no entries').waitFor()
    await view(page, 'Events')
    await page.getByRole('button', { name: /engine\.held/ }).click()
    await expect.poll(() => stateOf(page)).toBe('idle.held')
    await page.getByRole('button', { name: 'Back to live' }).click()
    await page.locator('.condition').getByText('Live').waitFor()
    expect(opened.complaints).toEqual([])
  })

  test('is read up to a torn last line, and around lines of a kind that nobody knows', async () => {
    await using opened = await studio.open(quiet)
    const [head, ...rest] = lines
    const text = `{"kind":"note"}\n${fileOf(head ? [head] : [])}null\n{"kind":"step","event":7}\n${fileOf(rest)}`
    await choose(opened.page, text.slice(0, -40))
    await expect.poll(() => opened.page.locator('.scrubber b').textContent()).toBe(`0 / ${steps.length - 1}`)
    expect(opened.complaints).toEqual([])
  })

  test('a file that is none is said to be none, and the live view stays', async () => {
    await using opened = await studio.open(quiet)
    await choose(opened.page, '<!doctype html>')
    await opened.page.getByRole('alert').getByText('This file is no recording').waitFor()
    expect(await opened.page.locator('.condition').textContent()).toBe('Live')
    expect(await findingsOf(opened.page)).toEqual([])
  })

  test('is saved from a live session, and opened without a token', async () => {
    await using opened = await studio.open<string>({ push: () => undefined })
    const { page, outbox, inspector } = opened
    await outbox.enqueue('milk')
    await page.locator('.numbers dd').getByText('1', { exact: true }).waitFor()
    const download = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Save' }).click()
    const saved = await readFile(await (await download).path(), 'utf8')
    const kinds = saved
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as RecordedLine).kind)
    expect(new Set(kinds)).toEqual(new Set(['session', 'step']))

    const other = await (await studio.browser.newContext()).newPage()
    await other.goto(new URL(inspector.url).origin)
    await choose(other, saved)
    await expect.poll(() => other.locator('.scrubber b').textContent()).toBe(`0 / ${kinds.length - 1}`)
    await other.keyboard.press('End')
    await other.context().close()
  })

  test('a live session can be looked back at, and followed again', async () => {
    await using opened = await studio.open<string>({ push: () => undefined }, { control: true })
    const { page, outbox } = opened
    await outbox.enqueue('milk')
    await page.locator('[data-state="idle.ready"][data-lit="here"]').waitFor()
    await page.getByRole('slider').fill('0')
    expect(await page.locator('.scrubber b').textContent()).toMatch(/^0 \//)
    outbox.pause()
    await page.getByRole('button', { name: 'Resume' }).waitFor()
    expect(await stateOf(page)).toBe('idle.ready')
    await page.getByRole('button', { name: 'Follow live' }).click()
    await expect.poll(() => stateOf(page)).toBe('idle.paused')
  })
})
