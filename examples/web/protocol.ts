// What page and server say to each other.

/** One change, as the outbox keeps it and the server takes it. */
export type Change =
  /** `notebookId` is temporary: the server answers with the one it has given. */
  | { readonly kind: 'addNotebook'; readonly notebookId: string; readonly name: string }
  /** `noteId` is made on the device and stays; `writtenAt` (epoch ms) is when the note was first written. */
  | ({ readonly kind: 'saveNote' } & NoteText & { readonly noteId: string })
  | { readonly kind: 'removeNote'; readonly noteId: string }

interface NoteText {
  readonly notebookId: string
  readonly text: string
  readonly writtenAt: number
}

export interface Notebook {
  readonly id: string
  readonly name: string
}

export interface Note extends NoteText {
  readonly id: string
}

/** Everything that an account has on the server; `version` counts the changes that made it so. */
export interface Books {
  readonly version: number
  readonly notebooks: readonly Notebook[]
  readonly notes: readonly Note[]
}

/** What the server says when it has taken a change. */
export interface Taken {
  /** The version of the books after this change. */
  readonly version: number
  /** The notebook under the id that the server has given it. */
  readonly notebook?: Notebook
}

/** Who can sign in here. A real app would ask for a password. */
export const accounts = [
  { id: 'ann', name: 'Ann' },
  { id: 'ben', name: 'Ben' },
] as const

export type AccountId = (typeof accounts)[number]['id']

export function isAccountId(value: unknown): value is AccountId {
  return accounts.some(({ id }) => id === value)
}

/** What the server does with each request to `/api/`. */
export const troubles = ['none', 'down', 'slow', 'busy', 'mute'] as const

export type Trouble = (typeof troubles)[number]

/** How the server is switched, and what it has seen. */
export interface ServerState {
  readonly trouble: Trouble
  /** Whether it refuses what mentions coffee. */
  readonly refusesCoffee: boolean
  readonly taken: number
  /** Changes that came once more with a key that it already had. */
  readonly repeated: number
  readonly refused: number
}

/** A change as it first came to the server. */
export interface TakenChange {
  readonly key: string
  readonly accountId: AccountId
  readonly change: Change
}
