import type { StoredAuditRecord } from '../../entry.ts'
import type { Range } from '../contract.ts'
import type { Directory } from './directory.ts'
import { frameKinds } from './frame.ts'
import { readJournal } from './frameReader.ts'
import { unlessMissing } from './files.ts'
import type { LedgerChange } from './ledger.ts'
import type { JournalName } from './names.ts'

/** Reads a page of audit records from the journals. */
export function readAuditTrail(directory: Directory, { after, limit }: Required<Range>): StoredAuditRecord[] {
  const { journals } = directory.list()
  const firsts = journals.map((journal) => firstAuditIn(directory, journal))
  const found: StoredAuditRecord[] = []
  for (const [index, journal] of journals.entries()) {
    // What stands in a part from here on was written after the lease was lost: the next part knows better.
    const end = firsts[index + 1] ?? Infinity
    if (end <= after + 1) continue
    for (const record of auditIn(directory, journal, after)) {
      if (record.seq >= end) break
      found.push(record)
      if (found.length >= limit) return found
    }
  }
  return found
}

/** The number that the first audit record of a part has, or would have. */
export function firstAuditIn(directory: Directory, journal: JournalName): number | undefined {
  return unlessMissing(() => {
    const reader = readJournal(directory, journal)
    try {
      const found = reader.next()
      return found?.kind === 'frame' ? found.header.seq : undefined
    } finally {
      reader.close()
    }
  })
}

function* auditIn(directory: Directory, journal: JournalName, after: number): Generator<StoredAuditRecord> {
  const reader = unlessMissing(() => readJournal(directory, journal))
  if (reader === undefined) return
  try {
    for (let found = reader.next(); found !== undefined; found = reader.next()) {
      if (found.kind === 'damage' || found.header.kind !== frameKinds.record) continue
      const { count, seq: first } = found.header
      if (count === 0 || first + count - 1 <= after) continue
      let seq = first
      for (const change of JSON.parse(found.body()?.toString() ?? '[]') as LedgerChange[]) {
        if (!('audit' in change)) continue
        if (seq > after) yield { ...change.audit, seq }
        seq += 1
      }
    }
  } finally {
    reader.close()
  }
}
