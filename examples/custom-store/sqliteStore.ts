// An outbox in SQLite, for an app whose data is there already. One process has the file to itself; several outboxes of that process
// may share the store object. React Native and Electron work in the same way, with their own SQLite.
import { isOutboxError, OutboxError } from 'xstate-outbox'
import type { Range, Store, StoreChange } from 'xstate-outbox'
import type { Database } from './database.ts'
import { settleOne } from './settleOne.ts'
import type { Records, Work } from './tables.ts'
import { createTables, draftOf, workIn } from './tables.ts'
import { createTurns } from './turns.ts'

/** A store in the database that `open` opens, at first use and again after `close`. */
export function sqliteStore({
  open,
  auditLimit = 1_000,
}: {
  readonly open: () => Promise<Database>
  readonly auditLimit?: number
}): Store {
  const turns = createTurns()
  const watchers = new Set<(change: StoreChange) => void>()
  let opened: Promise<Database> | undefined
  let closed: Promise<void> = Promise.resolve()

  async function opening(): Promise<Database> {
    try {
      await closed
      const database = await open()
      createTables(database)
      return database
    } catch (error) {
      opened = undefined
      throw error
    }
  }

  /** Runs in one transaction: all of it is kept, or nothing. Calls run in the order in which they were made. */
  async function transact<R>(work: (work: Work) => R): Promise<R> {
    try {
      opened ??= opening()
      const database = await opened
      database.exec('BEGIN IMMEDIATE')
      try {
        const result = work(workIn(database, auditLimit))
        database.exec('COMMIT')
        return result
      } catch (error) {
        rollBack(database)
        throw error
      }
    } catch (error) {
      throw storeError(error)
    }
  }

  function tell(change: StoreChange): void {
    for (const onChange of watchers) queueMicrotask(() => onChange(change))
  }

  /** Tells of a change made by a user of this store object: news only if several share it. */
  function tellOthers(change: StoreChange): void {
    if (watchers.size > 1) tell(change)
  }

  function list<T extends keyof Records>(
    table: T,
    { after = -Infinity, limit }: Range,
  ): Promise<readonly Records[T][]> {
    return transact(({ rows }) => {
      if (limit !== Infinity && !(Number.isSafeInteger(limit) && limit >= 1)) {
        throw new OutboxError('OUTBOX_OPTION', `\`limit\` must be an integer >= 1, got ${String(limit)}`)
      }
      return rows(table, 'seq > ? ORDER BY seq LIMIT ?', after, limit === Infinity ? -1 : limit)
    })
  }

  return {
    durability: 'disk',

    async append(drafts) {
      const copies = structuredClone(drafts)
      await transact(({ add, ledger, change }) => {
        for (const draft of copies) add(draft, 0)
        const { totals } = ledger()
        change({ totals: { ...totals, enqueued: totals.enqueued + copies.length } })
      })
      if (copies.length > 0) tellOthers({ kind: 'appended' })
    },

    read: (range) => list('pending', range),

    async settle(settlements, { epoch }) {
      const removed = await transact((work) => {
        if (!turns.isHeld(epoch)) {
          throw new OutboxError('OUTBOX_LEASE_LOST', `the lease of epoch ${epoch} is not held; nothing was recorded`)
        }
        return settlements.filter((settlement) => settleOne(settlement, work) === 'removed').length
      })
      if (removed > 0) tellOthers({ kind: 'removed' })
    },

    counts: () =>
      transact(({ ledger, rows }) => {
        const { control: _, ...counts } = ledger()
        const [oldest] = rows('pending', 'true ORDER BY seq LIMIT 1')
        return { ...counts, ...(oldest && { oldestAt: oldest.enqueuedAt }) }
      }),

    control: () => transact(({ ledger }) => ledger().control),

    async setControl(patch) {
      await transact(({ ledger, change }) => {
        const { control } = ledger()
        const { paused = control.paused, held = control.held } = patch
        change({ control: { paused, ...(typeof held === 'string' && { held }) } })
      })
      tell({ kind: 'control' })
    },

    readDead: (range) => list('dead', range),

    async requeue(requeues, at) {
      const byId = new Map(requeues.map((requeue) => [requeue.id, requeue]))
      const count = await transact(({ takeDead, add }) => {
        const letters = takeDead([...byId.keys()])
        for (const { entry } of letters) {
          const draft = byId.get(entry.id)?.replacement ?? draftOf(entry)
          add({ ...draft, enqueuedAt: at }, entry.requeues + 1)
        }
        return letters.length
      })
      if (count > 0) tell({ kind: 'appended' })
      return count
    },

    async discard(ids) {
      const count = await transact(({ takeDead, ledger, change }) => {
        const { length } = takeDead(ids)
        const { totals } = ledger()
        change({ totals: { ...totals, discarded: totals.discarded + length } })
        return length
      })
      if (count > 0) tell({ kind: 'removed' })
      return count
    },

    async cancel(ids) {
      const count = await transact(({ takePending, ledger, change }) => {
        const { length } = takePending(ids)
        const { totals } = ledger()
        change({ totals: { ...totals, cancelled: totals.cancelled + length } })
        return length
      })
      if (count > 0) tell({ kind: 'removed' })
      return count
    },

    readAudit: (range) => list('audit', range),
    lease: (signal) => turns.take(signal),

    watch(onChange) {
      const watcher = (change: StoreChange) => onChange(change)
      watchers.add(watcher)
      return () => watchers.delete(watcher)
    },

    async close() {
      turns.revoke()
      const database = opened
      opened = undefined
      if (database !== undefined) {
        closed = database.then(
          (one) => one.close(),
          () => {}, // it never opened, and whoever asked was told
        )
      }
      await closed
    },

    async destroy() {
      turns.revoke()
      await transact(({ erase }) => erase())
      tell({ kind: 'removed' })
    },
  }
}

function rollBack(database: Database): void {
  try {
    database.exec('ROLLBACK')
  } catch {
    // SQLite has done it by itself, as it does when the disk is full: the error that led here is the one to tell.
  }
}

const sqliteFull = 13

/** What SQLite throws, as the outbox expects it: by its number, as node:sqlite has it, or by its name. */
function storeError(error: unknown): OutboxError {
  if (isOutboxError(error)) return error
  const { errcode, code } = error as { readonly errcode?: unknown; readonly code?: unknown }
  const isFull = errcode === sqliteFull || code === 'SQLITE_FULL'
  return new OutboxError(isFull ? 'OUTBOX_QUOTA' : 'OUTBOX_STORE', `SQLite failed: ${String(error)}`, { cause: error })
}
