import type { StoredEntry } from './entry.ts'
import type { Store } from './store/contract.ts'

/** The pending entries, oldest first, read a page at a time. */
export interface Heads {
  /** The oldest entry not yet passed; undefined when there is none. */
  next(): StoredEntry | undefined | Promise<StoredEntry | undefined>
  /** Goes past the entry that `next` answered: it is no longer pending. */
  pass(): void
  /** Reads anew: somebody else may have removed entries. */
  drop(): void
}

const pageSize = 256

export function createHeads(store: Pick<Store, 'read'>): Heads {
  let page: readonly StoredEntry[] = []
  let index = 0
  let readings = 0

  async function read(): Promise<StoredEntry | undefined> {
    for (;;) {
      readings += 1
      const reading = readings
      const entries = await store.read({ limit: pageSize })
      if (reading !== readings) continue
      page = entries
      index = 0
      return page[0]
    }
  }

  return {
    next: () => page[index] ?? read(),
    pass() {
      index += 1
    },
    drop() {
      page = []
      index = 0
      readings += 1
    },
  }
}
