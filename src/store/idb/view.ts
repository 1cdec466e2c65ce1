import type { StoredEntry } from '../../entry.ts'
import type { Found, Ledger } from './ledger.ts'
import { copyOf, exactIn } from './ledger.ts'
import { Stale } from './transaction.ts'

/** How long counts may be answered from here, where no other tab has said that it changed something. */
const freshMs = 50

/** The first pending entry. */
export interface Head {
  readonly seq: number
  readonly enqueuedAt: number
}

/** The ledger, and the first entry if it is known. */
export interface Snapshot {
  readonly ledger: Ledger
  readonly head: Head | undefined
}

/**
 * What this store object has last seen or written. To write on top of it saves the wait for a read; the transaction asks all the same,
 * and is undone when somebody else has changed something since.
 */
export interface View {
  /** What the next transaction will find, to be changed by it; undefined when that is not known. */
  guess(): Guess | undefined
  /** A pending entry, as of the guess. */
  entry(seq: number): StoredEntry | undefined
  /** A transaction that has read, and not guessed, has written this. */
  wrote(ledger: Ledger): Written
  /** A transaction has read this page from the start; `turn` is from before it began. */
  sawPage(turn: number, found: Found, entries: readonly StoredEntry[]): void
  sawCounts(turn: number, found: Found, head: Head | undefined): void
  turn(): number
  /** What was last committed, if that is recent and complete. */
  fresh(): Snapshot | undefined
  /** Others may have changed something, or a transaction failed. */
  forget(): void
}

/** A change that has been begun on a guess. */
export interface Guess {
  readonly ledger: Ledger
  /** Follows the writes: these entries are gone, this one changed, and this one is the first if none was. */
  written(change: Change): Written
  /** @throws Stale when the transaction found something else. */
  confirm(found: Found): void
}

export interface Change {
  readonly gone?: readonly number[]
  readonly tried?: readonly StoredEntry[]
  readonly first?: Head
}

/** Called when the transaction is complete. */
export type Written = () => void

/** How often the stores of this page have written to each database: what one of them has written, another must not overlook. */
const writesTo = new Map<string, { count: number }>()

export function createView(name: string): View {
  const writes = writesTo.get(name) ?? { count: 0 }
  writesTo.set(name, writes)
  let present: Snapshot | undefined
  let committed: (Snapshot & { readonly atMs: number; readonly write: number }) | undefined
  let entries = new Map<number, StoredEntry>()
  let turns = 0

  function note(snapshot: Snapshot): void {
    committed = { ...snapshot, atMs: performance.now(), write: writes.count }
  }

  const commit = (snapshot: Snapshot) => () => {
    writes.count += 1
    note(snapshot)
  }

  function headAfter(
    { ledger: before, head }: Snapshot,
    after: Ledger,
    { gone = [], first }: Change,
  ): Head | undefined {
    if (after.pending === 0) return undefined
    if (before.pending === 0) return first
    if (head !== undefined && !gone.includes(head.seq)) return head
    const [next] = entries.values()
    return next
  }

  return {
    guess() {
      if (present === undefined) return undefined
      const before = present
      const ledger = copyOf(before.ledger)
      return {
        ledger,
        written(change) {
          turns += 1
          for (const seq of change.gone ?? []) entries.delete(seq)
          for (const entry of change.tried ?? []) if (entries.has(entry.seq)) entries.set(entry.seq, entry)
          present = { ledger: copyOf(ledger), head: headAfter(before, ledger, change) }
          return commit(present)
        },
        confirm(found) {
          if (exactIn(found)?.write !== before.ledger.write) throw new Stale()
        },
      }
    },
    entry: (seq) => entries.get(seq),
    wrote(ledger) {
      turns += 1
      entries = new Map()
      present = { ledger: copyOf(ledger), head: undefined }
      return commit(present)
    },
    turn: () => turns,
    sawPage(turn, found, page) {
      const ledger = exactIn(found)
      if (turn !== turns || ledger === undefined) return
      entries = new Map(page.map((entry) => [entry.seq, entry]))
      present = { ledger, head: page[0] }
      note(present)
    },
    sawCounts(turn, found, head) {
      const ledger = exactIn(found)
      if (turn !== turns || ledger === undefined) return
      if (present?.ledger.write !== ledger.write) entries = new Map()
      present = { ledger, head }
      note(present)
    },
    fresh() {
      if (committed === undefined || committed.write !== writes.count) return undefined
      if (performance.now() - committed.atMs > freshMs) return undefined
      return committed.ledger.pending === 0 || committed.head !== undefined ? committed : undefined
    },
    forget() {
      turns += 1
      writes.count += 1
      present = undefined
      committed = undefined
      entries = new Map()
    },
  }
}
