import type { AuditRecord, DeathCode, StoredEntry, Tries, WaitKind } from './entry.ts'
import { errorText, verdictOf } from './errors.ts'
import type { Settlement } from './store/contract.ts'

/** What a try came to. */
export type Outcome =
  | { readonly kind: 'delivered'; readonly result: unknown }
  /** The remote answered with a failure, or took too long. */
  | { readonly kind: 'failed'; readonly reason: string; readonly retryAfterMs?: number }
  /** No answer came. */
  | { readonly kind: 'unreachable'; readonly reason: string }
  | { readonly kind: 'permanent'; readonly reason: string }
  | { readonly kind: 'hold'; readonly reason: string }
  /** The outbox itself ended the try; what the remote made of it is not known. */
  | { readonly kind: 'aborted' }

/** The longest `Retry-After` that is heeded, ms. */
export const retryAfterMaxMs = 3_600_000

/** What the error that a push threw says about its try; `now` is epoch ms. */
export function outcomeOfError(error: unknown, now: number): Outcome {
  const verdict = verdictOf(error)
  const reason = errorText(error)
  if (verdict === undefined) return { kind: 'failed', reason }
  if (verdict.kind !== 'retryAfter') return { kind: verdict.kind, reason }
  const afterMs = verdict.after instanceof Date ? verdict.after.getTime() - now : verdict.after
  if (!(afterMs > 0)) return { kind: 'failed', reason }
  return { kind: 'failed', reason, retryAfterMs: Math.min(afterMs, retryAfterMaxMs) }
}

/** The moment from which a wait is over, epoch ms; undefined when the entry may go at once. */
export function dueAt(entry: StoredEntry): number | undefined {
  return entry.nextAttemptAt ?? entry.notBefore
}

/** Why an entry that is not due waits, and how long that takes in all. */
export function waitOf(entry: StoredEntry): { readonly kind: WaitKind; readonly waitMs: number } {
  if (entry.nextAttemptAt === undefined) {
    return { kind: 'notBefore', waitMs: (entry.notBefore ?? 0) - entry.enqueuedAt }
  }
  return { kind: entry.waitKind ?? 'backoff', waitMs: entry.waitMs ?? 0 }
}

/** The settlement of an entry that the remote took. */
export function deliveredSettlement(entry: StoredEntry, at: number): Settlement {
  return { kind: 'delivered', seq: entry.seq, id: entry.id, audit: auditOf(entry, 'push', entry.attempts, at) }
}

/** The settlement of an entry that is given up. */
export function deadSettlement(
  entry: StoredEntry,
  death: { readonly code: DeathCode; readonly reason: string; readonly attempts: number; readonly at: number },
): Settlement & { readonly kind: 'dead' } {
  const { code, reason, attempts, at } = death
  return {
    kind: 'dead',
    seq: entry.seq,
    id: entry.id,
    code,
    reason,
    tries: { attempts, misses: 0, lastError: reason },
    audit: { ...auditOf(entry, 'drop', attempts, at), reason },
  }
}

/** The tries of an entry after one more that failed, with the wait that follows it. */
export function triesAfter(
  entry: StoredEntry,
  outcome: Outcome & { readonly kind: 'failed' | 'unreachable' },
  backoff: (attempts: number) => number,
  at: number,
): Required<Tries> {
  const isAnswered = outcome.kind === 'failed'
  const attempts = entry.attempts + (isAnswered ? 1 : 0)
  const misses = isAnswered ? 0 : entry.misses + 1
  const retryAfterMs = isAnswered ? outcome.retryAfterMs : undefined
  const waitMs = Math.max(backoff(attempts + misses), retryAfterMs ?? 0)
  return {
    attempts,
    misses,
    waitMs,
    nextAttemptAt: at + waitMs,
    waitKind: retryAfterMs === undefined ? 'backoff' : 'server',
    lastError: outcome.reason,
  }
}

function auditOf(entry: StoredEntry, direction: AuditRecord['direction'], attempts: number, at: number): AuditRecord {
  const { id, meta, items, bytes } = entry
  return meta === undefined
    ? { direction, id, attempts, items, bytes, at }
    : { direction, id, meta, attempts, items, bytes, at }
}
