import { useId, useState } from 'react'
import type { Change } from '../../protocol.ts'
import { useDesk, useView } from '../desk/useDesk.ts'
import type { Refused } from '../desk/view.ts'
import { deedOf, plainReason } from '../wording.ts'
import { focusHeading } from './focusHeading.ts'
import { MarkBadge } from './MarkBadge.tsx'

/** The dead letters: what the server will not take as it is. Nothing goes away by itself. */
export function RefusedList({ refused }: { readonly refused: readonly Refused[] }) {
  const { outbox } = useDesk()
  if (refused.length === 0) return null
  return (
    <section className="refused" aria-labelledby="refused">
      <header className="refused-head">
        <h2 className="refused-title" id="refused">
          Refused by the server
        </h2>
        {refused.length > 1 && (
          <button type="button" className="button quiet" onClick={() => void outbox.deadLetters.requeueAll()}>
            Send all again
          </button>
        )}
      </header>
      <ul className="refused-list">
        {refused.map((letter) => (
          <RefusedChange key={letter.id} letter={letter} />
        ))}
      </ul>
    </section>
  )
}

function RefusedChange({ letter }: { readonly letter: Refused }) {
  const { deadLetters } = useDesk().outbox
  const { notebooks } = useView()
  const { id, change, reason } = letter
  const [text, setText] = useState(textOf(change))
  const reasonId = useId()
  const fieldId = useId()
  const isEdited = text !== textOf(change)
  const sendAgain = () => {
    focusHeading()
    void deadLetters.requeue(id, isEdited ? { edit: (payload) => withText(payload, text) } : {})
  }
  const discard = () => {
    focusHeading()
    void deadLetters.discard(id)
  }
  return (
    <li className="note refused-note">
      <div className="refused-about">
        <MarkBadge mark="failed" />
        <p id={reasonId}>{plainReason(reason)}</p>
      </div>
      {text === undefined ? (
        <p className="label">{deedOf(letter, notebooks)}</p>
      ) : (
        <label className="label" htmlFor={fieldId}>
          {deedOf(letter, notebooks)}
        </label>
      )}
      {text !== undefined && (
        <textarea
          id={fieldId}
          className="field"
          aria-describedby={reasonId}
          rows={2}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      )}
      <div className="editor-foot">
        <button type="button" className="button quiet" onClick={discard}>
          Discard
        </button>
        <button type="button" className="button primary" onClick={sendAgain}>
          {isEdited ? 'Send the new text' : 'Send again'}
        </button>
      </div>
    </li>
  )
}

/** The words of a change that can be edited. */
function textOf(change: Change): string | undefined {
  if (change.kind === 'removeNote') return undefined
  return change.kind === 'addNotebook' ? change.name : change.text
}

function withText(change: Change, text = ''): Change {
  if (change.kind === 'removeNote') return change
  return change.kind === 'addNotebook' ? { ...change, name: text } : { ...change, text }
}
