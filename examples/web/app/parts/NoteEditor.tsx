import type { SubmitEvent } from 'react'
import { useState } from 'react'
import { submitOnEnter } from './submitOnEnter.ts'

interface NoteEditorProps {
  readonly label: string
  readonly text: string
  readonly saveWord: string
  readonly onSave: (text: string) => Promise<unknown>
  /** Called by the button beside, and by Escape. */
  readonly onCancel: () => void
  readonly cancelWord?: string
}

/** A text in the making. */
export function NoteEditor({ label, text, saveWord, onSave, onCancel, cancelWord = 'Cancel' }: NoteEditorProps) {
  const [draft, setDraft] = useState(text)
  function save(event: SubmitEvent): void {
    event.preventDefault()
    if (draft.trim() !== '') void onSave(draft.trim())
  }
  return (
    <form className="editor" onSubmit={save}>
      <textarea
        className="field"
        aria-label={label}
        rows={3}
        value={draft}
        ref={focusAtEnd}
        onChange={(event) => setDraft(event.target.value)}
        onKeyDown={(event) => (event.key === 'Escape' ? onCancel() : submitOnEnter(event))}
      />
      <div className="editor-foot">
        <button type="button" className="button quiet" onClick={onCancel}>
          {cancelWord}
        </button>
        <button type="submit" className="button primary">
          {saveWord}
        </button>
      </div>
    </form>
  )
}

/** The editor opens where something was pressed, so the focus goes there with it. */
function focusAtEnd(field: HTMLTextAreaElement | null): void {
  field?.focus()
  field?.setSelectionRange(field.value.length, field.value.length)
}
