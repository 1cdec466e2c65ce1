import type { Control, StoredAuditRecord, StoredEntry } from '../../entry.ts'
import { checkRange, leaseLost } from '../checks.ts'
import type { ControlPatch, Settlement, Store } from '../contract.ts'
import { createAppends } from './appends.ts'
import { cancelIn, discardIn, requeueIn } from './byId.ts'
import { createConnection } from './connection.ts'
import { controlKey, listedAfter, pendingAfter, seqOf } from './keys.ts'
import type { Leases, OwnLease } from './lease.ts'
import { createLeases } from './leases.ts'
import { countsOf, readBooks } from './books.ts'
import { erase } from './erase.ts'
import type { Listed } from './listing.ts'
import { readPage } from './listing.ts'
import { evenIfFull } from './failure.ts'
import { createNotices } from './notices.ts'
import { createOldest } from './oldest.ts'
import type { Arrivals, Departures, PageRecord } from './pages.ts'
import { arrivals, departures, pageOf } from './pages.ts'
import { deadLetterAt, entryAt, deadRecordOf, entryRecordOf, isObject } from './records.ts'
import type { Settled } from './settling.ts'
import { settleFullIn, settleIn, sweepIn } from './settling.ts'
import type { Durability } from './transaction.ts'
import { answer } from './transaction.ts'
import { createUnsaved } from './unsaved.ts'
import { createTurns } from './turns.ts'
import { createView } from './view.ts'

const entries = { name: 'entry', range: pendingAfter, read: entryRecordOf, give: entryAt } as const
const letters = {
  name: 'dead letter',
  range: (after?: number) => listedAfter('dead', after),
  read: deadRecordOf,
  give: deadLetterAt,
} as const
const audits = {
  name: 'audit record',
  range: (after?: number) => listedAfter('out', after),
  read: (value: unknown) => pageOf(value, departures),
  give: (key: IDBValidKey, { audit }: PageRecord<Departures>): StoredAuditRecord | undefined =>
    audit && { ...audit, seq: seqOf(key) },
} as const

/** The store on the database of this name. */
export function createIdbStore(name: string, durability: Durability, auditLimit: number): Store {
  const view = createView(name, () => notices.isListening())
  const owner = createOwner()
  const turns = {
    arrivals: createTurns<Arrivals>(arrivals, owner),
    departures: createTurns<Departures>(departures, owner),
  }
  const connection = createConnection(name, () => {
    view.forget()
    turns.arrivals.forget()
    turns.departures.forget()
  })
  const notices = createNotices(name, (kind) => {
    view.stale()
    // Where there was no room, it was done without a page.
    if (kind === 'removed') turns.departures.look()
  })
  const appends = createAppends({
    connection,
    durability,
    owner,
    turns: turns.arrivals,
    view,
    notices,
  })
  const oldest = createOldest()
  const unsaved = createUnsaved()
  let leases: Leases | undefined
  let held: OwnLease | undefined
  let isUnswept = false

  const read =
    <R, T>(listed: Listed<R, T>) =>
    async (range: Parameters<Store['read']>[0]) => {
      checkRange(range)
      return readPage(connection, listed, range, { onQuarantined })
    }

  function onQuarantined(reason: string): void {
    view.stale()
    notices.tell({ kind: 'quarantined', reason })
  }

  async function readEntries(range: Parameters<Store['read']>[0]): Promise<readonly StoredEntry[]> {
    checkRange(range)
    const isFromStart = (range.after ?? -Infinity) === -Infinity
    const page = await readPage(connection, entries, range, {
      onQuarantined,
      onPage: isFromStart ? view.sawEntries : undefined,
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
    view.stale()
    turns.departures.look()
    if (count > 0) notices.tell({ kind })
    return count
  }

  async function settle(settlements: readonly Settlement[], epoch: number): Promise<boolean> {
    const turn = turns.departures.begin()
    const how = { epoch, auditLimit, owner, view, turn }
    let settled: Settled | undefined
    try {
      settled = await connection.run({
        mode: 'readwrite',
        what: 'record an outcome',
        work: (store, mayGuess) => settleIn(store, settlements, how, mayGuess),
      })
    } finally {
      if (settled?.page === undefined) turn.failed()
      else turn.wrote(settled.page)
    }
    if (settled.page !== undefined) view.departed(settled.page, settled)
    isUnswept = settled.isUnswept
    unsaved.settled(settlements, false)
    return settled.gone.length > 0
  }

  /** Takes out what has left; what has been delivered is not to stay for longer than need be. */
  async function sweep(): Promise<void> {
    if (!isUnswept) return
    isUnswept = false
    await connection.run({ mode: 'readwrite', what: 'remove what has left', work: sweepIn })
  }

  async function settleFull(settlements: readonly Settlement[], epoch: number): Promise<boolean> {
    turns.departures.forget()
    const gone = await connection.run({
      mode: 'readwrite',
      what: 'record an outcome',
      work: (store) => settleFullIn(store, settlements, epoch),
    })
    view.forget()
    unsaved.settled(settlements, true)
    return gone
  }

  /** Made for whoever watches, who will want one soon. */
  function leasesHere(): Leases {
    leases ??= createLeases(name, connection, notices)
    return leases
  }

  async function loseLease(): Promise<void> {
    const lease = held
    held = undefined
    if (lease !== undefined) await sweep().catch(() => undefined)
    await lease?.lose()
  }

  return {
    durability: durability === 'strict' ? 'disk' : 'os',
    append: (drafts) => appends.add(drafts),
    read: readEntries,

    async settle(settlements, { epoch }) {
      if (held?.epoch !== epoch) throw leaseLost(epoch)
      const isRemoved = await evenIfFull((isFull) =>
        isFull ? settleFull(settlements, epoch) : settle(settlements, epoch),
      )
      if (isRemoved) notices.tellOthers({ kind: 'removed' })
    },

    async counts() {
      const known = view.fresh()
      if (known !== undefined) {
        return countsOf(known.arrivals.numbers, known.departures.numbers, known.head?.enqueuedAt)
      }
      return connection.run({
        mode: 'readonly',
        what: 'count what is stored',
        async work(store) {
          const reading = readBooks(store)
          const left = reading.then(({ departures: { numbers } }) => numbers.through)
          const [books, head] = await Promise.all([reading, oldest.read(store, left)])
          if (books.isExact) view.saw({ ...books, head })
          return countsOf(books.arrivals.numbers, books.departures.numbers, head?.enqueuedAt)
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
      const lease = await leasesHere().take(signal)
      held = lease
      return {
        epoch: lease.epoch,
        lost: lease.lost,
        async release() {
          if (held === lease) held = undefined
          // What stays is swept out by whoever drains next.
          await sweep().catch(() => undefined)
          await lease.release()
        },
      }
    },

    watch(onChange) {
      leasesHere()
      return notices.add(onChange)
    },
    announce: notices.announce,
    warmUp: connection.open,

    async close() {
      await appends.idle()
      await loseLease()
      notices.flush()
      await connection.close()
    },

    async destroy() {
      await appends.idle()
      await loseLease()
      await erase(connection)
      view.forget()
      oldest.forget()
      notices.tell({ kind: 'removed' })
      notices.tell({ kind: 'control' })
    },
  }
}

/** No two store objects have the same. */
function createOwner(): string {
  return [...crypto.getRandomValues(new Uint32Array(3))].map((part) => part.toString(36)).join('-')
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
