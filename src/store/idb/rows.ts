import { seqOf } from './keys.ts'
import { answer } from './transaction.ts'

/** Entries may be large, so not too many are in memory at once. */
const largestPage = 100

/** A record with its key; `value` is undefined when the browser itself cannot read it. */
export interface Row {
  readonly key: IDBValidKey
  readonly value: unknown
}

/** The first rows of a range, in the order of their keys: at most `limit`, and at most 100. */
export async function rowsIn(store: IDBObjectStore, range: IDBKeyRange, limit = largestPage): Promise<Row[]> {
  const count = Math.min(limit, largestPage)
  const asked = [answer(store.getAllKeys(range, count)), answer<unknown[]>(store.getAll(range, count))] as const
  const [keys, values] = await Promise.allSettled(asked)
  if (keys.status === 'rejected') throw keys.reason
  if (values.status === 'rejected') return rowByRow(store, keys.value)
  return keys.value.map((key, index) => ({ key, value: values.value[index] }))
}

/** All rows of a range, a page at a time. */
export async function* pagesOf(store: IDBObjectStore, range: IDBKeyRange): AsyncGenerator<readonly Row[]> {
  let next: IDBKeyRange = range
  for (;;) {
    const rows = await rowsIn(store, next)
    const last = rows.at(-1)
    if (last === undefined) return
    yield rows
    if (seqOf(last.key) === Infinity) return
    next = IDBKeyRange.bound(last.key, range.upper, true, range.upperOpen)
  }
}

/** One value that cannot be read fails the page, so each is read alone. */
async function rowByRow(store: IDBObjectStore, keys: readonly IDBValidKey[]): Promise<Row[]> {
  const rows: Row[] = []
  for (const key of keys) rows.push(await rowAt(store, key))
  return rows
}

/** The row at a key. */
export async function rowAt(store: IDBObjectStore, key: IDBValidKey): Promise<Row> {
  try {
    return { key, value: await answer<unknown>(store.get(key)) }
  } catch {
    // The file that holds it is gone or damaged; the row is moved aside like any other that cannot be read.
    return { key, value: undefined }
  }
}
