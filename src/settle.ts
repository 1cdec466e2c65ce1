import { isOutboxError } from './errors.ts'
import type { OutboxEvent } from './report.ts'
import type { Reporter } from './reporter.ts'
import type { Lease, Settlement, Store } from './store/contract.ts'

/**
 * Records outcomes, then tells of them. An outcome that could not be recorded stays here and is recorded before anything else:
 * what the remote has said yes to is not pushed again because a disk was full.
 */
export interface Settler<P> {
  /** Rejects, with the outcome kept, when the store does. */
  record(settlement: Settlement, events: readonly OutboxEvent<P>[], store: Store, lease: Lease): Promise<void>
  hasKept(): boolean
  /** Records what is kept, if anything. */
  recordKept(store: Store, lease: Lease): Promise<void>
  /** How many outcomes have been recorded so far. */
  recorded(): number
}

/** @param onAnswered - an outcome was recorded that shows that the remote takes entries from us, or refuses them one by one. */
export function createSettler<P>(reporter: Reporter<P>, onAnswered: () => void): Settler<P> {
  let kept: { readonly settlement: Settlement; readonly events: readonly OutboxEvent<P>[] } | undefined
  let recorded = 0

  const record: Settler<P>['record'] = async (settlement, events, store, lease) => {
    try {
      await store.settle([settlement], lease)
    } catch (error) {
      // Once another context drains, a failed try that it does not know of must not overwrite what it has recorded since.
      const isForgotten = isOutboxError(error, 'OUTBOX_LEASE_LOST') && settlement.kind !== 'delivered'
      kept = isForgotten ? undefined : { settlement, events }
      throw error
    }
    kept = undefined
    recorded += 1
    if (isAnswer(settlement)) onAnswered()
    for (const event of events) reporter.add(event)
  }

  return {
    record,
    hasKept: () => kept !== undefined,
    recorded: () => recorded,
    async recordKept(store, lease) {
      if (kept !== undefined) await record(kept.settlement, kept.events, store, lease)
    },
  }
}

function isAnswer(settlement: Settlement): boolean {
  if (settlement.kind === 'retry') return settlement.tries.misses === 0
  if (settlement.kind === 'dead') return settlement.code === 'exhausted' || settlement.code === 'permanent'
  return settlement.kind === 'delivered'
}
