import type { SubmitEvent } from 'react'
import { useState } from 'react'
import type { Notebook } from '../../protocol.ts'
import { useChanges } from '../desk/useChanges.ts'
import { useView } from '../desk/useDesk.ts'
import { PlusIcon } from './icons.tsx'
import { MarkBadge } from './MarkBadge.tsx'

interface ShelfProps {
  readonly chosen: Notebook | undefined
  readonly onChoose: (id: string) => void
}

/** The notebooks, and a way to begin one. */
export function Shelf({ chosen, onChoose }: ShelfProps) {
  const { notebooks } = useView()
  return (
    <nav className="shelf" aria-labelledby="notebooks">
      <h2 className="label" id="notebooks">
        Notebooks
      </h2>
      <ul className="shelf-list">
        {notebooks.map((notebook) => (
          <li key={notebook.id}>
            <button
              type="button"
              className="notebook"
              aria-current={notebook.id === chosen?.id ? 'page' : undefined}
              onClick={() => onChoose(notebook.id)}
            >
              <span className="notebook-name">{notebook.name}</span>
              {notebook.mark !== 'synced' && <MarkBadge mark={notebook.mark} />}
            </button>
          </li>
        ))}
      </ul>
      <NewNotebook />
    </nav>
  )
}

function NewNotebook() {
  const [name, setName] = useState('')
  const { addNotebook, failure } = useChanges()
  async function add(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    if (name.trim() !== '' && (await addNotebook(name.trim()))) setName('')
  }
  return (
    <form className="new-notebook" onSubmit={(event) => void add(event)}>
      <input
        className="field"
        aria-label="Name of a new notebook"
        placeholder="New notebook"
        maxLength={40}
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <button type="submit" className="button icon-button" aria-label="Add notebook">
        <PlusIcon />
      </button>
      {failure !== undefined && (
        <p className="failure" role="alert">
          {failure}
        </p>
      )}
    </form>
  )
}
