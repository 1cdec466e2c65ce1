import type { AuditRecord, StoredEntry } from '../../entry.ts'
import { OutboxError } from '../../errors.ts'
import { leaseLost } from '../checks.ts'
import type { Settlement } from '../contract.ts'
import { withTries } from '../entries.ts'
import { keyIn, listedUntil } from './keys.ts'
import type { Ledger } from './ledger.ts'
import { findLedger, leaveLedger, readLedger, writeLedger } from './ledger.ts'
import type { DeadRecord } from './records.ts'
import { entryAt, isEntryRecord, recordOfEntry } from './records.ts'
import { rowAt } from './rows.ts'
import type { Change, View, Written } from './view.ts'

const noRoomForDead = "could not keep a dead letter: the browser's storage is full"
/** Audit records are trimmed so many at a time. */
const trimEvery = 64

/** How outcomes are recorded. */
export interface SettleHow {
  readonly epoch: number
  readonly auditLimit: number
  /** Nothing can be written any more, only removed. */
  readonly isFull: boolean
  readonly mayGuess: boolean
}

export interface Settled {
  readonly isAnyGone: boolean
  /** Called when the transaction is complete. */
  readonly written: Written | undefined
}

/**
 * Records outcomes in this transaction; answers whether entries are gone. With `isFull` it records by removing alone: without audit
 * records and without the tries of those that stay.
 * @throws OutboxError `OUTBOX_LEASE_LOST` when another lease has been granted since; `OUTBOX_QUOTA` for a dead letter that does not fit.
 */
export async function settleIn(
  store: IDBObjectStore,
  settlements: readonly Settlement[],
  how: SettleHow,
  view: View,
): Promise<Settled> {
  const asked = findLedger(store)
  const known = how.mayGuess && !how.isFull ? knownOf(settlements, view) : undefined
  const guess = known && view.guess()
  if (known !== undefined && guess?.ledger.epoch === how.epoch) {
    const change = applyIn(store, guess.ledger, known, settlements, how)
    const written = guess.written(change)
    guess.confirm(await asked)
    return { isAnyGone: change.gone.length > 0, written }
  }
  const [ledger, entries] = await Promise.all([readLedger(store, asked), entriesOf(store, settlements)])
  const { gone } = applyIn(store, ledger, entries, settlements, how)
  return { isAnyGone: gone.length > 0, written: how.isFull ? undefined : view.wrote(ledger) }
}

/** The entries, if all of them are known to be pending. */
function knownOf(settlements: readonly Settlement[], view: View): Map<number, StoredEntry> | undefined {
  const known = settlements.map(({ seq }) => view.entry(seq))
  const entries = known.filter((entry) => entry !== undefined)
  return entries.length === known.length ? new Map(entries.map((entry) => [entry.seq, entry])) : undefined
}

/** Writes the outcomes; answers what became of the entries, which are changed with them. */
function applyIn(
  store: IDBObjectStore,
  ledger: Ledger,
  entries: Map<number, StoredEntry>,
  settlements: readonly Settlement[],
  { epoch, auditLimit, isFull }: SettleHow,
): Required<Pick<Change, 'gone' | 'tried'>> {
  if (ledger.epoch !== epoch) throw leaseLost(epoch)
  const gone: number[] = []
  const tries: StoredEntry[] = []
  for (const settlement of settlements) {
    const entry = entries.get(settlement.seq)
    if (entry?.id !== settlement.id) continue
    if (settlement.kind === 'retry') {
      const tried = withTries(entry, settlement.tries)
      entries.set(entry.seq, tried)
      tries.push(tried)
      if (!isFull) store.put(recordOfEntry(tried), entry.seq)
      continue
    }
    entries.delete(entry.seq)
    gone.push(entry.seq)
    removeIn(store, ledger, entry)
    if (!isFull) settleGone(store, ledger, entry, settlement, auditLimit)
    else if (settlement.kind === 'dead') throw new OutboxError('OUTBOX_QUOTA', noRoomForDead)
  }
  if (isFull) leaveLedger(store)
  else if (gone.length + tries.length > 0) writeLedger(store, ledger)
  return { gone, tried: tries }
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
