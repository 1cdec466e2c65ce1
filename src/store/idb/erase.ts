import { readBooks, writeDepartures } from './books.ts'
import type { Connection } from './connection.ts'
import { controlKey, leaseKey, listedAfter, pendingAfter } from './keys.ts'
import type { Book } from './pages.ts'
import { arrivals, departures, pageOf, writePage } from './pages.ts'
import { pagesOf } from './rows.ts'

/**
 * Empties the database: to delete it would wait for every other tab. What remains is empty pages that stand in the way of those who go
 * on from numbers that are no longer true, old leases included.
 */
export async function erase(connection: Connection): Promise<void> {
  await connection.run({
    mode: 'readwrite',
    durability: 'strict',
    what: 'erase everything',
    async work(store) {
      const books = await readBooks(store)
      for (const key of [controlKey, leaseKey]) store.delete(key)
      for (const range of [pendingAfter(), listedAfter('dead'), listedAfter('quarantine')]) store.delete(range)
      await blank(store, arrivals)
      await blank(store, departures)
      const { lastSeq } = books.arrivals.numbers
      const { epoch, through, audits, lastDead, lastQuarantine } = books.departures.numbers
      writePage(store, arrivals, books.arrivals, { owner: '', numbers: { ...arrivals.none, lastSeq } })
      writeDepartures(store, books, { ...departures.none, epoch, through, audits, lastDead, lastQuarantine })
    },
  })
}

/** Takes out what pages say of entries, but not that they are there. */
async function blank<N>(store: IDBObjectStore, book: Book<N>): Promise<void> {
  for await (const rows of pagesOf(store, listedAfter(book.name))) {
    for (const { key, value } of rows) {
      const page = pageOf(value, book)
      if (page === undefined) store.delete(key)
      else if (page.audit !== undefined) {
        const { audit: _, ...rest } = page
        store.put(JSON.stringify(rest), key)
      }
    }
  }
}
