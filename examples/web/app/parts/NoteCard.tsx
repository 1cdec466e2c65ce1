import { useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import type { Note } from '../../protocol.ts'
import { useChanges } from '../desk/useChanges.ts'
import type { Marked } from '../desk/view.ts'
import { focusHeading } from './focusHeading.ts'
import { MarkBadge } from './MarkBadge.tsx'
import { NoteEditor } from './NoteEditor.tsx'

/** A note, with where it stands. */
export function NoteCard({ note }: { readonly note: Marked<Note> }) {
  const [isEdited, setIsEdited] = useState(false)
  const editButton = useRef<HTMLButtonElement>(null)
  const { editNote, removeNote, failure } = useChanges()

  function close(): void {
    // At once, so that the button is there to take the focus.
    flushSync(() => setIsEdited(false))
    editButton.current?.focus()
  }

  async function remove(): Promise<void> {
    if (await removeNote(note.id)) focusHeading()
  }

  if (isEdited) {
    return (
      <li className="note">
        <NoteEditor
          label="Text of the note"
          text={note.text}
          saveWord="Save"
          onSave={async (text) => (await editNote(note, text)) && close()}
          onCancel={close}
        />
      </li>
    )
  }
  const about = <span className="hidden"> “{note.text.slice(0, 60)}”</span>
  return (
    <li className="note">
      <p className="note-text">{note.text}</p>
      <div className="note-foot">
        <MarkBadge mark={note.mark} />
        <time className="note-time" dateTime={new Date(note.writtenAt).toISOString()}>
          {timeOf(note.writtenAt)}
        </time>
        <span className="note-actions">
          <button ref={editButton} type="button" className="button quiet" onClick={() => setIsEdited(true)}>
            Edit{about}
          </button>
          <button type="button" className="button quiet" onClick={() => void remove()}>
            Remove{about}
          </button>
        </span>
      </div>
      {failure !== undefined && (
        <p className="failure" role="alert">
          {failure}
        </p>
      )}
    </li>
  )
}

const time = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' })

function timeOf(at: number): string {
  return time.format(at)
}
