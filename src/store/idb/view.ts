import type { StoredEntry } from '../../entry.ts'
import type { Arrivals, Departures, Page } from './pages.ts'

/** How long counts may be answered from here, where other tabs say when they have changed something, and where they cannot. */
const freshMs = { told: 1_000, untold: 50 }

/** The first pending entry. */
export interface Head {
  readonly seq: number
  readonly enqueuedAt: number
}

/** The numbers, and the first entry if there is one. */
export interface Seen {
  readonly arrivals: Page<Arrivals>
  readonly departures: Page<Departures>
  readonly head: Head | undefined
}

/** What became of entries between two pages of departures. */
export interface Change {
  readonly gone: readonly number[]
  readonly tried: readonly StoredEntry[]
  /** The page before. */
  readonly before: Page<Departures>
}

/** What this store object has last seen or written, so that it need not be read again. */
export interface View {
  /** A pending entry, if it is known as of this page of departures. */
  entry(seq: number, as: Page<Departures>): StoredEntry | undefined
  /** @param first - of the new entries, unless somebody else has appended some before them. */
  /** The numbers of the pending entries, from the first one on, as far as they are known as of this page. */
  order(as: Page<Departures>): Iterator<number>
  arrived(page: Page<Arrivals>, first: Head | undefined): void
  departed(page: Page<Departures>, change: Change): void
  /** A page of entries was read from the start, when this was the number of the last page of departures. */
  sawEntries(entries: readonly StoredEntry[], departed: number): void
  saw(seen: Seen): void
  /** What was last committed, if that is recent and complete. */
  fresh(): Seen | undefined
  /** Others may have changed something. */
  stale(): void
  /** The database may be another one. */
  forget(): void
}

/** A last page, and when it was known to be that. */
interface Known<N> {
  readonly page: Page<N>
  readonly atMs: number
  readonly foreign: number
}

/** How often the stores of this page have written to each database: what one of them has written, another must not overlook. */
const writesTo = new Map<string, { count: number }>()

/** @param isTold - whether this store object hears of what others change. */
export function createView(name: string, isTold: () => boolean): View {
  const writes = writesTo.get(name) ?? { count: 0 }
  writesTo.set(name, writes)
  let own = 0
  let came: Known<Arrivals> | undefined
  let went: Known<Departures> | undefined
  let head: Head | undefined
  /** Pending entries from the first on, as of a page of departures. */
  let entries = new Map<number, StoredEntry>()
  let entriesAsOf = -1

  const foreign = () => writes.count - own
  const known = <N>(page: Page<N>): Known<N> => ({ page, atMs: performance.now(), foreign: foreign() })
  const newer = <N>(before: Known<N> | undefined, page: Page<N>): Known<N> =>
    before !== undefined && before.page.number > page.number ? before : known(page)
  const isFresh = ({ atMs, foreign: then }: Known<unknown>) =>
    then === foreign() && performance.now() - atMs <= (isTold() ? freshMs.told : freshMs.untold)

  function wrote(): void {
    writes.count += 1
    own += 1
  }

  function isEmpty(): boolean {
    return came !== undefined && went !== undefined && came.page.numbers.entries === went.page.numbers.entries
  }

  function keepEntries(all: readonly StoredEntry[], asOf: number): void {
    entries = new Map(all.map((entry) => [entry.seq, entry]))
    entriesAsOf = asOf
  }

  return {
    entry: (seq, { number }) => (number === entriesAsOf ? entries.get(seq) : undefined),
    order: ({ number }) => (number === entriesAsOf ? entries : new Map<number, never>()).keys(),
    arrived(page, first) {
      if (isEmpty()) head = first
      wrote()
      came = newer(came, page)
    },
    departed(page, { gone, tried, before }) {
      const isNext = went?.page.number === before.number
      wrote()
      went = newer(went, page)
      if (entriesAsOf === before.number) {
        for (const seq of gone) entries.delete(seq)
        for (const entry of tried) if (entries.has(entry.seq)) entries.set(entry.seq, entry)
        entriesAsOf = page.number
      } else keepEntries([], page.number)
      if (!isNext || head === undefined || gone.includes(head.seq)) [head] = entries.values()
    },
    sawEntries(all, departed) {
      if (departed < (went?.page.number ?? 0)) return
      keepEntries(all, departed)
      head = all[0]
    },
    saw(seen) {
      const isLate =
        seen.departures.number < (went?.page.number ?? 0) || seen.arrivals.number < (came?.page.number ?? 0)
      if (!isLate) head = seen.head
      came = newer(came, seen.arrivals)
      went = newer(went, seen.departures)
    },
    fresh() {
      if (came === undefined || went === undefined || !isFresh(came) || !isFresh(went)) return undefined
      const seen = { arrivals: came.page, departures: went.page, head }
      if (isEmpty()) return { ...seen, head: undefined }
      return head === undefined ? undefined : seen
    },
    stale() {
      writes.count += 1
    },
    forget() {
      writes.count += 1
      came = undefined
      went = undefined
      head = undefined
      keepEntries([], -1)
    },
  }
}
