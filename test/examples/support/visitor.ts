import type { Page } from 'playwright'

/** Somebody at the page of the notes app, who finds things by their roles and names. */
export interface Visitor {
  readonly page: Page
  signIn(name: string): Promise<void>
  /** Writes notes, one after the other, each after the one before is seen. */
  write(...texts: readonly string[]): Promise<void>
  /** Changes a note, and sees that it is changed. */
  edit(from: string, to: string): Promise<void>
  addNotebook(name: string): Promise<void>
  chooseNotebook(name: string): Promise<void>
  press(name: string): Promise<void>
  /** Presses “Try now”, unless it is trying by itself at this moment. */
  tryNow(): Promise<void>
  switchTo(trouble: 'Works' | 'Down' | 'Slow' | 'Busy' | 'Mute'): Promise<void>
  /** Switches whether the server refuses what mentions coffee. */
  refuseCoffee(isRefused: boolean): Promise<void>
  /** Resolves when the sync card says so. */
  reads(headline: string): Promise<void>
  /** Resolves when a note with this text has this mark. */
  sees(text: string, mark: string): Promise<void>
  /** The texts of the notes in view, newest first. */
  texts(): Promise<readonly string[]>
}

export function visitorOf(page: Page): Visitor {
  const press = (name: string) => page.getByRole('button', { name, exact: true }).click()
  const shelf = page.getByRole('navigation')
  const notes = page.getByRole('list', { name: 'Notes' }).getByRole('listitem')
  const note = (text: string) => notes.filter({ has: page.getByText(text, { exact: true }) })
  return {
    page,
    press,
    async tryNow() {
      const button = page.getByRole('button', { name: 'Try now' })
      await button.click({ timeout: 2_000 }).catch(() => undefined) // it went away: that was what it was to do
    },
    async signIn(name) {
      await page.getByRole('button', { name }).click()
      await page.getByRole('heading', { name: 'Journal' }).waitFor()
    },
    async write(...texts) {
      // A page behind another one is drawn rarely, so clicks on it take seconds.
      await page.bringToFront()
      for (const text of texts) {
        await page.getByRole('textbox', { name: 'New note', exact: true }).fill(text)
        await press('Keep note')
        await page.getByRole('listitem').filter({ hasText: text }).first().waitFor()
      }
    },
    async edit(from, to) {
      await page.bringToFront()
      await note(from).getByRole('button', { name: 'Edit' }).click()
      await page.getByRole('textbox', { name: 'Text of the note' }).fill(to)
      await press('Save')
      await note(to).waitFor()
    },
    async addNotebook(name) {
      await page.getByRole('textbox', { name: 'Name of a new notebook' }).fill(name)
      await press('Add notebook')
      await shelf.getByRole('button', { name }).waitFor()
    },
    async chooseNotebook(name) {
      await shelf.getByRole('button', { name }).click()
      await page.getByRole('heading', { level: 1, name }).waitFor()
    },
    switchTo: (trouble) => page.getByRole('radio', { name: trouble }).check(),
    refuseCoffee: (isRefused) => page.getByRole('checkbox', { name: 'Refuse coffee' }).setChecked(isRefused),
    reads: (headline) => page.getByRole('status').getByText(headline, { exact: true }).waitFor(),
    sees: (text, mark) => note(text).getByText(mark, { exact: true }).waitFor(),
    texts: () => notes.getByRole('paragraph').allTextContents(),
  }
}
