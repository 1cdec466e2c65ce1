import type { Counts, Totals } from '../../entry.ts'
import { formatError } from './failure.ts'
import { ledgerKey, listedAfter, pendingAfter, seqOf } from './keys.ts'
import { hasNumbers, isEntryRecord, isObject } from './records.ts'
import { pagesOf } from './rows.ts'
import { answer } from './transaction.ts'

/** Every number of an outbox, in one record that changes with what it counts: `counts` costs the same however many entries wait. */
export interface Ledger {
  readonly format: 1
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

/** The ledger as it stands in this transaction; the caller may change it and put it back. */
export async function readLedger(store: IDBObjectStore): Promise<Ledger> {
  const found: unknown = await answer(store.get(ledgerKey))
  return isLedger(found) ? found : rebuild(store)
}

export function writeLedger(store: IDBObjectStore, ledger: Ledger): void {
  store.put(ledger, ledgerKey)
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
    hasNumbers(value, 'lastSeq', 'lastDead', 'lastAudit', 'lastQuarantine', 'epoch', 'pending', 'bytes', 'dead') &&
    isObject(totals) &&
    hasNumbers(totals, 'enqueued', 'delivered', 'skipped', 'cancelled', 'discarded', 'quarantined')
  )
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
