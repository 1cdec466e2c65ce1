import type { Codec } from './codec.ts'
import type { Entry, StoredEntry } from './entry.ts'

/** The entry with its payload read back. Rejects when the body cannot be read. */
export async function decodeEntry<P>({ body, codec: _, ...facts }: StoredEntry, codec: Codec): Promise<Entry<P>> {
  const json = codec.decode(body)
  return { ...facts, payload: JSON.parse(typeof json === 'string' ? json : await json) as P }
}
