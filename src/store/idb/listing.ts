import { isOutboxError } from '../../errors.ts'
import type { Range } from '../contract.ts'
import type { Connection } from './connection.ts'
import { seqOf } from './keys.ts'
import type { Found } from './ledger.ts'
import { findLedger } from './ledger.ts'
import type { Kind } from './quarantine.ts'
import { quarantineIn } from './quarantine.ts'
import { rowsIn } from './rows.ts'

/** One listing of the store: where it lies, what stands there, and how that is given back. */
export interface Listed<R, T> extends Kind<R> {
  range(after?: number): IDBKeyRange
  give(key: IDBValidKey, record: R): T
}

/** Who wants to know what came of a reading. */
export interface Reading<T> {
  readonly onQuarantined: (reason: string) => void
  /** Called before a page is read; what it answers, after, with the ledger as it was then. */
  readonly onPage?: (() => (ledger: Found, page: readonly T[]) => void) | undefined
}

/** A page of a listing. Records that cannot be read are moved aside first, so that an empty page means that nothing is left. */
export async function readPage<R, T>(
  connection: Connection,
  listed: Listed<R, T>,
  { after: start, limit }: Range,
  { onQuarantined, onPage }: Reading<T>,
): Promise<readonly T[]> {
  let after = start
  for (;;) {
    const from = after
    const see = onPage?.()
    const { rows, ledger } = await connection.run({
      mode: 'readonly',
      what: `read the next ${listed.name}`,
      async work(store) {
        const asked = see && findLedger(store)
        return { rows: await rowsIn(store, listed.range(from), limit), ledger: await asked }
      },
    })
    const found: T[] = []
    const unreadable: IDBValidKey[] = []
    for (const { key, value } of rows) {
      if (listed.isReadable(value)) found.push(listed.give(key, value))
      else unreadable.push(key)
    }
    if (unreadable.length === 0) {
      if (ledger !== undefined) see?.(ledger, found)
      return found
    }
    const moved = await moveAside(connection, listed, unreadable)
    if (moved === undefined) {
      if (found.length > 0) return found
      after = seqOf(unreadable.at(-1) ?? Infinity)
    } else if (moved > 0) onQuarantined(`${moved} unreadable record(s) in the place of an ${listed.name}`)
  }
}

/** How many records were moved aside; undefined when there is no room for that, and they have to be passed over. */
async function moveAside<R>(
  connection: Connection,
  kind: Kind<R>,
  keys: readonly IDBValidKey[],
): Promise<number | undefined> {
  try {
    return await connection.run({
      mode: 'readwrite',
      what: `move an unreadable ${kind.name} aside`,
      work: (store) => quarantineIn(store, keys, kind),
    })
  } catch (error) {
    if (isOutboxError(error, 'OUTBOX_QUOTA')) return undefined
    throw error
  }
}
