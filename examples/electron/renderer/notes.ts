import type { Outbox, Status } from 'xstate-outbox'
import type { Mark } from '../../web/app/desk/view.ts'
import { markWords } from '../../web/app/wording.ts'
import { element } from './element.ts'
import type { Note } from './openOutbox.ts'

interface ShownNote extends Note {
  readonly id: string
  readonly mark: Mark
}

/** The notes that the remote has, and those that wait, newest first. */
export async function notesOf(outbox: Outbox<Note>, sent: readonly SentNote[]): Promise<readonly ShownNote[]> {
  const status = outbox.status()
  const waiting = await outbox.list({ limit: 1_000 })
  const isWaiting = new Set(waiting.map(({ id }) => id))
  return [
    ...sent.filter(({ id }) => !isWaiting.has(id)).map((note): ShownNote => ({ ...note, mark: 'synced' })),
    ...waiting.flatMap(({ id, payload }, index) =>
      payload ? [{ id, text: payload.text, mark: markOf(index, status) }] : [],
    ),
  ].toReversed()
}

/** A note as the remote tells of it; its id is that of the entry which brought it. */
export interface SentNote extends Note {
  readonly id: string
}

function markOf(index: number, { state, reason }: Status): Mark {
  if (index > 0) return 'waiting'
  if (reason === 'pushing') return 'sending'
  return state === 'backoff' ? 'retrying' : 'waiting'
}

/** A note as a line of the list. */
export function lineOf({ text, mark }: ShownNote): HTMLLIElement {
  const words = element('span', { className: `mark mark-${mark}` }, markWords[mark])
  return element(
    'li',
    { className: 'note' },
    element('p', { className: 'note-text' }, text),
    element('div', { className: 'note-foot' }, words),
  )
}
