// Pictures of the inspector's page in its states, light and dark, wide and narrow: `npm run build && node scripts/shootInspector.js <folder>`.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { chromium } from 'playwright'
import { createOutbox, HoldError, memoryStore, PermanentError, UnreachableError } from '../dist/src/index.js'
import { startInspector } from '../dist/src/inspect/server/startInspector.js'

const { positionals } = parseArgs({ allowPositionals: true })
const [folder = 'inspector-pictures', ...wanted] = positionals
mkdirSync(folder, { recursive: true })

/** @typedef {{ dish: string, portions: number }} Order */
/** @typedef {{ push: (portions: number) => unknown, entries: number, view?: string, prepare?: (page: import('playwright').Page) => Promise<unknown> }} Scene */

const dishes = ['ramen', 'dal', 'pierogi', 'tacos']
const slowly = () => new Promise((resolve) => void setTimeout(resolve, 40))

/** @param {number} portions */
const picky = (portions) => {
  if (portions % 4 === 3) throw new PermanentError(`422: ${portions} portions are too many`)
}

/** @param {import('playwright').Page} page what it has seen is saved, opened, and gone through to its middle */
async function replay(page) {
  const download = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.locator('input[type="file"]').setInputFiles(await (await download).path())
  await page.getByText('Back to live').waitFor()
  await page.getByRole('slider').fill('5')
}

/** @type {Record<string, Scene>} */
const scenes = {
  draining: { push: slowly, entries: 600 },
  backoff: {
    push(portions) {
      if (portions > 20) throw new UnreachableError('no answer from https://kitchen.example')
    },
    entries: 48,
  },
  held: {
    push(portions) {
      if (portions > 30) throw new HoldError('sign in again')
    },
    entries: 48,
  },
  dead: { push: picky, entries: 60, view: 'Dead letters' },
  waiting: {
    push() {
      throw new Error('503 from https://kitchen.example')
    },
    entries: 100_000,
    view: 'Waiting',
  },
  audit: { push: picky, entries: 60, view: 'Audit' },
  events: { push: picky, entries: 60, view: 'Events' },
  nothing: { push: picky, entries: 0, view: 'Dead letters' },
  replay: { push: picky, entries: 60, prepare: replay },
}

const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
})

/** @param {string} name @param {Scene} scene @param {'light' | 'dark'} colorScheme @param {number} width */
async function shoot(name, { push, entries, view, prepare }, colorScheme, width) {
  /** @type {import('../src/createOutbox.ts').Outbox<Order>} */
  const outbox = createOutbox({
    store: memoryStore(),
    push: ({ payload }) => push(payload.portions),
    backoff: () => 24_000,
    meta: ({ dish }) => ({ dish }),
  })
  const inspector = await startInspector(outbox, { name: 'kitchen', control: true, payloads: true })
  const page = await browser.newPage({ colorScheme, viewport: { width, height: width < 500 ? 860 : 800 } })
  await page.goto(inspector.url)
  await page.locator('.hero').waitFor()
  const all = Array.from({ length: entries }, (_, portions) => ({
    payload: { dish: dishes[portions % 4] ?? '', portions },
  }))
  for (let first = 0; first < all.length; first += 1_000) await outbox.enqueueAll(all.slice(first, first + 1_000))
  if (view !== undefined) await page.getByRole('tab', { name: view }).click()
  await page.waitForTimeout(1_500)
  await prepare?.(page)
  await page.waitForTimeout(1_000)
  writeFileSync(join(folder, `${name}-${colorScheme}-${width}.png`), await page.screenshot())
  await page.close()
  await inspector.stop()
  await outbox.stop()
}

for (const [name, scene] of Object.entries(scenes)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  for (const width of [1_280, 400])
    for (const theme of /** @type {const} */ (['light', 'dark'])) await shoot(name, scene, theme, width)
  console.log(name)
}
await browser.close()
