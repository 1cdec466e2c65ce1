import { plus, readBooks, writeDepartures } from './books.ts'
import { keyIn, pendingAfter } from './keys.ts'
import { isEntryRecord } from './records.ts'
import { pagesOf, rowAt } from './rows.ts'
import { answer } from './transaction.ts'

/** What can stand at a key of a listing, or of the pending entries. */
export interface Kind<R> {
  readonly name: 'entry' | 'dead letter' | 'audit record'
  /** What a stored value says; undefined if it cannot be read. */
  read(value: unknown): R | undefined
}

/**
 * Moves records that cannot be read out of the way, as they are: what stands behind them goes on.
 * @returns how many there were; another tab may have been faster.
 */
export async function quarantineIn<R>(
  store: IDBObjectStore,
  keys: readonly IDBValidKey[],
  { name, read }: Kind<R>,
): Promise<number> {
  const books = await readBooks(store)
  const { numbers } = books.departures
  let moved = 0
  for (const key of keys) {
    const { value } = await rowAt(store, key)
    if (read(value) !== undefined || (await answer(store.count(key))) === 0) continue
    moved += 1
    store.put({ v: 1, kind: name, key, value, at: Date.now() }, keyIn('quarantine', numbers.lastQuarantine + moved))
    store.delete(key)
  }
  if (moved === 0) return 0
  const isEntry = name === 'entry'
  const isDead = name === 'dead letter'
  writeDepartures(store, books, {
    ...numbers,
    lastQuarantine: numbers.lastQuarantine + moved,
    dead: numbers.dead - (isDead ? moved : 0),
    totals: plus(numbers.totals, { quarantined: isEntry || isDead ? moved : 0 }),
    entries: numbers.entries + (isEntry ? moved : 0),
    // How large they were nobody knows, so what is left is added up.
    ...(isEntry && { bytes: books.arrivals.numbers.bytes - (await bytesIn(store, numbers.through)) }),
  })
  return moved
}

async function bytesIn(store: IDBObjectStore, through: number): Promise<number> {
  let bytes = 0
  for await (const rows of pagesOf(store, pendingAfter(through))) {
    for (const { value } of rows) if (isEntryRecord(value)) bytes += value.bytes
  }
  return bytes
}
