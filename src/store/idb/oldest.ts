import { pendingAfter, seqOf } from './keys.ts'
import { isEntryRecord } from './records.ts'
import type { Row } from './rows.ts'
import { rowAt } from './rows.ts'
import { answer } from './transaction.ts'
import type { Head } from './view.ts'

/** When the first pending entry came; the entry itself is read once, since it may be large. */
export interface Oldest {
  /** @param left - resolves to the `seq` up to which entries have left; read in this transaction, at the same time. */
  read(store: IDBObjectStore, left: Promise<number>): Promise<Head | undefined>
  forget(): void
}

export function createOldest(): Oldest {
  let known: Head | undefined

  function headAt({ key, value }: Row): Head | undefined {
    if (!isEntryRecord(value)) return undefined
    known = { seq: seqOf(key), enqueuedAt: value.enqueuedAt }
    return known
  }

  return {
    async read(store, left) {
      // A page that has just been opened waits for each request: what has left is hardly ever still there.
      const [first, through] = await Promise.all([known === undefined ? firstRow(store) : undefined, left])
      if (first !== undefined && seqOf(first.key) > through) return headAt(first)
      const key = await answer(store.getKey(pendingAfter(through)))
      if (key === undefined) return undefined
      return known?.seq === key ? known : headAt(await rowAt(store, key))
    },
    forget() {
      known = undefined
    },
  }
}

async function firstRow(store: IDBObjectStore): Promise<Row | undefined> {
  try {
    const cursor = await answer(store.openCursor(pendingAfter()))
    return cursor === null ? undefined : { key: cursor.key, value: cursor.value as unknown }
  } catch {
    // It cannot be read: whoever reads it by its key is told.
    return undefined
  }
}
