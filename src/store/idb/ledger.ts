import type { Counts, Totals } from '../../entry.ts'
import { formatError } from './failure.ts'
import { exactKey, ledgerKey, listedAfter, pendingAfter, seqOf } from './keys.ts'
import { hasNumbers, isEntryRecord, isObject } from './records.ts'
import { pagesOf } from './rows.ts'
import { answer } from './transaction.ts'

/** Every number of an outbox, in one record that changes with what it counts: `counts` costs the same however many entries wait. */
export interface Ledger {
  readonly format: 1
  /** No two writes have the same: as long as it stands, nothing has changed. */
  write: string
  /** The greatest `seq` ever given to an entry, a dead letter, an audit record and something moved aside. */
  lastSeq: number
  lastDead: number
  lastAudit: number
  lastQuarantine: number
  /** The last lease that was granted. */
  epoch: number
  pending: number
  bytes: number
  dead: number
  lastDeliveredAt?: number
  readonly totals: { -readonly [total in keyof Totals]: number }
}

/** This page, among all that ever write to the database. */
let writer: string | undefined
let writes = 0

/** Ledgers that were read with their mark, so that it need not be written again. */
const marked = new WeakSet<Ledger>()

/** What stands in the place of the ledger: the ledger and its mark, if all is well. */
export type Found = readonly unknown[]

export function findLedger(store: IDBObjectStore): Promise<Found> {
  // Two requests are answered in half the time of one `getAll`.
  const found = Promise.all([answer<unknown>(store.get(ledgerKey)), answer<unknown>(store.get(exactKey))])
  // Work that fails before it awaits this has said what is wrong.
  found.catch(() => undefined)
  return found
}

/** The ledger in what was found, if it is exact. */
export function exactIn([found, mark]: Found): Ledger | undefined {
  if (!isLedger(found) || mark !== true) return undefined
  marked.add(found)
  return found
}

/** The ledger as it stands in this transaction; the caller may change it and put it back. */
export async function readLedger(store: IDBObjectStore, asked: Promise<Found> = findLedger(store)): Promise<Ledger> {
  const found = await asked
  const exact = exactIn(found)
  if (exact !== undefined) return exact
  const [inexact] = found
  return isLedger(inexact) ? recount(store, inexact) : rebuild(store)
}

/** A copy of a ledger that stands in the database with its mark. */
export function copyOf(ledger: Ledger): Ledger {
  const copy = { ...ledger, totals: { ...ledger.totals } }
  marked.add(copy)
  return copy
}

export function writeLedger(store: IDBObjectStore, ledger: Ledger): void {
  writer ??= crypto.getRandomValues(new Uint32Array(4)).join('-')
  writes += 1
  ledger.write = `${writer} ${writes}`
  store.put(ledger, ledgerKey)
  if (!marked.has(ledger)) store.put(true, exactKey)
}

/** In place of `writeLedger` where there is no room even for that: what has been removed is counted when it is read. */
export function leaveLedger(store: IDBObjectStore): void {
  store.delete(exactKey)
}

export function countsOf(ledger: Ledger, oldestAt: number | undefined): Counts {
  const { pending, bytes, dead, lastDeliveredAt, totals } = ledger
  return {
    pending,
    bytes,
    dead,
    ...(oldestAt !== undefined && { oldestAt }),
    ...(lastDeliveredAt !== undefined && { lastDeliveredAt }),
    totals,
  }
}

/** The ledger of an outbox that holds nothing. */
export function emptyLedger(): Ledger {
  return {
    format: 1,
    write: '',
    lastSeq: 0,
    lastDead: 0,
    lastAudit: 0,
    lastQuarantine: 0,
    epoch: 0,
    pending: 0,
    bytes: 0,
    dead: 0,
    totals: { enqueued: 0, delivered: 0, skipped: 0, cancelled: 0, discarded: 0, quarantined: 0 },
  }
}

function isLedger(value: unknown): value is Ledger {
  if (!isObject(value)) return false
  if (typeof value['format'] === 'number' && value['format'] > 1) throw formatError('the database', value['format'])
  const { totals } = value
  return (
    typeof value['write'] === 'string' &&
    hasNumbers(value, 'lastSeq', 'lastDead', 'lastAudit', 'lastQuarantine', 'epoch', 'pending', 'bytes', 'dead') &&
    isObject(totals) &&
    hasNumbers(totals, 'enqueued', 'delivered', 'skipped', 'cancelled', 'discarded', 'quarantined')
  )
}

/**
 * Entries have been removed while the storage was full, and the ledger does not know. They were delivered, but for the few that were
 * cancelled or held nothing; their bytes are taken to be as many as those of others.
 */
async function recount(store: IDBObjectStore, ledger: Ledger): Promise<Ledger> {
  const [pending, dead] = await Promise.all([
    answer(store.count(pendingAfter())),
    answer(store.count(listedAfter('dead'))),
  ])
  const bytes = ledger.pending > 0 ? Math.round((ledger.bytes * pending) / ledger.pending) : 0
  const delivered = ledger.totals.delivered + ledger.pending - pending
  const discarded = ledger.totals.discarded + ledger.dead - dead
  return { ...ledger, pending, bytes, dead, totals: { ...ledger.totals, delivered, discarded } }
}

/** Counts what is there: for a new database, which is empty, and for one whose ledger cannot be read. */
async function rebuild(store: IDBObjectStore): Promise<Ledger> {
  const ledger = emptyLedger()
  for await (const rows of pagesOf(store, pendingAfter())) {
    for (const { key, value } of rows) {
      ledger.lastSeq = Math.max(ledger.lastSeq, Math.ceil(seqOf(key)))
      ledger.pending += 1
      if (isEntryRecord(value)) ledger.bytes += value.bytes
    }
  }
  const [dead, lastDead, lastAudit, lastQuarantine] = await Promise.all([
    answer(store.count(listedAfter('dead'))),
    lastIn(store, 'dead'),
    lastIn(store, 'audit'),
    lastIn(store, 'quarantine'),
  ])
  const isNew = ledger.lastSeq + lastDead + lastAudit + lastQuarantine === 0
  // The leases granted before were counted from 1, so the time is greater than each of them.
  const epoch = isNew ? 0 : Date.now()
  const totals = { ...ledger.totals, enqueued: ledger.pending + dead }
  return { ...ledger, dead, lastDead, lastAudit, lastQuarantine, epoch, totals }
}

async function lastIn(store: IDBObjectStore, listing: 'dead' | 'audit' | 'quarantine'): Promise<number> {
  const cursor = await answer(store.openKeyCursor(listedAfter(listing), 'prev'))
  return cursor === null ? 0 : Math.ceil(seqOf(cursor.key))
}
