import { pageKey } from './keys.ts'
import type { Book, Page } from './pages.ts'
import { standsForMs } from './pages.ts'

/** Whoever has slept for longer than this looks first: what stands in the way of it does not do so for ever. */
const guessableMs = standsForMs / 24

/**
 * Who writes in a book: this store object goes on from the last page without looking as long as that is its own, which saves the wait
 * for a read. If somebody else has written since, the place is taken, and the transaction fails.
 */
export interface Turns<N> {
  /** Somebody is about to write. */
  begin(): Turn<N>
  /** The next one looks: something may have been changed that no page tells of. */
  look(): void
  /** The database may be another one. */
  forget(): void
}

/** One who writes; ended by `wrote` or `failed`. */
export interface Turn<N> {
  /** The last page, to go on from without looking; none while another turn is under way, since that may fail. */
  guess(): Page<N> | undefined
  /** Another page than ours was found to be the last one: what stands in our way has done its work. */
  clearWay(store: IDBObjectStore, found: Page<N>): void
  wrote(page: Page<N>): void
  failed(): void
}

/** @param owner - signs the pages of this store object. */
export function createTurns<N>({ name }: Pick<Book<N>, 'name'>, owner: string): Turns<N> {
  let own: Page<N> | undefined
  let writtenAt = 0
  let lastOwn: number | undefined
  let underWay = 0

  function isRecent(): boolean {
    const age = Date.now() - writtenAt
    return age >= 0 && age < guessableMs
  }

  return {
    begin() {
      underWay += 1
      return {
        guess: () => (underWay === 1 && isRecent() ? own : undefined),
        clearWay(store, found) {
          if (lastOwn !== undefined && found.owner !== owner) store.delete(pageKey(name, lastOwn + 1, owner))
        },
        wrote(page) {
          underWay -= 1
          own = page
          writtenAt = Date.now()
          lastOwn = page.number
        },
        failed() {
          underWay -= 1
          own = undefined
        },
      }
    },
    look() {
      own = undefined
    },
    forget() {
      own = undefined
      lastOwn = undefined
    },
  }
}
