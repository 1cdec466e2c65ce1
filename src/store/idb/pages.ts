import type { AuditRecord, Totals } from '../../entry.ts'
import type { BookName } from './keys.ts'
import { listedAfter, pageKey, seqOf } from './keys.ts'
import type { Versioned } from './records.ts'
import { hasNumbers, isAudit, isObject, isVersioned } from './records.ts'
import { rowAt } from './rows.ts'
import { answer } from './transaction.ts'

/** What has ever come in. */
export interface Arrivals {
  /** The greatest `seq` ever given to an entry. */
  readonly lastSeq: number
  /** What has ever been put into the queue, dead letters that came back included. */
  readonly entries: number
  readonly bytes: number
  /** The same without those that came back. */
  readonly enqueued: number
}

/** What has ever gone out, and where to. */
export interface Departures {
  /** The last lease that was granted. */
  readonly epoch: number
  /** Entries up to this `seq` have left, also those whose records have not been swept out yet. */
  readonly through: number
  /** What has ever left the queue, whichever way. */
  readonly entries: number
  readonly bytes: number
  readonly dead: number
  readonly lastDead: number
  readonly lastQuarantine: number
  /** How many audit records there have been. */
  readonly audits: number
  readonly lastDeliveredAt?: number
  readonly totals: Omit<Totals, 'enqueued'>
}

/** One of the two books: its pages follow each other, and the last one has the numbers as they are. */
export interface Book<N> {
  readonly name: BookName
  isNumbers(value: Record<string, unknown>): boolean
  readonly none: N
}

/** The last page of a book. */
export interface Page<N> {
  readonly number: number
  /** Whoever has written it, and may write the next one without looking; empty if nobody may. */
  readonly owner: string
  readonly numbers: N
}

/** What a page says. It is stored as JSON text: a browser clones, sends and keeps that faster than an object. */
export interface PageRecord<N> extends Versioned {
  readonly owner: string
  readonly at: number
  readonly numbers: N
  readonly audit?: AuditRecord
}

export const arrivals: Book<Arrivals> = {
  name: 'in',
  isNumbers: (value) => hasNumbers(value, 'lastSeq', 'entries', 'bytes', 'enqueued'),
  none: { lastSeq: 0, entries: 0, bytes: 0, enqueued: 0 },
}

export const departures: Book<Departures> = {
  name: 'out',
  isNumbers: (value) =>
    hasNumbers(value, 'epoch', 'through', 'entries', 'bytes', 'dead', 'lastDead', 'lastQuarantine', 'audits') &&
    isObject(value['totals']) &&
    hasNumbers(value['totals'], 'delivered', 'skipped', 'cancelled', 'discarded', 'quarantined'),
  none: {
    epoch: 0,
    through: 0,
    entries: 0,
    bytes: 0,
    dead: 0,
    lastDead: 0,
    lastQuarantine: 0,
    audits: 0,
    totals: { delivered: 0, skipped: 0, cancelled: 0, discarded: 0, quarantined: 0 },
  },
}

/** How long a page stands in the way of the one who owned the page before it, and has not come back since. */
export const standsForMs = 24 * 60 * 60 * 1_000
/** How many old pages are torn out at a time where `kept` are to stay: in larger lots each of them costs less. */
export function lotFor(kept: number): number {
  return Math.min(Math.max(Math.floor(kept / 2), 96), 512)
}

/** The last page; its numbers are missing if it cannot be read. */
export async function lastPage<N>(
  store: IDBObjectStore,
  book: Book<N>,
): Promise<Page<N> | (Omit<Page<N>, 'numbers'> & { readonly numbers: undefined })> {
  const cursor = await answer(store.openCursor(listedAfter(book.name), 'prev'))
  if (cursor === null) return { number: 0, owner: '', numbers: undefined }
  const number = seqOf(cursor.key)
  const page = pageOf(cursor.value, book)
  if (page !== undefined) return { number, owner: page.owner, numbers: page.numbers }
  // Hardly ever somebody else than the owner of the page before.
  const [, , owner] = cursor.key as [string, number, string]
  return { number, owner, numbers: undefined }
}

/**
 * Writes the page after this one. Each page has one place, which is that of whoever wrote the page before: if it is taken, so that the
 * numbers were old, the transaction fails with a `ConstraintError`.
 */
