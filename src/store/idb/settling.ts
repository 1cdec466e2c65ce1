import type { AuditRecord, StoredEntry } from '../../entry.ts'
import { OutboxError } from '../../errors.ts'
import { leaseLost } from '../checks.ts'
import type { Settlement } from '../contract.ts'
import { withTries } from '../entries.ts'
import { leaveInexact, markExact, plus, readBooks } from './books.ts'
import { keyIn, leftUntil } from './keys.ts'
import type { Departures, Page } from './pages.ts'
import { departures, isTimeTo, lotFor, tearOut, writePage } from './pages.ts'
import type { DeadRecord } from './records.ts'
import { entryAt, isEntryRecord, recordOfEntry } from './records.ts'
import { rowAt } from './rows.ts'
import type { Turn } from './turns.ts'
import type { Change, View } from './view.ts'

const noRoomForDead = "could not keep a dead letter: the browser's storage is full"

/** How outcomes are recorded. */
export interface SettleHow {
  readonly epoch: number
  readonly auditLimit: number
  /** Signs the pages. */
  readonly owner: string
  readonly view: View
  readonly turn: Turn<Departures>
}

export interface Settled extends Change {
  /** The last page that was written, if any was. */
  readonly page: Page<Departures> | undefined
  /** Records of entries that have left may still be there. */
  readonly isUnswept: boolean
}

/**
 * Records outcomes in this transaction.
 * @throws OutboxError `OUTBOX_LEASE_LOST` when another lease has been granted since.
 */
export async function settleIn(
  store: IDBObjectStore,
  settlements: readonly Settlement[],
  how: SettleHow,
  mayGuess: boolean,
): Promise<Settled> {
  const { epoch, view, turn } = how
  const guess = mayGuess ? turn.guess() : undefined
  const known = guess && knownOf(settlements, guess, view)
  if (guess !== undefined && known !== undefined) {
    return record(store, settlements, known, guess, how, view.order(guess))
  }
  const books = await readBooks(store)
  const before = books.departures
  const entries = await entriesOf(store, settlements, before)
  if (before.numbers.epoch !== epoch) throw leaseLost(epoch)
  turn.clearWay(store, before)
  markExact(store, books)
  return record(store, settlements, entries, before, how)
}

/**
 * Records outcomes where nothing can be written any more, by removing alone: without audit records and without the tries of those that
 * stay; answers whether entries are gone.
 * @throws OutboxError `OUTBOX_LEASE_LOST`; `OUTBOX_QUOTA` for a dead letter, which does not fit.
 */
export async function settleFullIn(
  store: IDBObjectStore,
  settlements: readonly Settlement[],
  epoch: number,
): Promise<boolean> {
  const books = await readBooks(store)
  const entries = await entriesOf(store, settlements, books.departures)
  if (books.departures.numbers.epoch !== epoch) throw leaseLost(epoch)
  let isAnyGone = false
  for (const { kind, seq, id } of settlements) {
    if (kind === 'retry' || entries.get(seq)?.id !== id) continue
    if (kind === 'dead') throw new OutboxError('OUTBOX_QUOTA', noRoomForDead)
    entries.delete(seq)
    store.delete(seq)
    isAnyGone = true
  }
  sweepUntil(store, books.departures.numbers.through)
  leaveInexact(store)
  return isAnyGone
}

/** Takes out the records of entries that have left. */
export async function sweepIn(store: IDBObjectStore): Promise<void> {
  const { departures: went } = await readBooks(store)
  sweepUntil(store, went.numbers.through)
}

function sweepUntil(store: IDBObjectStore, through: number): void {
  if (through > 0) store.delete(leftUntil(through))
}

/** The entries, if all of them are known to be pending. */
function knownOf(
  settlements: readonly Settlement[],
  guess: Page<Departures>,
  view: View,
): Map<number, StoredEntry> | undefined {
  const known = settlements.map(({ seq }) => view.entry(seq, guess))
  const entries = known.filter((entry) => entry !== undefined)
  return entries.length === known.length ? new Map(entries.map((entry) => [entry.seq, entry])) : undefined
}

