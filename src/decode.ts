import type { Entry, ListedEntry, StoredEntry } from './entry.ts'
import { errorText } from './errors.ts'
import type { Settings } from './options.ts'
import { validated } from './schema.ts'

/** What came of reading a payload back: an entry; or that these settings are not meant for it; or what went wrong. */
export type Decoded<P> =
  | { readonly kind: 'entry'; readonly entry: Entry<P> }
  | { readonly kind: 'misfit'; readonly reason: string }
  | { readonly kind: 'unreadable'; readonly reason: string }

/** How payloads are read. */
export type Reading<P> = Pick<Settings<P>, 'codec' | 'version' | 'migrate' | 'schema'>

/** Reads the payload of an entry back: decoded, migrated if its version is another one, validated. At once unless codec or schema take their time; never rejects. */
export function decode<P>(stored: StoredEntry, reading: Reading<P>): Decoded<P> | Promise<Decoded<P>> {
  const misfit = misfitOf(stored, reading)
  if (misfit !== undefined) return { kind: 'misfit', reason: misfit }
  try {
    const json = reading.codec.decode(stored.body)
    if (typeof json !== 'string' || reading.schema !== undefined) return decodeOn(stored, json, reading)
    return { kind: 'entry', entry: entryWith(migrated<P>(JSON.parse(json), stored.version, reading), stored) }
  } catch (error) {
    return { kind: 'unreadable', reason: errorText(error) }
  }
}

async function decodeOn<P>(
  stored: StoredEntry,
  json: string | Promise<string>,
  reading: Reading<P>,
): Promise<Decoded<P>> {
  try {
    let payload = migrated<P>(JSON.parse(await json), stored.version, reading)
    if (reading.schema !== undefined) payload = await validated(payload, reading.schema)
    return { kind: 'entry', entry: entryWith(payload, stored) }
  } catch (error) {
    return { kind: 'unreadable', reason: errorText(error) }
  }
}

function misfitOf<P>(stored: StoredEntry, { codec, version, migrate }: Reading<P>): string | undefined {
  if (stored.codec !== codec.name) {
    return `entry ${stored.id} was written with the codec "${stored.codec}", but the codec here is "${codec.name}"`
  }
  if (stored.version !== version && migrate === undefined) {
    return `entry ${stored.id} has the version ${stored.version}, but the version here is ${version}: \`migrate\` is missing`
  }
  return undefined
}

function migrated<P>(payload: unknown, from: number, { version, migrate }: Reading<P>): P {
  return (from === version ? payload : migrate?.(payload, from)) as P
}

/** Written out: what stands behind a spread, or is left out by one, costs ten times as much. */
function entryWith<P>(payload: P, stored: StoredEntry): Entry<P> {
  const { id, version, lane, enqueuedAt, items, bytes, seq, requeues, attempts, misses } = stored
  const entry: Writable<Entry<P>> = {
    payload,
    id,
    version,
    lane,
    enqueuedAt,
    items,
    bytes,
    seq,
    requeues,
    attempts,
    misses,
  }
  const { key, meta, notBefore, nextAttemptAt, waitMs, waitKind, lastError } = stored
  if (key !== undefined) entry.key = key
  if (meta !== undefined) entry.meta = meta
  if (notBefore !== undefined) entry.notBefore = notBefore
  if (nextAttemptAt !== undefined) entry.nextAttemptAt = nextAttemptAt
  if (waitMs !== undefined) entry.waitMs = waitMs
  if (waitKind !== undefined) entry.waitKind = waitKind
  if (lastError !== undefined) entry.lastError = lastError
  return entry
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] }

/** The entry with its payload read back, or with the reason why that cannot be done. */
export async function listed<P>(stored: StoredEntry, reading: Reading<P>): Promise<ListedEntry<P>> {
  const decoded = await decode<P>(stored, reading)
  if (decoded.kind === 'entry') return decoded.entry
  const { body, codec, ...facts } = stored
  return { ...facts, unreadable: decoded.reason }
}
