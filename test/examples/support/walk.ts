import type { Page } from 'playwright'
import { visitorOf } from './visitor.ts'
import type { Stage } from './web.ts'

/** Leads through every state of the notes app that a visitor can see, and calls back in each. */
export async function walk(stage: Stage, look: (state: string, page: Page) => Promise<void>): Promise<void> {
  const page = await stage.open()
  const ann = visitorOf(page)
  await page.getByRole('heading', { name: 'Who is writing?' }).waitFor()
  await look('signed out', page)

  await ann.signIn('Ann')
  await ann.reads('Everything is saved')
  await look('empty', page)

  await ann.write('Ferry at 9:40 on Friday. Bring the small tent and the good rope.')
  await ann.write('Ask Mira whether the harbour office still wants the tide tables.')
  await ann.reads('Everything is saved')
  await look('synced', page)

  await ann.switchTo('Down')
  await ann.write('The lamp on the pier was out again.')
  await ann.reads('Waiting for the server')
  await look('backing off', page)

  await ann.switchTo('Busy')
  await ann.tryNow()
  await ann.reads('The server is busy')
  await look('asked to wait', page)

  await stage.browser.context.setOffline(true)
  await ann.reads('You are offline')
  await ann.addNotebook('Harbour')
  await ann.chooseNotebook('Harbour')
  await ann.write('Low water 6:12, high water 12:31.')
  await look('offline', page)

  stage.server.switchboard.set({ trouble: 'slow' })
  await ann.chooseNotebook('Journal')
  await ann.press('Write ten notes at once')
  await stage.browser.context.setOffline(false)
  stage.gate.letPass(1)
  await page.getByText('1 of 13 sent').waitFor()
  await look('sending', page)

  const other = await stage.open()
  await visitorOf(other).reads('Another window is sending')
  await look('second window', other)
  await other.close()
  stage.gate.open()
  stage.server.switchboard.set({ trouble: 'none' })
  await ann.reads('Everything is saved')

  await ann.refuseCoffee(true)
  await ann.write('Coffee with Ben at ten, by the ferry.')
  await page.getByRole('heading', { name: 'Refused by the server' }).waitFor()
  await look('refused', page)

  await ann.press('Sign everybody out')
  await ann.write('Two boats came in after dark.')
  await page.getByRole('heading', { name: 'The server has signed you out' }).waitFor()
  await look('held', page)

  await ann.press('Switch to Ben')
  await page.getByText('Signed in as Ben').waitFor()
  await look('switched', page)
  await ann.press('Sign out')
  await page.getByRole('heading', { name: 'Who is writing?' }).waitFor()
  await look('signed out with changes waiting', page)
}
