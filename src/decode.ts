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

/** Reads the payload of an entry back: decoded, migrated if its version is another one, validated. Never rejects. */
export async function decode<P>(
  stored: StoredEntry,
  { codec, version, migrate, schema }: Reading<P>,
): Promise<Decoded<P>> {
  const { body, codec: writtenBy, ...facts } = stored
  if (writtenBy !== codec.name) {
    const reason = `entry ${facts.id} was written with the codec "${writtenBy}", but the codec here is "${codec.name}"`
    return { kind: 'misfit', reason }
  }
  if (facts.version !== version && migrate === undefined) {
    const reason = `entry ${facts.id} has the version ${facts.version}, but the version here is ${version}: \`migrate\` is missing`
    return { kind: 'misfit', reason }
  }
  try {
    const json = codec.decode(body)
    let payload: unknown = JSON.parse(typeof json === 'string' ? json : await json)
    if (facts.version !== version) payload = migrate?.(payload, facts.version)
    if (schema !== undefined) payload = await validated(payload, schema)
    return { kind: 'entry', entry: { payload: payload as P, ...facts } }
  } catch (error) {
    return { kind: 'unreadable', reason: errorText(error) }
  }
}

/** The entry with its payload read back, or with the reason why that cannot be done. */
export async function listed<P>(stored: StoredEntry, reading: Reading<P>): Promise<ListedEntry<P>> {
  const decoded = await decode<P>(stored, reading)
  if (decoded.kind === 'entry') return decoded.entry
  const { body, codec, ...facts } = stored
  return { ...facts, unreadable: decoded.reason }
}
