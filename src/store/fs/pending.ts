import type { StoredEntry } from '../../entry.ts'
import type { Range } from '../contract.ts'
import { withTries } from '../entries.ts'
import type { PendingEntry, StreamSource } from './entryStream.ts'
import type { Merge } from './merge.ts'
import { createMerge } from './merge.ts'

/** The pending entries as they stand on the disk; only the first few are kept in memory. */
export interface Pending {
  read(range: Range): readonly StoredEntry[]
  first(): StoredEntry | undefined
  /** The pending entry with this number and id. */
  find(seq: number, id: string): PendingEntry | undefined
  /** Entries have come to light from this number on. */
  noticed(seq: number): void
  /** All of them, at the caller's pace. */
  all(): Generator<PendingEntry>
  /** Forgets what it has read. */
  reset(): void
}

/** How many of the first entries are kept for the next read. */
const windowSize = 1_024

export function createPending(source: StreamSource): Pending {
  const { ledger } = source
  let window: PendingEntry[] = []
  let passed = 0
  let merge: Merge | undefined
  /** Where the last listing that went beyond the window stopped. */
  let listing: { readonly merge: Merge; readonly after: number } | undefined
  /** How often it was begun anew. */
  let resets = 0

  const isPending = ({ writer, ordinal }: PendingEntry) => !ledger().isSettled(writer, ordinal)

  function present({ writer, ordinal, entry }: PendingEntry): StoredEntry {
    const tries = ledger().triesOf(writer, ordinal)
    return tries ? withTries(entry, tries) : entry
  }

  /** Drops the settled entries in front. */
  function pass(): void {
    for (let front = window[passed]; front !== undefined && !isPending(front); front = window[passed]) {
      ledger().writer(front.writer).head = front.frame
      passed += 1
    }
    if (passed > 0 && passed * 2 >= window.length) {
      window.splice(0, passed)
      passed = 0
    }
  }

  /** Reads on until so many pending entries are in the window; false when there are no more. */
  function fill(count: number): boolean {
    while (window.length - passed < count) {
      merge ??= createMerge(source)
      const last = window.at(-1)
      const next = merge.next()
      if (next === undefined) return false
      if (last !== undefined && next.seq < last.seq) {
        reset()
        continue
      }
      window.push(next)
    }
    return true
  }

  function reset(): void {
    resets += 1
    window = []
    passed = 0
    merge?.close()
    merge = undefined
    endListing()
  }

  function endListing(): void {
    listing?.merge.close()
    listing = undefined
  }

  function fromWindow(after: number, limit: number): readonly StoredEntry[] | undefined {
    const found: StoredEntry[] = []
    const before = resets
    for (let index = passed; found.length < limit; index += 1) {
      if (index - passed >= windowSize) return found.length > 0 ? found : undefined
      const hasMore = index < window.length || fill(index - passed + 1)
      if (resets > before) return fromWindow(after, limit)
      if (!hasMore) break
      const candidate = window[index]
      if (candidate !== undefined && candidate.seq > after && isPending(candidate)) found.push(present(candidate))
    }
    return found
  }

  function fromListing(after: number, limit: number): readonly StoredEntry[] {
    if (listing?.after !== after) {
      endListing()
      listing = { merge: createMerge(source, after), after }
    }
    const { merge: from } = listing
    const found: StoredEntry[] = []
    let last = after
    while (found.length < limit) {
      const next = from.next()
      if (next === undefined) break
      last = next.seq
      if (isPending(next)) found.push(present(next))
    }
    listing = { merge: from, after: last }
    return found
  }

  return {
    read({ after = -Infinity, limit }) {
      pass()
      const isBeyond = window.length - passed >= windowSize && after >= (window.at(-1)?.seq ?? Infinity)
      return (isBeyond ? undefined : fromWindow(after, limit)) ?? fromListing(after, limit)
    },

    first() {
      // What is read on may have been settled since it was looked at.
      do pass()
      while (window[passed] === undefined && fill(1))
      const front = window[passed]
      return front && present(front)
    },

    find(seq, id) {
      let low = passed
      let high = window.length
      while (low < high) {
        const middle = (low + high) >>> 1
        if ((window[middle]?.seq ?? Infinity) < seq) low = middle + 1
        else high = middle
      }
      let found = window[low]
      if (found?.seq !== seq) {
        const search = createMerge(source, seq - 1)
        found = search.next()
        search.close()
      }
      return found?.seq === seq && found.entry.id === id && isPending(found) ? found : undefined
    },

    noticed(seq) {
      if (seq <= (window.at(-1)?.seq ?? -Infinity)) reset()
      else if (listing !== undefined && seq <= listing.after) endListing()
    },

    *all() {
      const every = createMerge(source)
      try {
        for (let next = every.next(); next !== undefined; next = every.next()) yield next
      } finally {
        every.close()
      }
    },

    reset,
  }
}
