import type { Notebook } from '../../protocol.ts'
import { useView } from '../desk/useDesk.ts'
import { counted } from '../wording.ts'
import { Composer } from './Composer.tsx'
import { Boat } from './icons.tsx'
import { NoteCard } from './NoteCard.tsx'
import { RefusedList } from './RefusedList.tsx'

/** One notebook: a place to write, what was refused, and the notes. */
export function NotebookPage({ notebook }: { readonly notebook: Notebook | undefined }) {
  const view = useView()
  const notes = view.notes.filter(({ notebookId }) => notebookId === notebook?.id)
  return (
    <section className="page" aria-labelledby="notebook">
      <header className="page-head">
        <h1 className="page-title" id="notebook" tabIndex={-1}>
          {notebook?.name ?? 'No notebook yet'}
        </h1>
        <p className="page-count">{notes.length > 0 && counted(notes.length, 'note')}</p>
      </header>
      {notebook !== undefined && <Composer notebookId={notebook.id} />}
      <RefusedList refused={view.refused} />
      {notes.length === 0 ? (
        <Empty hasNotebook={notebook !== undefined} />
      ) : (
        <ul className="notes" aria-label="Notes">
          {notes.map((note) => (
            <NoteCard key={note.id} note={note} />
          ))}
        </ul>
      )}
    </section>
  )
}

function Empty({ hasNotebook }: { readonly hasNotebook: boolean }) {
  return (
    <div className="empty">
      <Boat className="boat empty-boat" />
      <p className="empty-title">{hasNotebook ? 'An empty page' : 'An empty shelf'}</p>
      <p className="empty-words">
        {hasNotebook
          ? 'Write something. It is kept on this device at once, and sent when the server can be reached.'
          : 'Begin a notebook, with or without a connection.'}
      </p>
    </div>
  )
}