/** Writes the outcomes, a page for each, on top of the page before. */
async function record(
  store: IDBObjectStore,
  settlements: readonly Settlement[],
  entries: Map<number, StoredEntry>,
  before: Page<Departures>,
  { epoch, auditLimit, owner }: SettleHow,
  order: Iterator<number> = [].values(),
): Promise<Settled> {
  if (before.numbers.epoch !== epoch) throw leaseLost(epoch)
  const gone: number[] = []
  const tried: StoredEntry[] = []
  let page = before
  let first = order.next()
  for (const settlement of settlements) {
    const entry = entries.get(settlement.seq)
    if (entry?.id !== settlement.id) continue
    const { numbers } = page
    if (settlement.kind === 'retry') {
      const again = withTries(entry, settlement.tries)
      entries.set(entry.seq, again)
      tried.push(again)
      store.put(recordOfEntry(again), entry.seq)
      page = writePage(store, departures, page, { owner, numbers })
      continue
    }
    entries.delete(entry.seq)
    gone.push(entry.seq)
    const isFirst = first.value === entry.seq
    // One request instead of two: the page tells that the first entry has left, and it is swept out with others.
    if (isFirst) first = order.next()
    else store.delete(entry.seq)
    const through = isFirst ? entry.seq : numbers.through
    page = writePage(store, departures, page, { owner, ...leave(store, { ...numbers, through }, entry, settlement) })
  }
  const { number, numbers } = page
  const lot = lotFor(auditLimit)
  const isTimeToTear = isTimeTo(lot, before.number, number)
  // What has left is swept out with the last of the entries that were read together, and hardly ever before.
  const isUnswept = first.done !== true && !isTimeToTear
  if (!isUnswept) sweepUntil(store, numbers.through)
  if (isTimeToTear) {
    const lastOld = numbers.audits - auditLimit
    if (lastOld >= 0) await tearOut(store, departures, lot, (of, old) => of < number && old.numbers.audits <= lastOld)
  }
  return {
    page: number > before.number ? page : undefined,
    before,
    gone,
    tried,
    isUnswept: isUnswept && numbers.through > 0,
  }
}

/** The numbers after an entry has left the queue, and its audit record. */
function leave(
  store: IDBObjectStore,
  before: Departures,
  entry: StoredEntry,
  settlement: Exclude<Settlement, { readonly kind: 'retry' }>,
): { readonly numbers: Departures; readonly audit?: AuditRecord } {
  const left = { ...before, entries: before.entries + 1, bytes: before.bytes + entry.bytes }
  const { kind } = settlement
  switch (kind) {
    case 'delivered': {
      const { audit } = settlement
      const totals = plus(before.totals, { delivered: 1 })
      return { numbers: { ...left, audits: before.audits + 1, lastDeliveredAt: audit.at, totals }, audit }
    }
    case 'dead': {
      const { tries, code, reason, audit } = settlement
      const lastDead = before.lastDead + 1
      const dead: DeadRecord = { v: 1, entry: withTries(entry, tries), code, reason, at: audit.at }
      store.put(dead, keyIn('dead', lastDead))
      return { numbers: { ...left, dead: before.dead + 1, lastDead, audits: before.audits + 1 }, audit }
    }
    case 'skipped':
    case 'quarantined':
      return { numbers: { ...left, totals: plus(before.totals, { [kind]: 1 }) } }
  }
}

async function entriesOf(
  store: IDBObjectStore,
  settlements: readonly Settlement[],
  { numbers: { through } }: Page<Departures>,
): Promise<Map<number, StoredEntry>> {
  const rows = await Promise.all(settlements.filter(({ seq }) => seq > through).map(({ seq }) => rowAt(store, seq)))
  return new Map(
    rows.flatMap(({ key, value }) => (isEntryRecord(value) ? [[key as number, entryAt(key, value)] as const] : [])),
  )
}
