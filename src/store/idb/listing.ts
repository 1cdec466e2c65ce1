import type { Range } from '../contract.ts'
import type { Connection } from './connection.ts'
import type { Kind } from './quarantine.ts'
import { quarantineIn } from './quarantine.ts'
import { rowsIn } from './rows.ts'

/** One listing of the store: where it lies, what stands there, and how that is given back. */
export interface Listed<R, T> extends Kind<R> {
  range(after?: number): IDBKeyRange
  give(key: IDBValidKey, record: R): T
}

/**
 * A page of a listing. Records that cannot be read are moved aside first, so that an empty page means that nothing is left.
 * @param onQuarantined - told how many records were moved aside.
 */
export async function readPage<R, T>(
  connection: Connection,
  listed: Listed<R, T>,
  { after, limit }: Range,
  onQuarantined: (reason: string) => void,
): Promise<readonly T[]> {
  for (;;) {
    const rows = await connection.run({
      mode: 'readonly',
      what: `read the next ${listed.name}`,
      work: (store) => rowsIn(store, listed.range(after), limit),
    })
    const found: T[] = []
    const unreadable: IDBValidKey[] = []
    for (const { key, value } of rows) {
      if (listed.isReadable(value)) found.push(listed.give(key, value))
      else unreadable.push(key)
    }
    if (unreadable.length === 0) return found
    const moved = await connection.run({
      mode: 'readwrite',
      what: `move an unreadable ${listed.name} aside`,
      work: (store) => quarantineIn(store, unreadable, listed),
    })
    if (moved > 0) onQuarantined(`${moved} unreadable record(s) in the place of an ${listed.name}`)
  }
}
