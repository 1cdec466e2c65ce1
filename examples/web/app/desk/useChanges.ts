import { useState } from 'react'
import { isOutboxError } from 'xstate-outbox'
import type { Change, Note } from '../../protocol.ts'
import { temporaryId } from '../sync/pushChange.ts'
import { useDesk } from './useDesk.ts'

/** The ways to change something. Each answers whether the change is on this device; if not, `failure` says why. */
export interface Changes {
  addNotebook(name: string): Promise<boolean>
  writeNotes(notebookId: string, texts: readonly string[]): Promise<boolean>
  editNote(note: Note, text: string): Promise<boolean>
  removeNote(noteId: string): Promise<boolean>
  readonly failure: string | undefined
}

export function useChanges(): Changes {
  const { outbox } = useDesk()
  const [failure, setFailure] = useState<string>()

  async function keep(...changes: readonly Change[]): Promise<boolean> {
    try {
      await outbox.enqueueAll(changes.map((payload) => ({ payload })))
      setFailure(undefined)
      return true
    } catch (error) {
      const isFull = isOutboxError(error, 'OUTBOX_FULL') || isOutboxError(error, 'OUTBOX_QUOTA')
      setFailure(isFull ? 'Not kept: this device is full.' : `Not kept: ${String(error)}`)
      return false
    }
  }

  return {
    failure,
    addNotebook: (name) => keep({ kind: 'addNotebook', notebookId: temporaryId(), name }),
    writeNotes: (notebookId, texts) =>
      keep(
        ...texts.map((text, place): Change => {
          // A ms apart, so that they stay in this order.
          return { kind: 'saveNote', noteId: crypto.randomUUID(), notebookId, text, writtenAt: Date.now() + place }
        }),
      ),
    editNote: ({ id: noteId, notebookId, writtenAt }, text) =>
      keep({ kind: 'saveNote', noteId, notebookId, text, writtenAt }),
    removeNote: (noteId) => keep({ kind: 'removeNote', noteId }),
  }
}
