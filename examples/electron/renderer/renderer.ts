import type { Bridge } from '../bridge.ts'
import { wordingOf } from '../../web/app/wording.ts'
import { byId } from './element.ts'
import type { SentNote } from './notes.ts'
import { lineOf, notesOf } from './notes.ts'
import { openOutbox } from './openOutbox.ts'

// Without Electron around it the page works all the same; nobody then wakes it or waits for it.
const { paperboat } = globalThis as { readonly paperboat?: Bridge }

const outbox = openOutbox()
let sent: readonly SentNote[] = []

async function fetchSent(): Promise<void> {
  const response = await fetch('/api/notes').catch(() => undefined) // no answer: what is known stays
  if (response?.ok) sent = (await response.json()) as readonly SentNote[]
}

function showStatus(): void {
  const status = outbox.status()
  const { tone, headline, sentence } = wordingOf(status)
  byId('sync').className = `sync sync-${tone}`
  if (byId('headline').textContent !== headline) byId('headline').textContent = headline
  byId('sentence').textContent = sentence
  byId('explanation').textContent = outbox.explain()
  byId('retry').hidden = status.state !== 'backoff'
  paperboat?.tellPending(status.pending)
}

async function showNotes(): Promise<void> {
  if (outbox.status().state === 'stopped') return
  const notes = await notesOf(outbox, sent)
  byId('notes').replaceChildren(...notes.map(lineOf))
  byId('empty').hidden = notes.length > 0
}

async function show(): Promise<void> {
  showStatus()
  if (outbox.status().pending === 0) await fetchSent()
  await showNotes()
}

async function keep(field: HTMLTextAreaElement): Promise<void> {
  const text = field.value.trim()
  if (text === '') return
  try {
    await outbox.enqueue({ text })
    byId('failure').textContent = ''
    field.value = ''
    field.focus()
  } catch (error) {
    byId('failure').textContent = `Not kept: ${String(error)}`
  }
}

const field = byId('text') as HTMLTextAreaElement
byId('composer').addEventListener('submit', (event) => {
  event.preventDefault()
  void keep(field)
})
field.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) field.form?.requestSubmit()
})
byId('retry').addEventListener('click', () => outbox.retry())
outbox.subscribe(() => void show())
setInterval(showStatus, 1_000) // a wait counts down
paperboat?.onAwake(() => void outbox.flush())
paperboat?.onQuit(async () => {
  await outbox.stop()
})
void show()
