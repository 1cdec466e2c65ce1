import { randomUUID } from 'node:crypto'
import { notesAfter } from '../notesAfter.ts'
import type { AccountId, Books, Change, Notebook, Taken, TakenChange } from '../protocol.ts'

/** The books of every account. A change counts once, however often it comes with its key. */
export interface Library {
  books(accountId: AccountId): Books
  /** Whether a change with this key has been made. */
  knows(accountId: AccountId, key: string): boolean
  /** Makes the change, unless one with this key has been made: that is answered as it was then. */
  take(accountId: AccountId, key: string, change: Change): Taken
  hasNotebook(accountId: AccountId, id: string): boolean
  /** Every change in the order in which it first came. */
  readonly taken: readonly TakenChange[]
  repeated(): number
}

export function createLibrary(): Library {
  const shelves = new Map<AccountId, Books>()
  const answers = new Map<string, Taken>()
  const taken: TakenChange[] = []
  let repeated = 0
  // Versions grow, also when the server has been restarted and has forgotten everything.
  const firstVersion = Date.now()

  function books(accountId: AccountId): Books {
    const known = shelves.get(accountId)
    if (known !== undefined) return known
    const first: Books = { version: firstVersion, notebooks: [{ id: 'journal', name: 'Journal' }], notes: [] }
    shelves.set(accountId, first)
    return first
  }

  function take(accountId: AccountId, key: string, change: Change): Taken {
    const known = answers.get(nameOf(accountId, key))
    if (known !== undefined) {
      repeated += 1
      return known
    }
    const before = books(accountId)
    const version = before.version + 1
    const notebook: Notebook | undefined =
      change.kind === 'addNotebook' ? { id: `notebook-${randomUUID()}`, name: change.name } : undefined
    shelves.set(accountId, {
      version,
      notebooks: notebook === undefined ? before.notebooks : [...before.notebooks, notebook],
      notes: notesAfter(before.notes, change),
    })
    const answer: Taken = { version, ...(notebook && { notebook }) }
    answers.set(nameOf(accountId, key), answer)
    taken.push({ key, accountId, change })
    return answer
  }

  function hasNotebook(accountId: AccountId, wanted: string): boolean {
    return books(accountId).notebooks.some(({ id }) => id === wanted)
  }

  return {
    books,
    take,
    hasNotebook,
    knows: (accountId, key) => answers.has(nameOf(accountId, key)),
    taken,
    repeated: () => repeated,
  }
}

/** A key of one account says nothing about another's. */
function nameOf(accountId: AccountId, key: string): string {
  return `${accountId} ${key}`
}
