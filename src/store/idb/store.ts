import type { Control, StoredEntry } from '../../entry.ts'
import { checkRange, leaseLost } from '../checks.ts'
import type { ControlPatch, Store } from '../contract.ts'
import { createAppends } from './appends.ts'
import { cancelIn, discardIn, requeueIn } from './byId.ts'
import type { Connection, Task } from './connection.ts'
import { createConnection } from './connection.ts'
import { controlKey, listedAfter, pendingAfter } from './keys.ts'
import type { Leases, OwnLease } from './lease.ts'
import { createLeases } from './leases.ts'
import type { Found } from './ledger.ts'
import { countsOf, emptyLedger, findLedger, readLedger, writeLedger } from './ledger.ts'
import type { Listed } from './listing.ts'
import { readPage } from './listing.ts'
import { evenIfFull } from './failure.ts'
import { createNotices } from './notices.ts'
import { createOldest } from './oldest.ts'
import { auditAt, deadLetterAt, entryAt, isAuditEntry, isDeadRecord, isEntryRecord, isObject } from './records.ts'
import { settleIn } from './settling.ts'
import type { Durability } from './transaction.ts'
import { answer } from './transaction.ts'
import { createUnsaved } from './unsaved.ts'
import { createView } from './view.ts'

const entries = { name: 'entry', range: pendingAfter, isReadable: isEntryRecord, give: entryAt } as const
const letters = {
  name: 'dead letter',
  range: (after?: number) => listedAfter('dead', after),
  isReadable: isDeadRecord,
  give: deadLetterAt,
} as const
const audits = {
  name: 'audit record',
  range: (after?: number) => listedAfter('audit', after),
  isReadable: isAuditEntry,
  give: auditAt,
} as const

