// A page that keeps notes, with or without a connection: `openNotes(document.body, httpPush({ url: '/api/notes' }))`.
import { createOutbox } from 'xstate-outbox'
import type { Outbox, Push } from 'xstate-outbox'

export interface Note {
  readonly text: string
}

/** Shows a form, the notes that are still on this device, and where the outbox stands. */
export function openNotes(root: HTMLElement, push: Push<Note>, name = 'notes'): Outbox<Note> {
  const outbox = createOutbox<Note>({ name, push })
  root.innerHTML = '<form><input required><button>Keep</button></form><pre></pre><p role="status"></p>'
  const [input, notes, status] = [root.querySelector('input'), root.querySelector('pre'), root.querySelector('p')]

  async function show(): Promise<void> {
    status?.replaceChildren(outbox.explain())
    if (outbox.status().state === 'stopped') return
    const waiting = await outbox.list()
    notes?.replaceChildren(waiting.map(({ payload }) => payload?.text).join('\n'))
  }

  async function keep(text: string): Promise<void> {
    try {
      await outbox.enqueue({ text })
      if (input) input.value = ''
    } catch (error) {
      status?.replaceChildren(`Not kept: ${String(error)}`)
    }
  }

  root.querySelector('form')?.addEventListener('submit', (event) => {
    event.preventDefault()
    void keep(input?.value ?? '')
  })
  outbox.subscribe(() => void show())
  return outbox
}
