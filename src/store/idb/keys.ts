/**
 * Where things are in the object store. Numbers sort before texts, and texts before arrays: pending entries lie at their `seq`,
 * single records at texts, and each listing at arrays of its own.
 */
export const controlKey = 'control'
export const leaseKey = 'lease'
/** Stands there as long as the books are exact: to remove it needs no room, to write a page does. */
export const exactKey = 'books exact'

/** The books: what came in, and what became of it. */
export type BookName = 'in' | 'out'

/** What is numbered in a range of its own. */
export type Listing = 'dead' | 'quarantine' | BookName

export const keyIn = (listing: 'dead' | 'quarantine', seq: number): IDBValidKey => [listing, seq]

/** A page of a book; `after` is the owner of the page before it. */
export const pageKey = (book: BookName, number: number, after: string): IDBValidKey => [book, number, after]

/** Pending entries whose `seq` is greater. */
export const pendingAfter = (seq = -Infinity): IDBKeyRange => between(seq, Infinity, seq)

/** Entries that have left, and are still there. */
export const leftUntil = (seq: number): IDBKeyRange => IDBKeyRange.bound(-Infinity, seq)

/** What a listing holds with a greater `seq`. */
export const listedAfter = (listing: Listing, seq = -Infinity): IDBKeyRange =>
  // An array sorts after every text that may stand in the third place.
  between([listing, seq, []], [listing, Infinity, []], seq)

/** The number in a key of a listing, or of a pending entry. */
export function seqOf(key: IDBValidKey): number {
  return (Array.isArray(key) ? key[1] : key) as number
}

/** A range after Infinity would be refused, though it is only empty. */
function between(lower: IDBValidKey, upper: IDBValidKey, seq: number): IDBKeyRange {
  return IDBKeyRange.bound(lower, upper, seq !== Infinity)
}
