import type { Counts, Totals } from '../../entry.ts'
import { exactKey, listedAfter, pendingAfter, seqOf } from './keys.ts'
import type { Arrivals, Departures, Page } from './pages.ts'
import { arrivals, departures, lastPage, writePage } from './pages.ts'
import { isEntryRecord } from './records.ts'
import { pagesOf } from './rows.ts'
import { answer } from './transaction.ts'

/** Every number of an outbox: `counts` costs the same however many entries wait. */
export interface Books {
  readonly arrivals: Page<Arrivals>
  readonly departures: Page<Departures>
  /** Whether the numbers stand in the database as they are here. */
  readonly isExact: boolean
}

/** The numbers as they stand in this transaction. */
export async function readBooks(store: IDBObjectStore): Promise<Books> {
  const [came, went, mark] = await Promise.all([
    lastPage(store, arrivals),
    lastPage(store, departures),
    answer<unknown>(store.get(exactKey)),
  ])
  const { number, owner, numbers } = came
  if (numbers === undefined || went.numbers === undefined) return rebuild(store, came, went)
  const [present, left] = [
    { number, owner, numbers },
    { ...went, numbers: went.numbers },
  ]
  if (mark === true) return { arrivals: present, departures: left, isExact: true }
  return {
    arrivals: present,
    departures: { ...left, numbers: await recount(store, numbers, left.numbers) },
    isExact: false,
  }
}

/** What came in; looks at the other book only if it has to. */
export async function readArrivals(store: IDBObjectStore): Promise<Page<Arrivals>> {
  const { number, owner, numbers } = await lastPage(store, arrivals)
  if (numbers !== undefined) return { number, owner, numbers }
  const books = await readBooks(store)
  // Or else whoever reads next would have to count again.
  writeDepartures(store, books, books.departures.numbers)
  return books.arrivals
}

/** Writes down what went out, on top of what was read. */
export function writeDepartures(store: IDBObjectStore, books: Books, numbers: Departures): void {
  // By a command that may come from anywhere: nobody is to go on from it without looking.
  writePage(store, departures, books.departures, { owner: '', numbers })
  markExact(store, books)
}

/** To be called where a page is written on top of what was read. */
export function markExact(store: IDBObjectStore, { isExact }: Books): void {
  if (!isExact) store.put(true, exactKey)
}

/** In place of a page where there is no room even for that: what has been removed is counted when it is read. */
export function leaveInexact(store: IDBObjectStore): void {
  store.delete(exactKey)
}

export function countsOf(came: Arrivals, went: Departures, oldestAt: number | undefined): Counts {
  const { dead, lastDeliveredAt, totals } = went
  return {
    pending: came.entries - went.entries,
    bytes: came.bytes - went.bytes,
    dead,
    ...(oldestAt !== undefined && { oldestAt }),
    ...(lastDeliveredAt !== undefined && { lastDeliveredAt }),
    totals: { enqueued: came.enqueued, ...totals },
  }
}

/** Adds to the totals. */
export function plus(totals: Departures['totals'], more: Partial<Omit<Totals, 'enqueued'>>): Departures['totals'] {
  const { delivered, skipped, cancelled, discarded, quarantined } = totals
  return {
    delivered: delivered + (more.delivered ?? 0),
    skipped: skipped + (more.skipped ?? 0),
    cancelled: cancelled + (more.cancelled ?? 0),
    discarded: discarded + (more.discarded ?? 0),
    quarantined: quarantined + (more.quarantined ?? 0),
  }
}

/**
 * Entries have been removed while the storage was full, and the books do not know. They were delivered, but for the few that were
 * cancelled or held nothing; their bytes are taken to be as many as those of others.
 */
async function recount(store: IDBObjectStore, came: Arrivals, went: Departures): Promise<Departures> {
  const [pending, dead] = await Promise.all([
    answer(store.count(pendingAfter(went.through))),
    answer(store.count(listedAfter('dead'))),
  ])
  const known = came.entries - went.entries
  const bytes = known > 0 ? Math.round(((came.bytes - went.bytes) * pending) / known) : 0
  const totals = plus(went.totals, { delivered: known - pending, discarded: went.dead - dead })
  return { ...went, entries: came.entries - pending, bytes: came.bytes - bytes, dead, totals }
}

type MaybePage<N> = Omit<Page<N>, 'numbers'> & { readonly numbers: N | undefined }

/** Counts what is there: for a new database, which is empty, and for one with a book that cannot be read. */
async function rebuild(store: IDBObjectStore, came: MaybePage<Arrivals>, went: MaybePage<Departures>): Promise<Books> {
  let [lastSeq, pending, bytes] = [0, 0, 0]
  for await (const rows of pagesOf(store, pendingAfter(went.numbers?.through))) {
    for (const { key, value } of rows) {
      lastSeq = Math.max(lastSeq, Math.ceil(seqOf(key)))
      pending += 1
      if (isEntryRecord(value)) bytes += value.bytes
    }
  }
  const [dead, lastDead, lastQuarantine] = await Promise.all([
    answer(store.count(listedAfter('dead'))),
    lastIn(store, 'dead'),
    lastIn(store, 'quarantine'),
  ])
  const isNew = came.number + went.number + lastSeq + lastDead + lastQuarantine === 0
  const gone = went.numbers ?? {
    ...departures.none,
    dead,
    lastDead,
    lastQuarantine,
    audits: went.number,
    // The leases granted before were counted from 1, so the time is greater than each of them.
    epoch: isNew ? 0 : Date.now(),
  }
  const { delivered, skipped, cancelled, discarded, quarantined } = gone.totals
  const found = pending + dead + delivered + skipped + cancelled + discarded + quarantined
  const taken = came.numbers ?? {
    lastSeq: Math.max(lastSeq, gone.through),
    entries: gone.entries + pending,
    bytes: gone.bytes + bytes,
    enqueued: found,
  }
  // What is nowhere any more has most likely been delivered.
  const totals = plus(gone.totals, { delivered: taken.enqueued - found })
  const numbers = { ...gone, dead, entries: taken.entries - pending, bytes: taken.bytes - bytes, totals }
  return { arrivals: { ...came, numbers: taken }, departures: { ...went, numbers }, isExact: false }
}

async function lastIn(store: IDBObjectStore, listing: 'dead' | 'quarantine'): Promise<number> {
  const cursor = await answer(store.openKeyCursor(listedAfter(listing), 'prev'))
  return cursor === null ? 0 : Math.ceil(seqOf(cursor.key))
}
