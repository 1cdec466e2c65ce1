import { quoted } from './entryCode.ts'
import type { LedgerChange } from './ledger.ts'

/** The changes as JSON. */
export function writeChanges(changes: readonly LedgerChange[]): string {
  const [first] = changes
  return first !== undefined && changes.length === 1 ? `[${textOf(first)}]` : JSON.stringify(changes)
}

/** What becomes of nearly every entry is put together by hand: `JSON.stringify` takes several times as long. */
function textOf(change: LedgerChange): string {
  if (change.is !== 'delivered') return JSON.stringify(change)
  const { writer, ordinal, bytes: held, audit } = change
  const { direction, id, meta, attempts, items, bytes, at, reason } = audit
  const isPlain = meta === undefined && reason === undefined && Number.isFinite(held + attempts + items + bytes + at)
  if (!isPlain) return JSON.stringify(change)
  return `{"is":"delivered","writer":${writer},"ordinal":${ordinal},"bytes":${held},"audit":{"direction":"${direction}","id":${quoted(id)},"attempts":${attempts},"items":${items},"bytes":${bytes},"at":${at}}}`
}
