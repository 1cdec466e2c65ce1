import type { Draft, StoredEntry, Tries } from '../entry.ts'

/** Tries replace all earlier ones: a field they lack is gone. */
export function withTries(entry: StoredEntry, tries: Tries): StoredEntry {
  return { ...draftOf(entry), seq: entry.seq, requeues: entry.requeues, ...tries }
}

/** What an entry was before it was stored and tried. */
export function draftOf(entry: Draft): Draft {
  const { id, body, codec, version, lane, key, meta, enqueuedAt, notBefore, items, bytes } = entry
  return {
    id,
    body,
    codec,
    version,
    lane,
    enqueuedAt,
    items,
    bytes,
    ...(key !== undefined && { key }),
    ...(meta !== undefined && { meta }),
    ...(notBefore !== undefined && { notBefore }),
  }
}
