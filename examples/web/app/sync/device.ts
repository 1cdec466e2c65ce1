import { createStore, del, get, set, update } from 'idb-keyval'
import type { AccountId, Books, Change, Taken } from '../../protocol.ts'
import { booksAfter } from './booksAfter.ts'

/** The ids that the server has given, by the temporary ones that stood for them. */
export type ServerIds = Readonly<Record<string, string>>

/** What this device keeps for one account besides its outbox: pages and the service worker share it. */
export interface Device {
  token(): Promise<string | undefined>
  keepToken(token: string): Promise<void>
  dropToken(): Promise<void>
  /** The account's books as the server last told them. */
  books(): Promise<Books>
  /** Keeps what has been fetched, unless something newer is known. */
  keepBooks(books: Books): Promise<void>
  serverIds(): Promise<ServerIds>
  /** Keeps what the server said when it took a change; keeping it again does no harm. */
  learn(change: Change, taken: Taken): Promise<void>
}

const noBooks: Books = { version: 0, notebooks: [], notes: [] }

export function deviceOf(accountId: AccountId): Device {
  const store = createStore(`paperboat/${accountId}`, 'device')
  return {
    token: () => get<string>('token', store),
    keepToken: (token) => set('token', token, store),
    dropToken: () => del('token', store),
    books: async () => (await get<Books>('books', store)) ?? noBooks,
    keepBooks: (books) =>
      update<Books>('books', (known = noBooks) => (books.version < known.version ? known : books), store),
    serverIds: async () => (await get<ServerIds>('serverIds', store)) ?? {},
    async learn(change, taken) {
      const { notebook } = taken
      if (change.kind === 'addNotebook' && notebook !== undefined) {
        const learned = { [change.notebookId]: notebook.id }
        await update<ServerIds>('serverIds', (known) => ({ ...known, ...learned }), store)
      }
      await update<Books>('books', (known = noBooks) => booksAfter(known, change, taken), store)
    },
  }
}
