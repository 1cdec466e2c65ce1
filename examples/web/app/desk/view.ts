import type { DeadLetter, ListedEntry, Status } from 'xstate-outbox'
import { notesAfter } from '../../notesAfter.ts'
import type { Books, Change, Note, Notebook } from '../../protocol.ts'
import type { ServerIds } from '../sync/device.ts'

/** Where a change stands: on the server, waiting, on its way, to be tried again, or refused for good. */
export type Mark = 'synced' | 'waiting' | 'sending' | 'retrying' | 'failed'

export type Marked<T> = T & { readonly mark: Mark }

/** What is on the desk: the server's books with everything laid over them that has not reached it yet. */
export interface View {
  readonly notebooks: readonly Marked<Notebook>[]
  /** The ids that notebooks have got from the server, by those that they had before. */
  readonly serverIds: ServerIds
  /** Newest first. */
  readonly notes: readonly Marked<Note>[]
  readonly refused: readonly Refused[]
}

/** A change that the server will not take as it is. */
export interface Refused {
  /** The id of its entry. */
  readonly id: string
  readonly change: Change
  readonly reason: string
}

/** What a view is made of. */
export interface Parts {
  readonly books: Books
  readonly serverIds: ServerIds
  readonly waiting: readonly ListedEntry<Change>[]
  readonly letters: readonly DeadLetter<Change>[]
  readonly status: Pick<Status, 'state' | 'reason'>
}

export const emptyView: View = { notebooks: [], serverIds: {}, notes: [], refused: [] }

export function viewOf({ books, serverIds, waiting, letters, status }: Parts): View {
  const marks = new Map<string, Mark>()
  let { notebooks, notes } = books
  const refused = letters.flatMap(({ entry, reason }) =>
    entry.payload === undefined ? [] : [{ id: entry.id, change: known(entry.payload, serverIds), reason }],
  )
  for (const { change } of refused) marks.set(subjectOf(change), 'failed')
  for (const [index, { payload }] of waiting.entries()) {
    if (payload === undefined) continue
    const change = known(payload, serverIds)
    const subject = subjectOf(change)
    // The mark of the oldest change of a note: the others go after it.
    const mark = marks.get(subject)
    if (mark === undefined || mark === 'failed') marks.set(subject, markOf(index, status))
    notebooks = notebooksAfter(notebooks, change)
    notes = notesAfter(notes, change)
  }
  const marked = <T extends { readonly id: string }>(thing: T) => ({ ...thing, mark: marks.get(thing.id) ?? 'synced' })
  return {
    notebooks: notebooks.map(marked),
    serverIds,
    notes: notes.map(marked).toSorted((one, other) => other.writtenAt - one.writtenAt),
    refused,
  }
}

/** The note or notebook that a change is about. */
export function subjectOf(change: Change): string {
  return change.kind === 'addNotebook' ? change.notebookId : change.noteId
}

function notebooksAfter(notebooks: readonly Notebook[], change: Change): readonly Notebook[] {
  if (change.kind !== 'addNotebook') return notebooks
  const { notebookId: id, name } = change
  return [...notebooks.filter((notebook) => notebook.id !== id), { id, name }]
}

/** The mark of an entry at this place in the queue: only the first one is ever under way. */
function markOf(index: number, { state, reason }: Parts['status']): Mark {
  if (index > 0) return 'waiting'
  if (reason === 'pushing') return 'sending'
  return state === 'backoff' ? 'retrying' : 'waiting'
}

/** A change under the ids that the server has given since it was made. */
function known(change: Change, serverIds: ServerIds): Change {
  if (change.kind === 'removeNote') return change
  return { ...change, notebookId: serverIds[change.notebookId] ?? change.notebookId }
}