export function writePage<N>(
  store: IDBObjectStore,
  { name }: Book<N>,
  { number, owner: after }: Pick<Page<N>, 'number' | 'owner'>,
  { owner, numbers, audit }: Pick<PageRecord<N>, 'owner' | 'numbers' | 'audit'>,
): Page<N> {
  const record: PageRecord<N> = { v: 1, owner, at: Date.now(), numbers, ...(audit && { audit }) }
  store.add(JSON.stringify(record), pageKey(name, number + 1, after))
  return { number: number + 1, owner, numbers }
}

/** Whether it is time for what is done every so many pages, now that one or more have been written. */
export function isTimeTo(every: number, before: number, after: number): boolean {
  return Math.floor(before / every) !== Math.floor(after / every)
}

/**
 * Tears pages out, from the first on, as long as there are so many of which `isOld` says so: it is asked about the last of them, and
 * what is true of a page must be true of those before it. Pages that stand in somebody's way stay for a day: without them one who
 * slept meanwhile would not notice that others have written.
 */
export async function tearOut<N>(
  store: IDBObjectStore,
  book: Book<N>,
  lot: number,
  isOld: (number: number, page: PageRecord<N>) => boolean,
): Promise<void> {
  for (let after = -Infinity; ;) {
    const keys = await answer(store.getAllKeys(listedAfter(book.name, after), lot + 1))
    if (keys.length <= lot) return
    const last = await lastReadable(store, book, keys.slice(0, lot))
    if (last === undefined || !isOld(seqOf(keys[last.index] ?? Infinity), last.page)) return
    await tear(store, book, keys, last.index + 1)
    after = seqOf(keys[last.index] ?? Infinity)
  }
}

async function lastReadable<N>(store: IDBObjectStore, book: Book<N>, keys: readonly IDBValidKey[]) {
  for (const [index, key] of [...keys.entries()].toReversed()) {
    const page = pageOf((await rowAt(store, key)).value, book)
    if (page !== undefined) return { index, page }
  }
  return undefined
}

/** Tears out the first `count` pages. Hardly any has to be read for that: who has written one is told by the place of the next. */
async function tear<N>(
  store: IDBObjectStore,
  book: Book<N>,
  keys: readonly IDBValidKey[],
  count: number,
): Promise<void> {
  let first = 0
  for (let index = 0; index < count; index += 1) {
    const [key = '', next = ''] = keys.slice(index, index + 2)
    // Whoever has the next place as well has written since, and looked before that.
    const isNobodys = placeOf(key) === '' || placeOf(next) === placeOf(key)
    if (isNobodys || !(await isInTheWay(store, book, key))) continue
    tearRun(store, keys, first, index)
    first = index + 1
  }
  tearRun(store, keys, first, count)
}

function tearRun(store: IDBObjectStore, keys: readonly IDBValidKey[], from: number, to: number): void {
  if (from < to) store.delete(IDBKeyRange.bound(keys[from], keys[to - 1]))
}

/** Whose place a page has: the owner of the one before it. */
function placeOf(key: IDBValidKey): unknown {
  return Array.isArray(key) ? key[2] : undefined
}

async function isInTheWay<N>(store: IDBObjectStore, book: Book<N>, key: IDBValidKey): Promise<boolean> {
  const page = pageOf((await rowAt(store, key)).value, book)
  return page !== undefined && placeOf(key) !== page.owner && Math.abs(Date.now() - page.at) < standsForMs
}

/**
 * The page that a stored value is; undefined if it is none.
 * @throws OutboxError `OUTBOX_FORMAT` for a page of a later version.
 */
export function pageOf<N>(value: unknown, book: Book<N>): PageRecord<N> | undefined {
  const said = typeof value === 'string' ? parsed(value) : value
  return isPage(said, book) ? said : undefined
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isPage<N>(value: unknown, book: Book<N>): value is PageRecord<N> {
  return (
    isVersioned(value) &&
    typeof value['owner'] === 'string' &&
    hasNumbers(value, 'at') &&
    isObject(value['numbers']) &&
    book.isNumbers(value['numbers']) &&
    (value['audit'] === undefined || isAudit(value['audit']))
  )
}
