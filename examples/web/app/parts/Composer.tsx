import type { SubmitEvent } from 'react'
import { useRef, useState } from 'react'
import { useChanges } from '../desk/useChanges.ts'
import { submitOnEnter } from './submitOnEnter.ts'

/** Where a note is written. The text stays in the field until the device has it. */
export function Composer({ notebookId }: { readonly notebookId: string }) {
  const [text, setText] = useState('')
  const field = useRef<HTMLTextAreaElement>(null)
  const { writeNotes, failure } = useChanges()
  async function keep(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    if (text.trim() === '' || !(await writeNotes(notebookId, [text.trim()]))) return
    setText('')
    field.current?.focus()
  }
  return (
    <form className="composer" onSubmit={(event) => void keep(event)}>
      <textarea
        ref={field}
        className="composer-text"
        aria-label="New note"
        placeholder="Write a note"
        rows={2}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={submitOnEnter}
      />
      <div className="composer-foot">
        <p className="hint">
          <kbd>Ctrl</kbd> <kbd>Enter</kbd> keeps it
        </p>
        <button type="submit" className="button primary">
          Keep note
        </button>
      </div>
      {failure !== undefined && (
        <p className="failure" role="alert">
          {failure}
        </p>
      )}
    </form>
  )
}
