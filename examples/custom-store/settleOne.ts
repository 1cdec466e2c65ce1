import type { Settlement } from 'xstate-outbox'
import type { Work } from './tables.ts'

/** Records one outcome; an entry that is no longer pending is left alone. */
export function settleOne(settlement: Settlement, work: Work): 'removed' | 'kept' {
  const entry = work.pendingAt(settlement.seq)
  if (entry?.id !== settlement.id) return 'kept'
  if (settlement.kind === 'retry') {
    work.retry(entry, settlement.tries)
    return 'kept'
  }
  work.remove(entry)
  const { totals } = work.ledger()
  switch (settlement.kind) {
    case 'delivered':
      work.change({ lastDeliveredAt: settlement.audit.at, totals: { ...totals, delivered: totals.delivered + 1 } })
      work.record(settlement.audit)
      break
    case 'dead': {
      const { tries, code, reason, audit } = settlement
      work.bury({ entry: work.withTries(entry, tries), code, reason, at: audit.at })
      work.record(audit)
      break
    }
    case 'skipped':
    case 'quarantined':
      work.change({ totals: { ...totals, [settlement.kind]: totals[settlement.kind] + 1 } })
  }
  return 'removed'
}
