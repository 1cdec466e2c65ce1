import { notesAfter } from '../../notesAfter.ts'
import type { Books, Change, Taken } from '../../protocol.ts'

/** The books as they are once the server has taken a change; what others have changed meanwhile comes with the next fetch. */
export function booksAfter(books: Books, change: Change, { version, notebook }: Taken): Books {
  // A repeated change is answered as it was the first time: what is known may be newer.
  if (version <= books.version) return books
  const notebooks = notebook === undefined ? books.notebooks : [...books.notebooks, notebook]
  return { version, notebooks, notes: notesAfter(books.notes, change) }
}
