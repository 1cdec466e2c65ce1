import type { Requeue } from '../contract.ts'
import { keyIn, listedAfter, pendingAfter } from './keys.ts'
import type { Ledger } from './ledger.ts'
import { leaveLedger, readLedger, writeLedger } from './ledger.ts'
import { deadLetterAt, entryAt, isDeadRecord, isEntryRecord, recordOf } from './records.ts'
import { pagesOf } from './rows.ts'
import { removeIn } from './settling.ts'

/** Removes pending entries in this transaction; ids have no index, since only this needs one. */
export async function cancelIn(store: IDBObjectStore, ids: ReadonlySet<string>, isFull: boolean): Promise<number> {
  const ledger = await readLedger(store)
  const before = ledger.pending
  for await (const rows of pagesOf(store, pendingAfter())) {
    for (const { key, value } of rows) {
      if (isEntryRecord(value) && ids.has(value.id)) removeIn(store, ledger, entryAt(key, value))
    }
  }
  const cancelled = before - ledger.pending
  ledger.totals.cancelled += cancelled
  if (cancelled > 0) note(store, ledger, isFull)
  return cancelled
}

/** Forgets dead letters in this transaction. */
export async function discardIn(store: IDBObjectStore, ids: ReadonlySet<string>, isFull: boolean): Promise<number> {
  const [ledger, letters] = await Promise.all([readLedger(store), deadLettersOf(store, ids)])
  for (const { seq } of letters) store.delete(keyIn('dead', seq))
  ledger.dead -= letters.length
  ledger.totals.discarded += letters.length
  if (letters.length > 0) note(store, ledger, isFull)
  return letters.length
}

/** Puts dead letters back at the tail in this transaction. */
export async function requeueIn(store: IDBObjectStore, requeues: readonly Requeue[], at: number): Promise<number> {
  const byId = new Map(requeues.map((requeue) => [requeue.id, requeue]))
  const [ledger, letters] = await Promise.all([readLedger(store), deadLettersOf(store, new Set(byId.keys()))])
  for (const { seq, entry } of letters) {
    const draft = { ...(byId.get(entry.id)?.replacement ?? entry), enqueuedAt: at }
    ledger.lastSeq += 1
    ledger.bytes += draft.bytes
    store.put(recordOf(draft, entry.requeues + 1), ledger.lastSeq)
    store.delete(keyIn('dead', seq))
  }
  ledger.dead -= letters.length
  ledger.pending += letters.length
  if (letters.length > 0) writeLedger(store, ledger)
  return letters.length
}

/** What is removed makes room, so it must not fail for want of it. */
function note(store: IDBObjectStore, ledger: Ledger, isFull: boolean): void {
  if (isFull) leaveLedger(store)
  else writeLedger(store, ledger)
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
