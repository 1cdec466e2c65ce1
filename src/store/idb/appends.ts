import type { Draft } from '../../entry.ts'
import type { Connection } from './connection.ts'
import { isQuota, storeError } from './failure.ts'
import { readArrivals } from './books.ts'
import type { Notices } from './notices.ts'
import type { Arrivals, Page } from './pages.ts'
import { arrivals, isTimeTo, lotFor, tearOut, writePage } from './pages.ts'
import type { EntryRecord } from './records.ts'
import { isEntryRecord, recordOf } from './records.ts'
import { rowAt } from './rows.ts'
import type { Durability } from './transaction.ts'
import type { Turns } from './turns.ts'
import type { Head, View } from './view.ts'

/** Of what came in, only the last page is needed. */
const lot = lotFor(1)

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
  /** Signs the pages. */
  readonly owner: string
  readonly turns: Turns<Arrivals>
  readonly view: View
  readonly notices: Pick<Notices, 'tellOthers'>
}): Appends {
  const { connection, durability, owner, turns, view, notices } = deps
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
    const turn = turns.begin()
    let firstSeq: number | undefined
    let page: Page<Arrivals> | undefined
    let first: Head | undefined
    try {
      page = await connection.run({
        mode: 'readwrite',
        durability,
        what: 'append',
        async work(store, mayGuess) {
          const guess = mayGuess ? turn.guess() : undefined
          const before = guess ?? (await readArrivals(store))
          const records = recordsOf(take())
          // A connection that broke while it committed may have committed: then this is the second run, and all is there.
          if (firstSeq !== undefined && (await isAt(store, firstSeq, records[0]))) return undefined
          firstSeq = before.numbers.lastSeq + 1
          const enqueuedAt = records[0]?.enqueuedAt
          first = guess && enqueuedAt !== undefined ? { seq: firstSeq, enqueuedAt } : undefined
          if (guess === undefined) turn.clearWay(store, before)
          return appendIn(store, before, records, owner)
        },
      })
    } finally {
      if (page === undefined) turn.failed()
      else turn.wrote(page)
    }
    if (page !== undefined) view.arrived(page, first)
    for (const { resolve } of take()) resolve()
    notices.tellOthers({ kind: 'appended' })
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

async function appendIn(
  store: IDBObjectStore,
  before: Page<Arrivals>,
  records: readonly EntryRecord[],
  owner: string,
): Promise<Page<Arrivals>> {
  let { lastSeq, entries, bytes, enqueued } = before.numbers
  for (const record of records) {
    lastSeq += 1
    bytes += record.bytes
    store.add(record, lastSeq)
  }
  entries += records.length
  enqueued += records.length
  const page = writePage(store, arrivals, before, { owner, numbers: { lastSeq, entries, bytes, enqueued } })
  if (isTimeTo(lot, before.number, page.number)) await tearOut(store, arrivals, lot, (number) => number < page.number)
  return page
}

async function isAt(store: IDBObjectStore, seq: number, record: EntryRecord | undefined): Promise<boolean> {
  const { value } = await rowAt(store, seq)
  return isEntryRecord(value) && value.id === record?.id
}

function isFull(error: unknown): boolean {
  return error instanceof Error && isQuota(error.cause)
}
