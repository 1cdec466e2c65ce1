import { keyIn, pendingAfter } from './keys.ts'
import { readLedger, writeLedger } from './ledger.ts'
import { isEntryRecord } from './records.ts'
import { pagesOf, rowAt } from './rows.ts'
import { answer } from './transaction.ts'

/** What can stand at a key of a listing, or of the pending entries. */
export interface Kind<T> {
  readonly name: 'entry' | 'dead letter' | 'audit record'
  isReadable(value: unknown): value is T
}

/**
 * Moves records that cannot be read out of the way, as they are: what stands behind them goes on.
 * @returns how many there were; another tab may have been faster.
 */
export async function quarantineIn<T>(
  store: IDBObjectStore,
  keys: readonly IDBValidKey[],
  { name, isReadable }: Kind<T>,
): Promise<number> {
  const ledger = await readLedger(store)
  let moved = 0
  for (const key of keys) {
    const { value } = await rowAt(store, key)
    if (isReadable(value) || (await answer(store.count(key))) === 0) continue
    ledger.lastQuarantine += 1
    store.put({ v: 1, kind: name, key, value, at: Date.now() }, keyIn('quarantine', ledger.lastQuarantine))
    store.delete(key)
    moved += 1
  }
  if (moved === 0) return 0
  if (name === 'entry') {
    ledger.pending = Math.max(0, ledger.pending - moved)
    // How large they were nobody knows, so what is left is added up.
    ledger.bytes = await bytesIn(store)
  } else if (name === 'dead letter') ledger.dead = Math.max(0, ledger.dead - moved)
  if (name !== 'audit record') ledger.totals.quarantined += moved
  writeLedger(store, ledger)
  return moved
}

async function bytesIn(store: IDBObjectStore): Promise<number> {
  let bytes = 0
  for await (const rows of pagesOf(store, pendingAfter())) {
    for (const { value } of rows) if (isEntryRecord(value)) bytes += value.bytes
  }
  return bytes
}
