import type { Draft } from '../../entry.ts'
import type { Connection } from './connection.ts'
import { isQuota, storeError } from './failure.ts'
import type { Ledger } from './ledger.ts'
import { findLedger, readLedger, writeLedger } from './ledger.ts'
import type { EntryRecord } from './records.ts'
import { isEntryRecord, recordOf } from './records.ts'
import { rowAt } from './rows.ts'
import type { Durability } from './transaction.ts'
import type { View, Written } from './view.ts'

/** One call of append: kept as a whole or not at all. */
interface Call {
  readonly records: readonly EntryRecord[]
  resolve(): void
  reject(error: unknown): void
}

/** The way in: calls that come while a transaction is on its way share the next one, and each is answered on its own. */
export interface Appends {
  add(drafts: readonly Draft[]): Promise<void>
  /** Resolves when every call has been answered. */
  idle(): Promise<void>
}

export function createAppends(deps: {
  readonly connection: Connection
  readonly durability: Durability
  readonly view: View
  /** Entries have been kept. */
  readonly onKept: () => void
}): Appends {
  const { connection, durability, view } = deps
  let waiting: Call[] = []
  let working: Promise<void> | undefined

  async function work(): Promise<void> {
    while (waiting.length > 0) await keepWaiting()
    working = undefined
  }

  async function keepWaiting(): Promise<void> {
    let calls: readonly Call[] = []
    // The group is whoever has called until the ledger is here: a microtask would be too early for those who await one another.
    const take = () => {
      if (calls.length === 0) {
        calls = waiting
        waiting = []
      }
      return calls
    }
    try {
      await keep(take)
    } catch (error) {
      await refuse(take(), error)
    }
  }

  async function keep(take: () => readonly Call[]): Promise<void> {
    let firstSeq: number | undefined
    const written = await connection.run<Written | undefined>({
      mode: 'readwrite',
      durability,
      what: 'append',
      async work(store, mayGuess) {
        const asked = findLedger(store)
        const guess = mayGuess ? view.guess() : undefined
        if (guess !== undefined) {
          const records = recordsOf(take())
          firstSeq = guess.ledger.lastSeq + 1
          appendIn(store, guess.ledger, records)
          const done = guess.written({ first: { seq: firstSeq, enqueuedAt: records[0]?.enqueuedAt ?? NaN } })
          guess.confirm(await asked)
          return done
        }
        const ledger = await readLedger(store, asked)
        const records = recordsOf(take())
        // A connection that broke while it committed may have committed: then this is the second run, and all is there.
        if (firstSeq !== undefined && (await isAt(store, firstSeq, records[0]))) return undefined
        firstSeq = ledger.lastSeq + 1
        appendIn(store, ledger, records)
        return view.wrote(ledger)
      },
    })
    written?.()
    for (const { resolve } of take()) resolve()
    deps.onKept()
  }

  /** One call that is too large must not take the others along: each is tried alone, in the order in which they came. */
  async function refuse(calls: readonly Call[], error: unknown): Promise<void> {
    if (calls.length === 1 || !isFull(error)) {
      for (const { reject } of calls) reject(error)
      return
    }
    for (const call of calls) await keep(() => [call]).catch((cause: unknown) => call.reject(cause))
  }

  return {
    add: (drafts) =>
      new Promise((resolve, reject) => {
        let records: readonly EntryRecord[]
        try {
          records = drafts.map((draft) => recordOf(draft))
        } catch (error) {
          return reject(storeError(error, 'append'))
        }
        if (records.length === 0) return resolve()
        waiting.push({ records, resolve, reject })
        working ??= work()
      }),
    async idle() {
      await working
    },
  }
}

function recordsOf(calls: readonly Call[]): readonly EntryRecord[] {
  return calls.flatMap(({ records }) => records)
}

function appendIn(store: IDBObjectStore, ledger: Ledger, records: readonly EntryRecord[]): void {
  for (const record of records) {
    ledger.lastSeq += 1
    ledger.bytes += record.bytes
    store.put(record, ledger.lastSeq)
  }
  ledger.pending += records.length
  ledger.totals.enqueued += records.length
  writeLedger(store, ledger)
}

async function isAt(store: IDBObjectStore, seq: number, record: EntryRecord | undefined): Promise<boolean> {
  const { value } = await rowAt(store, seq)
  return isEntryRecord(value) && value.id === record?.id
}

function isFull(error: unknown): boolean {
  return error instanceof Error && isQuota(error.cause)
}
