import type { Verdict } from './verdict.ts'

/** Who may drain, as the store has said: one at a time, with a number that grows. */
export interface LeaseBook {
  granted(epoch: number): void
  /** Given up, or lost. */
  ended(epoch: number): void
  /** The epoch of the lease that is out now. */
  present(): number | undefined
}

export function createLeaseBook(verdict: Verdict): LeaseBook {
  let present: number | undefined
  let last = -Infinity
  return {
    granted(epoch) {
      if (present !== undefined) verdict.fail('leases', `epoch ${epoch} was granted while ${present} was out`)
      if (epoch <= last) verdict.fail('leases', `epoch ${epoch} was granted after ${last}`)
      present = epoch
      last = epoch
    },
    ended(epoch) {
      if (present === epoch) present = undefined
    },
    present: () => present,
  }
}
