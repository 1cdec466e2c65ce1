import type { StoredAuditRecord } from '../entry.ts'

/** What has a history to look through. */
interface Audited {
  history(range: { readonly after: number; readonly limit: number }): Promise<readonly StoredAuditRecord[]>
}

/**
 * Answers the number of the newest audit record, 0 when there is none. A history is read forwards only, so the end is searched for:
 * by doubling and then halving the first time, and from where it was the times after.
 */
export function lastAuditSeq(outbox: Audited): () => Promise<number> {
  let known = 0

  async function firstAfter(seq: number): Promise<number | undefined> {
    return (await outbox.history({ after: seq, limit: 1 }))[0]?.seq
  }

  return async () => {
    let step = 1
    /** Nothing is newer than this. */
    let end: number | undefined
    while (end === undefined || end > known) {
      const probe = end === undefined ? known + step - 1 : Math.floor((known + end) / 2)
      const found = await firstAfter(probe)
      if (found === undefined) end = probe
      else known = found
      step *= 2
    }
    return known
  }
}
