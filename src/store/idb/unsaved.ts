import type { StoredEntry, Tries } from '../../entry.ts'
import type { Settlement } from '../contract.ts'
import { withTries } from '../entries.ts'

/** Tries that did not fit into a full storage: without them an entry would be tried as often as if it had never failed. */
export interface Unsaved {
  settled(settlements: readonly Settlement[], isFull: boolean): void
  addTo(entries: readonly StoredEntry[]): readonly StoredEntry[]
}

export function createUnsaved(): Unsaved {
  const tries = new Map<number, Tries>()
  return {
    settled(settlements, isFull) {
      for (const settlement of settlements) {
        if (isFull && settlement.kind === 'retry') tries.set(settlement.seq, settlement.tries)
        else tries.delete(settlement.seq)
      }
    },
    addTo(entries) {
      if (tries.size === 0) return entries
      return entries.map((entry) => {
        const present = tries.get(entry.seq)
        return present === undefined ? entry : withTries(entry, present)
      })
    },
  }
}
