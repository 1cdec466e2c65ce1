/**
 * Where things are in the object store. Numbers sort before texts, and texts before arrays: pending entries lie at their `seq`,
 * single records at texts, and each listing at arrays of its own.
 */
export const ledgerKey = 'ledger'
/** Stands beside the ledger as long as that is exact: to remove it needs no room, to write the ledger does. */
export const exactKey = 'ledger exact'
export const controlKey = 'control'
export const leaseKey = 'lease'

/** What is numbered in a range of its own. */
export type Listing = 'dead' | 'audit' | 'quarantine'

export const keyIn = (listing: Listing, seq: number): IDBValidKey => [listing, seq]

/** Pending entries whose `seq` is greater. */
export const pendingAfter = (seq = -Infinity): IDBKeyRange => between(seq, Infinity)

/** What a listing holds with a greater `seq`. */
export const listedAfter = (listing: Listing, seq = -Infinity): IDBKeyRange =>
  between([listing, seq], [listing, Infinity])

/** What a listing holds up to this `seq`. */
export const listedUntil = (listing: Listing, seq: number): IDBKeyRange =>
  IDBKeyRange.bound([listing, -Infinity], [listing, seq])

/** The number in a key of a listing, or of a pending entry. */
export function seqOf(key: IDBValidKey): number {
  return (Array.isArray(key) ? key[1] : key) as number
}

/** A range after Infinity would be refused, though it is only empty. */
function between(lower: IDBValidKey, upper: IDBValidKey): IDBKeyRange {
  return IDBKeyRange.bound(lower, upper, seqOf(lower) !== Infinity)
}
