import { createStore } from 'idb-keyval'
import { isOutboxError, OutboxError } from '../../errors.ts'
import { isQuota, isTaken, storeError } from './failure.ts'
import type { Durability } from './transaction.ts'
import { storeName, transact } from './transaction.ts'

/** How long a database may take to open: browsers have hung there, and so does one that somebody else is deleting. */
const openLimitMs = 10_000

/** One transaction: its work, and what it is for. */
export interface Task<R> {
  readonly mode: 'readonly' | 'readwrite'
  /** Default: relaxed. */
  readonly durability?: Durability
  /** Completes "could not ...". */
  readonly what: string
  /**
   * Awaits nothing but requests of this store. May run a second time, and then it may not guess; the first has been rolled back, or
   * hardly ever not.
   */
  work(store: IDBObjectStore, mayGuess: boolean): Promise<R>
}

/** The way to a database: opened when it is first needed, if not before, and again whenever the browser or another tab has closed it. */
export interface Connection {
  /** Begins to open it; if that fails, the first task tries again. */
  open(): void
  /** @throws OutboxError `OUTBOX_STORE`, `OUTBOX_QUOTA`, or what the work threw. */
  run<R>(task: Task<R>): Promise<R>
  /** Lets what was begun end, and closes. */
  close(): Promise<void>
}

/** @param onGone - the connection is over, and what it was to may change. */
export function createConnection(name: string, onGone: () => void): Connection {
  const underWay = new Set<Promise<unknown>>()
  let opening: Promise<IDBDatabase> | undefined

  function connect(): Promise<IDBDatabase> {
    if (opening !== undefined) return opening
    const present = open(name, forget)
    function forget(): void {
      leave(present)
    }
    present.catch(forget)
    opening = present
    return present
  }

  function leave(gone: Promise<IDBDatabase>): void {
    if (opening !== gone) return
    opening = undefined
    onGone()
  }

  async function attempt<R>(task: Task<R>, isLast: boolean): Promise<R> {
    const { mode, durability = 'relaxed', what } = task
    const present = connect()
    const db = await present
    try {
      return await transact(db, mode, durability, (store) => task.work(store, !isLast))
    } catch (error) {
      // The connection may be at fault: mobile browsers take it away from a page in the background. Once, another is tried.
      if (isLast || isOutboxError(error) || isQuota(error)) throw storeError(error, what)
      if (!isTaken(error)) {
        leave(present)
        db.close()
      }
      return attempt(task, true)
    }
  }

  return {
    open: () => void connect(),
    async run(task) {
      const result = attempt(task, false)
      underWay.add(result)
      try {
        return await result
      } finally {
        underWay.delete(result)
      }
    },
    async close() {
      await Promise.allSettled(underWay)
      const present = opening
      if (present !== undefined) leave(present)
      // One that did not open has nothing to close.
      await present?.then((db) => db.close()).catch(() => undefined)
    },
  }
}

async function open(name: string, onGone: () => void): Promise<IDBDatabase> {
  let timer: ReturnType<typeof setTimeout> | undefined
  let isLate = false
  const opened = openDatabase(name).then((db) => {
    if (isLate) db.close()
    return db
  })
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      isLate = true
      reject(
        new OutboxError(
          'OUTBOX_STORE',
          `the database "${name}" has not opened for ${openLimitMs} ms: another tab may block it`,
        ),
      )
    }, openLimitMs)
  })
  try {
    const db = await Promise.race([opened, tooLong])
    db.addEventListener('close', onGone)
    db.addEventListener('versionchange', () => {
      // Another tab deletes the database, or a later version of this package upgrades it: it must not wait for this one.
      onGone()
      db.close()
    })
    return db
  } catch (error) {
    throw storeError(error, `open the database "${name}" (storage may be blocked or private here)`)
  } finally {
    clearTimeout(timer)
  }
}

/** The database itself; only its opening and its layout are left to idb-keyval, which cannot choose a durability. */
async function openDatabase(name: string): Promise<IDBDatabase> {
  return createStore(name, storeName)('readonly', ({ transaction }) => transaction.db)
}
