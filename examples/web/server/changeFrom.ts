import type { Change } from '../protocol.ts'

/** Reads a change; undefined when it is none. */
export function changeFrom(body: unknown): Change | undefined {
  const given = (typeof body === 'object' && body !== null ? body : {}) as Readonly<Record<string, unknown>>
  const { kind, notebookId, noteId, name, text, writtenAt } = given
  if (kind === 'addNotebook' && isText(notebookId) && isText(name)) return { kind, notebookId, name }
  if (kind === 'removeNote' && isText(noteId)) return { kind, noteId }
  if (kind === 'saveNote' && isText(noteId) && isText(notebookId) && isText(text) && typeof writtenAt === 'number') {
    return { kind, noteId, notebookId, text, writtenAt }
  }
  return undefined
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
