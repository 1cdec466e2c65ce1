import { isOutboxError } from '../../errors.ts'
import type { Range } from '../contract.ts'
import type { Connection } from './connection.ts'
import { seqOf } from './keys.ts'
import { departures, lastPage } from './pages.ts'
import type { Kind } from './quarantine.ts'
import { quarantineIn } from './quarantine.ts'
import { rowsIn } from './rows.ts'

/** One listing of the store: where it lies, what stands there, and how that is given back. */
export interface Listed<R, T> extends Kind<R> {
  range(after?: number): IDBKeyRange
  /** Undefined for what is no part of the listing. */
  give(key: IDBValidKey, record: R): T | undefined
}

/** Who wants to know what came of a reading. */
export interface Reading<T> {
  readonly onQuarantined: (reason: string) => void
  /** Called with a page that was read from the start, and the number of the last page of departures then. */
  readonly onPage?: ((page: readonly T[], departed: number) => void) | undefined
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
    const { rows, departed } = await connection.run({
      mode: 'readonly',
      what: `read the next ${listed.name}`,
      async work(store) {
        if (listed.name !== 'entry')
          return { rows: await rowsIn(store, listed.range(from), limit), departed: undefined }
        const [{ number, numbers }, all] = await Promise.all([
          lastPage(store, departures),
          rowsIn(store, listed.range(from), limit),
        ])
        const through = numbers?.through ?? -Infinity
        const pending = all.filter(({ key }) => seqOf(key) > through)
        // Hardly ever: what has left is swept out soon.
        const isAllGone = all.length > 0 && pending.length === 0
        return { rows: isAllGone ? await rowsIn(store, listed.range(through), limit) : pending, departed: number }
      },
    })
    const found: T[] = []
    const unreadable: IDBValidKey[] = []
    for (const { key, value } of rows) {
      const record = listed.read(value)
      if (record === undefined) {
        unreadable.push(key)
        continue
      }
      const given = listed.give(key, record)
      if (given !== undefined) found.push(given)
    }
    if (unreadable.length === 0) {
      const last = rows.at(-1)
      if (departed !== undefined && from === start) onPage?.(found, departed)
      if (found.length > 0 || last === undefined) return found
      after = seqOf(last.key)
      continue
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
