import { pendingAfter } from './keys.ts'
import { isEntryRecord } from './records.ts'
import { rowAt } from './rows.ts'
import { answer } from './transaction.ts'

/** When the first pending entry came; the entry itself is read once, since it may be large. */
export interface Oldest {
  read(store: IDBObjectStore): Promise<number | undefined>
  forget(): void
}

export function createOldest(): Oldest {
  let known: { readonly key: IDBValidKey; readonly enqueuedAt: number } | undefined
  return {
    async read(store) {
      const key = await answer(store.getKey(pendingAfter()))
      if (key === undefined) return undefined
      if (known?.key === key) return known.enqueuedAt
      const { value } = await rowAt(store, key)
      if (!isEntryRecord(value)) return undefined
      known = { key, enqueuedAt: value.enqueuedAt }
      return known.enqueuedAt
    },
    forget() {
      known = undefined
    },
  }
}
