import type { Change, Note } from './protocol.ts'

/** The notes after a change. A save is the whole note, so making it again changes nothing. */
export function notesAfter(notes: readonly Note[], change: Change): readonly Note[] {
  if (change.kind === 'addNotebook') return notes
  const others = notes.filter(({ id }) => id !== change.noteId)
  if (change.kind === 'removeNote') return others
  const { noteId: id, notebookId, text, writtenAt } = change
  return [...others, { id, notebookId, text, writtenAt }]
}
