import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright'

const axeSource = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What axe finds fault with in a page as it is, by all of its rules or by one; empty when there is nothing. */
export async function objectionsTo(page: Page, rule?: string): Promise<readonly string[]> {
  await page.evaluate(axeSource)
  const { violations } = await page.evaluate(async (only) => {
    const { axe } = globalThis as unknown as { readonly axe: { run(options: object): Promise<AxeResults> } }
    return axe.run(only === undefined ? {} : { runOnly: { type: 'rule', values: [only] } })
  }, rule)
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
  )
}
