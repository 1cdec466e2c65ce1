import type { AuditRecord, DeathCode, Draft, StoredDeadLetter, StoredEntry } from '../../entry.ts'
import { draftOf } from '../entries.ts'
import { formatError } from './failure.ts'
import { seqOf } from './keys.ts'

/** Every record says its format; its number is its key. */
export interface Versioned {
  readonly v: 1
}

/** A pending entry. */
export type EntryRecord = Versioned & Omit<StoredEntry, 'seq'>
/** A dead letter. */
export interface DeadRecord extends Versioned {
  readonly entry: StoredEntry
  readonly code: DeathCode
  readonly reason: string
  readonly at: number
}

/** A new entry as it is kept; what is done to the draft afterwards does not reach it. */
export function recordOf(draft: Draft, requeues = 0): EntryRecord {
  const { meta, ...facts } = draftOf(draft)
  return { v: 1, ...facts, ...(meta && { meta: structuredClone(meta) }), requeues, attempts: 0, misses: 0 }
}

export function recordOfEntry({ seq: _, ...entry }: StoredEntry): EntryRecord {
  return { v: 1, ...entry }
}

export function entryAt(key: IDBValidKey, { v: _, ...entry }: EntryRecord): StoredEntry {
  return { ...entry, seq: seqOf(key) }
}

export function deadLetterAt(key: IDBValidKey, { v: _, ...letter }: DeadRecord): StoredDeadLetter {
  return { seq: seqOf(key), ...letter }
}

/** The entry that a stored value is; undefined if it is none. */
export function entryRecordOf(value: unknown): EntryRecord | undefined {
  return isEntryRecord(value) ? value : undefined
}

/** The dead letter that a stored value is; undefined if it is none. */
export function deadRecordOf(value: unknown): DeadRecord | undefined {
  return isDeadRecord(value) ? value : undefined
}

export function isEntryRecord(value: unknown): value is EntryRecord {
  return isVersioned(value) && isEntry(value)
}

export function isDeadRecord(value: unknown): value is DeadRecord {
  return (
    isVersioned(value) &&
    isObject(value['entry']) &&
    isEntry(value['entry']) &&
    hasTexts(value, 'code', 'reason') &&
    hasNumbers(value, 'at')
  )
}

export function isAudit(value: unknown): value is AuditRecord {
  return isObject(value) && hasTexts(value, 'direction', 'id') && hasNumbers(value, 'attempts', 'items', 'bytes', 'at')
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

export function hasNumbers(value: Record<string, unknown>, ...fields: readonly string[]): boolean {
  return fields.every((field) => typeof value[field] === 'number')
}

function hasTexts(value: Record<string, unknown>, ...fields: readonly string[]): boolean {
  return fields.every((field) => typeof value[field] === 'string')
}

function isEntry(value: Record<string, unknown>): boolean {
  return (
    hasTexts(value, 'id', 'body', 'codec', 'lane') &&
    hasNumbers(value, 'version', 'enqueuedAt', 'items', 'bytes', 'attempts', 'misses', 'requeues')
  )
}

/** @throws OutboxError `OUTBOX_FORMAT` for a record of a later version: it is not broken, and not ours to judge. */
export function isVersioned(value: unknown): value is Versioned & Record<string, unknown> {
  if (!isObject(value)) return false
  if (typeof value['v'] === 'number' && value['v'] > 1) throw formatError('a record', value['v'])
  return value['v'] === 1
}
