import type { Lease } from '../contract.ts'
import { readBooks, writeDepartures } from './books.ts'

/** A lease that this store object can take away from its own user, when it is closed. */
export interface OwnLease extends Lease {
  lose(): Promise<void>
}

/** How the right to drain is given to one context at a time. */
export interface Leases {
  /** @param signal - leaves the line, and rejects with its reason; no effect once granted. */
  take(signal: AbortSignal): Promise<OwnLease>
}

/** The number of the last grant. */
export async function epochIn(store: IDBObjectStore): Promise<number> {
  return (await readBooks(store)).departures.numbers.epoch
}

/** Counts a grant: what an earlier holder still wants to record is refused from now on. */
export async function nextEpochIn(store: IDBObjectStore): Promise<number> {
  const books = await readBooks(store)
  const { numbers } = books.departures
  const epoch = numbers.epoch + 1
  writeDepartures(store, books, { ...numbers, epoch })
  return epoch
}
