import type { Counts } from '../../entry.ts'
import type { Ledger } from './ledger.ts'
import type { Log } from './log.ts'
import type { Session } from './session.ts'

/** How many entries are pending. */
export function pendingCount(log: Log, { writers }: Ledger): number {
  let pending = 0
  for (const { writer, end } of log.writers.values()) {
    pending += Math.max(end.ordinal - (writers.get(writer)?.settled.size() ?? 0), 0)
  }
  return pending
}

/** Adds up what stands in the log and what the ledger has settled. */
export function readCounts({ pending: entries, log, ledger }: Pick<Session, 'pending' | 'log' | 'ledger'>): Counts {
  // First: passing what cannot be read may settle it.
  const oldest = entries.first()
  const { sums, writers, dead } = ledger()
  let appended = 0
  let pending = 0
  let bytes = 0
  for (const { writer, end } of log.writers.values()) {
    const settled = writers.get(writer)?.settled.size() ?? 0
    const open = Math.max(end.ordinal - settled, 0)
    appended += settled + open
    pending += open
    if (open > 0) bytes += Math.max(end.bytes - (writers.get(writer)?.settledBytes ?? 0), 0)
  }
  const { requeued, lastDeliveredAt, delivered, skipped, cancelled, discarded, quarantined } = sums
  return {
    pending,
    bytes,
    dead: dead.size,
    ...(oldest && { oldestAt: oldest.enqueuedAt }),
    ...(lastDeliveredAt !== undefined && { lastDeliveredAt }),
    totals: { enqueued: appended - requeued, delivered, skipped, cancelled, discarded, quarantined },
  }
}
