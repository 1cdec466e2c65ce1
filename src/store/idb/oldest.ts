import { pendingAfter, seqOf } from './keys.ts'
import { isEntryRecord } from './records.ts'
import { rowAt } from './rows.ts'
import { answer } from './transaction.ts'
import type { Head } from './view.ts'

/** When the first pending entry came; the entry itself is read once, since it may be large. */
export interface Oldest {
  /** @param through - entries up to this `seq` have left. */
  read(store: IDBObjectStore, through: number): Promise<Head | undefined>
  forget(): void
}

export function createOldest(): Oldest {
  let known: Head | undefined
  return {
    async read(store, through) {
      const key = await answer(store.getKey(pendingAfter(through)))
      if (key === undefined) return undefined
      if (known?.seq === key) return known
      const { value } = await rowAt(store, key)
      if (!isEntryRecord(value)) return undefined
      known = { seq: seqOf(key), enqueuedAt: value.enqueuedAt }
      return known
    },
    forget() {
      known = undefined
    },
  }
}
