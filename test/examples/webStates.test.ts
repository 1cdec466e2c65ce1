import { describe, expect, it } from 'vitest'
import { whyNoChromium } from '../browser/support/chromium.ts'
import { objectionsTo } from './support/axe.ts'
import { walk } from './support/walk.ts'
import { buildNotesPage, setStage } from './support/web.ts'

describe.skipIf(whyNoChromium() !== undefined)('every state of the notes app in Chromium', () => {
  it('has nothing that axe objects to, light and dark, fits from 400 to 1600 pixels, and moves nothing for who asks', async () => {
    await using stage = await setStage(await buildNotesPage())
    const findings: string[] = []
    const states: string[] = []
    await walk(stage, async (state, page) => {
      states.push(state)
      await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
      findings.push(...(await objectionsTo(page)).map((objection) => `${state}: ${objection}`))
      // All that another scheme changes is colours.
      await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' })
      const faint = await objectionsTo(page, 'color-contrast')
      findings.push(...faint.map((objection) => `${state}, dark: ${objection}`))
      for (const width of [400, 720, 1600]) {
        await page.setViewportSize({ width, height: 900 })
        const over = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        )
        if (over > 0) findings.push(`${state}: ${over} pixels too wide for ${width}`)
      }
      const moving = await page.evaluate(() => document.getAnimations().length)
      if (moving > 0) findings.push(`${state}: ${moving} animations`)
    })
    expect(findings).toEqual([])
    expect(states).toHaveLength(12)
  }, 180_000)
})
