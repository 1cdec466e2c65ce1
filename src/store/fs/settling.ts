import type { StoredEntry } from '../../entry.ts'
import type { Settlement } from '../contract.ts'
import { withTries } from '../entries.ts'
import type { Ledger, LedgerChange } from './ledger.ts'
import type { Pending } from './pending.ts'

/** The settlements as changes of the ledger; those of entries that are no longer pending are left out. */
export function changesFor(settlements: readonly Settlement[], pending: Pending, ledger: Ledger): LedgerChange[] {
  const changes: LedgerChange[] = []
  let gone: Set<number> | undefined
  let deaths = ledger.sums.deaths
  for (const settlement of settlements) {
    const found = gone?.has(settlement.seq) === true ? undefined : pending.find(settlement.seq, settlement.id)
    if (found === undefined) continue
    const { writer, ordinal, entry } = found
    if (settlement.kind === 'retry') {
      changes.push({ is: 'retry', writer, ordinal, tries: settlement.tries })
      continue
    }
    if (settlements.length > 1) (gone ??= new Set()).add(settlement.seq)
    // A property behind a spread costs a microsecond each; here every one counts.
    const { bytes } = entry
    if (settlement.kind === 'delivered')
      changes.push({ is: 'delivered', writer, ordinal, bytes, audit: settlement.audit })
    else if (settlement.kind === 'dead')
      changes.push({ writer, ordinal, bytes, ...death(settlement, entry, (deaths += 1)) })
    else changes.push({ is: settlement.kind, writer, ordinal, bytes })
  }
  return changes
}

function death({ tries, code, reason, audit }: Settlement & { kind: 'dead' }, entry: StoredEntry, seq: number) {
  return { is: 'dead', letter: { seq, entry: withTries(entry, tries), code, reason, at: audit.at }, audit } as const
}
