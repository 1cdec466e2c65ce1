import type { AuditRecord, StoredEntry } from '../../entry.ts'
import { OutboxError } from '../../errors.ts'
import { leaseLost } from '../checks.ts'
import type { Settlement } from '../contract.ts'
import { withTries } from '../entries.ts'
import { keyIn, listedUntil } from './keys.ts'
import type { Ledger } from './ledger.ts'
import { leaveLedger, readLedger, writeLedger } from './ledger.ts'
import type { DeadRecord } from './records.ts'
import { entryAt, isEntryRecord, recordOfEntry } from './records.ts'
import { rowAt } from './rows.ts'

const noRoomForDead = "could not keep a dead letter: the browser's storage is full"
/** Audit records are trimmed so many at a time. */
const trimEvery = 64

/** How outcomes are recorded. */
export interface SettleHow {
  readonly epoch: number
  readonly auditLimit: number
  /** Nothing can be written any more, only removed. */
  readonly isFull: boolean
}

/**
 * Records outcomes in this transaction; answers whether entries are gone. With `isFull` it records by removing alone: without audit
 * records and without the tries of those that stay.
 * @throws OutboxError `OUTBOX_LEASE_LOST` when another lease has been granted since; `OUTBOX_QUOTA` for a dead letter that does not fit.
 */
export async function settleIn(
  store: IDBObjectStore,
  settlements: readonly Settlement[],
  { epoch, auditLimit, isFull }: SettleHow,
): Promise<boolean> {
  const [ledger, entries] = await Promise.all([readLedger(store), entriesOf(store, settlements)])
  if (ledger.epoch !== epoch) throw leaseLost(epoch)
  const before = ledger.pending
  let isChanged = false
  for (const settlement of settlements) {
    const entry = entries.get(settlement.seq)
    if (entry?.id !== settlement.id) continue
    isChanged = true
    if (settlement.kind === 'retry') {
      const tried = withTries(entry, settlement.tries)
      entries.set(entry.seq, tried)
      if (!isFull) store.put(recordOfEntry(tried), entry.seq)
      continue
    }
    entries.delete(entry.seq)
    removeIn(store, ledger, entry)
    if (!isFull) settleGone(store, ledger, entry, settlement, auditLimit)
    else if (settlement.kind === 'dead') throw new OutboxError('OUTBOX_QUOTA', noRoomForDead)
  }
  if (isFull) leaveLedger(store)
  else if (isChanged) writeLedger(store, ledger)
  return ledger.pending < before
}

/** Takes a pending entry out; where it goes is the caller's to say. */
export function removeIn(store: IDBObjectStore, ledger: Ledger, entry: StoredEntry): void {
  store.delete(entry.seq)
  ledger.pending -= 1
  ledger.bytes -= entry.bytes
}

function settleGone(
  store: IDBObjectStore,
  ledger: Ledger,
  entry: StoredEntry,
  settlement: Exclude<Settlement, { readonly kind: 'retry' }>,
  auditLimit: number,
): void {
  switch (settlement.kind) {
    case 'delivered':
      ledger.totals.delivered += 1
      ledger.lastDeliveredAt = settlement.audit.at
      return record(store, ledger, settlement.audit, auditLimit)
    case 'dead': {
      const { tries, code, reason, audit } = settlement
      ledger.dead += 1
      ledger.lastDead += 1
      const dead: DeadRecord = { v: 1, entry: withTries(entry, tries), code, reason, at: audit.at }
      store.put(dead, keyIn('dead', ledger.lastDead))
      return record(store, ledger, audit, auditLimit)
    }
    case 'skipped':
    case 'quarantined':
      ledger.totals[settlement.kind] += 1
  }
}

function record(store: IDBObjectStore, ledger: Ledger, audit: AuditRecord, auditLimit: number): void {
  ledger.lastAudit += 1
  store.put({ v: 1, ...audit }, keyIn('audit', ledger.lastAudit))
  if (ledger.lastAudit % trimEvery === 0) store.delete(listedUntil('audit', ledger.lastAudit - auditLimit))
}

async function entriesOf(store: IDBObjectStore, settlements: readonly Settlement[]): Promise<Map<number, StoredEntry>> {
  const rows = await Promise.all(settlements.map(({ seq }) => rowAt(store, seq)))
  return new Map(
    rows.flatMap(({ key, value }) => (isEntryRecord(value) ? [[key as number, entryAt(key, value)] as const] : [])),
  )
}
