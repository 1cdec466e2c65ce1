import { OutboxError } from '../errors.ts'
import type { Range } from './contract.ts'

/** The default of the option `auditLimit`. */
export const defaultAuditLimit = 1_000

/** @throws OutboxError `OUTBOX_OPTION` unless `auditLimit` is an integer >= 0. */
export function checkAuditLimit(auditLimit: unknown): void {
  if (!Number.isSafeInteger(auditLimit) || (auditLimit as number) < 0) {
    throw new OutboxError('OUTBOX_OPTION', `\`auditLimit\` must be an integer >= 0, got ${String(auditLimit)}`)
  }
}

/** @throws OutboxError `OUTBOX_OPTION` unless `limit` is an integer >= 1 (or Infinity) and `after` is a number. */
export function checkRange({ after, limit }: Range): void {
  if (limit !== Infinity && (!Number.isSafeInteger(limit) || limit < 1)) {
    throw new OutboxError('OUTBOX_OPTION', `\`limit\` must be an integer >= 1, got ${String(limit)}`)
  }
  if (after !== undefined && (typeof after !== 'number' || Number.isNaN(after))) {
    throw new OutboxError('OUTBOX_OPTION', `\`after\` must be a number, got ${String(after)}`)
  }
}

export function leaseLost(epoch: number): OutboxError {
  return new OutboxError('OUTBOX_LEASE_LOST', `the lease of epoch ${epoch} is not held any more; nothing was recorded`)
}

/** Whether news are a wish, which is to reach whoever drains. */
export function isWish(news: unknown): boolean {
  return typeof news === 'object' && news !== null && 'ask' in news
}
