import type { Outbox } from 'xstate-outbox'
import { createOutbox } from 'xstate-outbox'
import { httpPush } from 'xstate-outbox/http'
import { idbStore } from 'xstate-outbox/idb'

export interface Note {
  readonly text: string
}

/** The outbox of every window: they share an origin, so they share its store, and one of them drains. */
export function openOutbox(): Outbox<Note> {
  return createOutbox<Note>({
    name: 'notes',
    store: idbStore({ name: 'notes' }),
    push: httpPush({ url: '/api/notes', body: ({ payload }) => payload }),
  })
}
