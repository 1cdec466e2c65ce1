import type { Page } from 'playwright'
import { beforeAll, describe, expect, it } from 'vitest'
import type { PageFiles } from '../../examples/web/server/files.ts'
import { whyNoChromium } from '../browser/support/chromium.ts'
import { setStage, buildNotesPage } from './support/web.ts'

describe.skipIf(whyNoChromium() !== undefined)('the notes app in Chromium', () => {
  let files: PageFiles
  beforeAll(async () => {
    files = await buildNotesPage()
  })

  it('keeps what is written offline over a reload, and sends it once the server is back', async () => {
    await using stage = await setStage(files)
    const page = await stage.openAs('Ann')
    await stage.server.close()
    await write(page, 'milk')
    await write(page, 'bread')
    await page.reload()
    await page.getByText('2 changes are safe on this device').waitFor()
    await stage.server.reopen()
    await page.getByText('Everything is saved').waitFor()
    expect(stage.server.library.books('ann').notes.map(({ text }) => text)).toEqual(['milk', 'bread'])
    expect(stage.server.library.repeated()).toBe(0)
  })
})

async function write(page: Page, text: string): Promise<void> {
  await page.getByLabel('New note', { exact: true }).fill(text)
  await page.getByRole('button', { name: 'Keep note' }).click()
  await page.getByRole('listitem').filter({ hasText: text }).waitFor()
}
