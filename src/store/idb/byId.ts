import type { Requeue } from '../contract.ts'
import type { Books } from './books.ts'
import { leaveInexact, plus, readBooks, writeDepartures } from './books.ts'
import { keyIn, listedAfter, pendingAfter } from './keys.ts'
import type { Departures } from './pages.ts'
import { arrivals, writePage } from './pages.ts'
import { deadLetterAt, isDeadRecord, isEntryRecord, recordOf } from './records.ts'
import { pagesOf } from './rows.ts'

/** Removes pending entries in this transaction; ids have no index, since only this needs one. */
export async function cancelIn(store: IDBObjectStore, ids: ReadonlySet<string>, isFull: boolean): Promise<number> {
  const books = await readBooks(store)
  const { numbers } = books.departures
  let [cancelled, bytes] = [0, 0]
  for await (const rows of pagesOf(store, pendingAfter(numbers.through))) {
    for (const { key, value } of rows) {
      if (!isEntryRecord(value) || !ids.has(value.id)) continue
      store.delete(key)
      cancelled += 1
      bytes += value.bytes
    }
  }
  if (cancelled === 0) return 0
  note(store, books, isFull, {
    ...numbers,
    entries: numbers.entries + cancelled,
    bytes: numbers.bytes + bytes,
    totals: plus(numbers.totals, { cancelled }),
  })
  return cancelled
}

/** Forgets dead letters in this transaction. */
export async function discardIn(store: IDBObjectStore, ids: ReadonlySet<string>, isFull: boolean): Promise<number> {
  const [books, letters] = await Promise.all([readBooks(store), deadLettersOf(store, ids)])
  const discarded = letters.length
  if (discarded === 0) return 0
  for (const { seq } of letters) store.delete(keyIn('dead', seq))
  const { numbers } = books.departures
  const totals = plus(numbers.totals, { discarded })
  note(store, books, isFull, { ...numbers, dead: numbers.dead - discarded, totals })
  return discarded
}

/** Puts dead letters back at the tail in this transaction. */
export async function requeueIn(store: IDBObjectStore, requeues: readonly Requeue[], at: number): Promise<number> {
  const byId = new Map(requeues.map((requeue) => [requeue.id, requeue]))
  const [books, letters] = await Promise.all([readBooks(store), deadLettersOf(store, new Set(byId.keys()))])
  if (letters.length === 0) return 0
  let { lastSeq, entries, bytes } = books.arrivals.numbers
  for (const { seq, entry } of letters) {
    const draft = { ...(byId.get(entry.id)?.replacement ?? entry), enqueuedAt: at }
    lastSeq += 1
    entries += 1
    bytes += draft.bytes
    store.add(recordOf(draft, entry.requeues + 1), lastSeq)
    store.delete(keyIn('dead', seq))
  }
  const { enqueued } = books.arrivals.numbers
  writePage(store, arrivals, books.arrivals, { owner: '', numbers: { lastSeq, entries, bytes, enqueued } })
  const { numbers } = books.departures
  writeDepartures(store, books, { ...numbers, dead: numbers.dead - letters.length })
  return letters.length
}

/** What is removed makes room, so it must not fail for want of it. */
function note(store: IDBObjectStore, books: Books, isFull: boolean, numbers: Departures): void {
  if (isFull) leaveInexact(store)
  else writeDepartures(store, books, numbers)
}

async function deadLettersOf(store: IDBObjectStore, ids: ReadonlySet<string>) {
  const letters: ReturnType<typeof deadLetterAt>[] = []
  for await (const rows of pagesOf(store, listedAfter('dead'))) {
    for (const { key, value } of rows) {
      if (isDeadRecord(value) && ids.has(value.entry.id)) letters.push(deadLetterAt(key, value))
    }
  }
  return letters
}