/** The store on the database of this name. */
export function createIdbStore(name: string, durability: Durability, auditLimit: number): Store {
  const view = createView(name)
  const database = createConnection(name, view.forget)
  const guessing = whenEnded(database, (_, hasFailed) => hasFailed && view.forget())
  // Whatever is written past the view makes it wrong.
  const connection = whenEnded(database, ({ mode }) => mode === 'readwrite' && view.forget())
  const notices = createNotices(name, view.forget)
  const appends = createAppends({
    connection: guessing,
    durability,
    view,
    onKept: () => notices.tellOthers({ kind: 'appended' }),
  })
  const oldest = createOldest()
  const unsaved = createUnsaved()
  let leases: Leases | undefined
  let held: OwnLease | undefined

  const read =
    <R, T>(listed: Listed<R, T>) =>
    async (range: Parameters<Store['read']>[0]) => {
      checkRange(range)
      return readPage(connection, listed, range, { onQuarantined })
    }

  const onQuarantined = (reason: string) => notices.tell({ kind: 'quarantined', reason })

  async function readEntries(range: Parameters<Store['read']>[0]): Promise<readonly StoredEntry[]> {
    checkRange(range)
    const isFromStart = (range.after ?? -Infinity) === -Infinity
    const seePage = () => {
      const turn = view.turn()
      return (ledger: Found, page: readonly StoredEntry[]) => view.sawPage(turn, ledger, page)
    }
    const page = await readPage(connection, entries, range, {
      onQuarantined,
      onPage: isFromStart ? seePage : undefined,
    })
    return unsaved.addTo(page)
  }

  /** Changes entries by id; tells everyone, the drainer of this context included. */
  async function change(
    what: string,
    kind: 'appended' | 'removed',
    work: (store: IDBObjectStore, isFull: boolean) => Promise<number>,
  ): Promise<number> {
    const count = await evenIfFull((isFull) =>
      connection.run({ mode: 'readwrite', durability, what, work: (store) => work(store, isFull) }),
    )
    if (count > 0) notices.tell({ kind })
    return count
  }

  async function loseLease(): Promise<void> {
    const lease = held
    held = undefined
    await lease?.lose()
  }

  return {
    durability: durability === 'strict' ? 'disk' : 'os',
    append: (drafts) => appends.add(drafts),
    read: readEntries,

    async settle(settlements, { epoch }) {
      if (held?.epoch !== epoch) throw leaseLost(epoch)
      const isRemoved = await evenIfFull(async (isFull) => {
        const { isAnyGone, written } = await (isFull ? connection : guessing).run({
          mode: 'readwrite',
          what: 'record an outcome',
          work: (store, mayGuess) => settleIn(store, settlements, { epoch, auditLimit, isFull, mayGuess }, view),
        })
        written?.()
        unsaved.settled(settlements, isFull)
        return isAnyGone
      })
      if (isRemoved) notices.tellOthers({ kind: 'removed' })
    },

    async counts() {
      const known = view.fresh()
      if (known !== undefined) return countsOf(known.ledger, known.head?.enqueuedAt)
      const turn = view.turn()
      return connection.run({
        mode: 'readonly',
        what: 'count what is stored',
        async work(store) {
          const asked = findLedger(store)
          const [ledger, head] = await Promise.all([readLedger(store, asked), oldest.read(store)])
          view.sawCounts(turn, await asked, head)
          return countsOf(ledger, head?.enqueuedAt)
        },
      })
    },

    control: () => connection.run({ mode: 'readonly', what: 'read the control record', work: controlIn }),
    async setControl(patch) {
      await connection.run({ mode: 'readwrite', durability, what: 'write the control record', work: patchIn(patch) })
      notices.tell({ kind: 'control' })
    },

    readDead: read(letters),
    readAudit: read(audits),
    requeue: (requeues, at) => change('requeue', 'appended', (store) => requeueIn(store, requeues, at)),
    discard: (ids) => change('discard', 'removed', (store, isFull) => discardIn(store, new Set(ids), isFull)),
    cancel: (ids) => change('cancel', 'removed', (store, isFull) => cancelIn(store, new Set(ids), isFull)),

    async lease(signal) {
      leases ??= createLeases(name, connection, notices)
      const lease = await leases.take(signal)
      held = lease
      return {
        epoch: lease.epoch,
        lost: lease.lost,
        async release() {
          if (held === lease) held = undefined
          await lease.release()
        },
      }
    },

    watch: (onChange) => notices.add(onChange),
    announce: (news) => notices.tellOthers({ kind: 'news', news }),

    async close() {
      await appends.idle()
      await loseLease()
      await connection.close()
    },

    async destroy() {
      await appends.idle()
      await loseLease()
      await erase(connection)
      oldest.forget()
      notices.tell({ kind: 'removed' })
      notices.tell({ kind: 'control' })
    },
  }
}

/** The connection, with a look at how each task has ended. */
function whenEnded(connection: Connection, look: (task: Task<unknown>, hasFailed: boolean) => unknown): Connection {
  return {
    ...connection,
    async run(task) {
      let hasFailed = true
      try {
        const result = await connection.run(task)
        hasFailed = false
        return result
      } finally {
        look(task, hasFailed)
      }
    },
  }
}

async function controlIn(store: IDBObjectStore): Promise<Control> {
  const found: unknown = await answer(store.get(controlKey))
  if (!isObject(found)) return { paused: false }
  const { paused, held } = found
  return { paused: paused === true, ...(typeof held === 'string' && { held }) }
}

function patchIn(patch: ControlPatch) {
  return async (store: IDBObjectStore): Promise<void> => {
    const present = await controlIn(store)
    const { paused = present.paused, held = present.held } = patch
    store.put({ v: 1, paused, ...(typeof held === 'string' && { held }) }, controlKey)
  }
}

/** Empties the database: to delete it would wait for every other tab. The last epoch stays, so that old leases stay over. */
async function erase(connection: Connection): Promise<void> {
  await connection.run({
    mode: 'readwrite',
    durability: 'strict',
    what: 'erase everything',
    async work(store) {
      const { epoch, lastSeq } = await readLedger(store)
      store.clear()
      if (epoch > 0) writeLedger(store, { ...emptyLedger(), epoch, lastSeq })
    },
  })
}
