import { fileURLToPath, pathToFileURL } from 'node:url'
import { readFile } from 'node:fs/promises'
import type { Browser, BrowserContextOptions, Page } from 'playwright'
import { chromium } from 'playwright'
import type { AxeResults } from 'axe-core'
import type { Outbox, OutboxOptions } from '../../../src/createOutbox.ts'
import { createOutbox } from '../../../src/createOutbox.ts'
import type { Inspector, InspectorServerOptions, startInspector } from '../../../src/inspect/server/startInspector.ts'
import { memoryStore } from '../../../src/store/memory.ts'
import { chromiumArgs, findChromium } from '../../browser/support/chromium.ts'
import type { BuiltPackage } from '../../support/builtPackage.ts'
import { buildPackage } from '../../support/builtPackage.ts'

/** The package as it is built, with the page's one file, and a Chromium to look at it with. */
export interface Studio extends AsyncDisposable {
  readonly built: BuiltPackage
  readonly browser: Browser
  /** An outbox in memory, inspected, and its page in a tab of its own. */
  open<P>(options: OutboxOptions<P>, inspecting?: InspectorServerOptions & Viewing): Promise<Opened<P>>
}

/** How the tab is made. */
export interface Viewing {
  readonly context?: BrowserContextOptions
  /** Before the page is opened. */
  readonly prepare?: (outbox: never) => Promise<unknown>
}

/** An inspected outbox and the tab that shows it. */
export interface Opened<P> extends AsyncDisposable {
  readonly outbox: Outbox<P>
  readonly inspector: Inspector
  readonly page: Page
  /** The address of each request, in order. */
  readonly requested: readonly string[]
  /** What the page complained of: errors, and what its policy kept it from. */
  readonly complaints: readonly string[]
}

export async function openStudio(): Promise<Studio> {
  const built = await buildPackage()
  const browser = await chromium.launch({ executablePath: findChromium() ?? '', args: chromiumArgs })
  const path = pathToFileURL(built.path('src/inspect/server/startInspector.js')).href
  const server = (await import(/* @vite-ignore */ path)) as { readonly startInspector: typeof startInspector }
  return {
    built,
    browser,
    async open(options, { context, prepare, ...inspecting } = {}) {
      const outbox = createOutbox({ store: memoryStore(), ...options })
      await prepare?.(outbox as never)
      const inspector = await server.startInspector(outbox, inspecting)
      const tab = await browser.newContext(context)
      const page = await tab.newPage()
      const requested: string[] = []
      const complaints: string[] = []
      page.on('request', (request) => requested.push(request.url()))
      page.on('pageerror', (error) => complaints.push(error.message))
      page.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
      })
      await page.goto(inspector.url)
      await page.locator('.hero').waitFor()
      return {
        outbox,
        inspector,
        page,
        requested,
        complaints,
        async [Symbol.asyncDispose]() {
          await tab.close()
          await inspector.stop()
          await outbox.stop()
        },
      }
    },
    async [Symbol.asyncDispose]() {
      await browser.close()
      await built[Symbol.asyncDispose]()
    },
  }
}

const axe = await readFile(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8')

/** What axe finds wrong with the page as it is, one line each. */
export async function findingsOf(page: Page): Promise<readonly string[]> {
  // Colours that are on their way to others are neither.
  await page.emulateMedia({ reducedMotion: 'reduce' })
  // By the browser's own console, which the page's policy does not bind.
  await page.evaluate(axe)
  const { violations } = await page.evaluate<AxeResults>('axe.run(document, { resultTypes: ["violations"] })')
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary = '' }) => `${id}: ${JSON.stringify(target)} ${failureSummary}`),
  )
}

/** Goes to a view by its tab, and waits for what is in it. */
export async function view(page: Page, name: string): Promise<void> {
  const tab = page.getByRole('tab', { name })
  await tab.click()
  await page.locator(`[role="tabpanel"][aria-labelledby="${await tab.getAttribute('id')}"]`).waitFor()
  await page.locator('.loading').waitFor({ state: 'detached' })
}
