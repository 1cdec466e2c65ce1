import type { ControlPatch, Settlement, Store } from '../../store/contract.ts'
import type { LeaseBook } from './leaseBook.ts'
import type { Ledger } from './ledger.ts'
import type { Verdict } from './verdict.ts'

/** The store with somebody who writes down what is done to it, right where it is done: behind every fault. */
export function observedStore(
  store: Store,
  deps: {
    readonly ledger: Ledger
    readonly leases: LeaseBook
    readonly verdict: Verdict
    /** Outcomes are being recorded; looked at before the ledger knows of them. */
    readonly onSettled: (settlements: readonly Settlement[]) => void
    readonly onControl: (patch: ControlPatch) => void
  },
): Store {
  const { ledger, leases, verdict } = deps

  function mustAgree(what: string, found: number, expected: number): number {
    if (found !== expected) verdict.fail('answers', `${what} answered ${found}, but there were ${expected}`)
    return found
  }

  return {
    ...store,
    async append(drafts) {
      const copies = structuredClone(drafts)
      await store.append(drafts)
      ledger.append(copies)
    },
    async read(range) {
      const entries = await store.read(range)
      ledger.saw(entries)
      return entries
    },
    async settle(settlements, lease) {
      const before = leases.present()
      await store.settle(settlements, lease)
      if (![before, leases.present()].includes(lease.epoch)) {
        verdict.fail('epochs', `epoch ${lease.epoch} recorded something, but ${before ?? 'none'} is out`)
      }
      deps.onSettled(settlements)
      ledger.settle(settlements)
    },
    async setControl(patch) {
      await store.setControl(patch)
      deps.onControl(patch)
    },
    requeue: async (requeues, at) =>
      mustAgree('requeue', await store.requeue(requeues, at), ledger.requeue(requeues, at)),
    discard: async (ids) => mustAgree('discard', await store.discard(ids), ledger.discard(ids)),
    cancel: async (ids) => mustAgree('cancel', await store.cancel(ids), ledger.cancel(ids)),
  }
}
