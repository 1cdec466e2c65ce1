import { equal, holds, like, refused } from './check.ts'
import type { BenchCase } from './bench.ts'
import {
  auditLimit,
  auditOf,
  deadIds,
  deadOf,
  delivered,
  deliverAll,
  died,
  draft,
  drafts,
  headOf,
  leased,
  pendingIds,
  pendingOf,
  quarantined,
  retried,
  skipped,
  startAt,
  take,
} from './bench.ts'

const isKept = (index: number) => index % 7 === 3 || index === 0

export const settling: readonly BenchCase[] = [
  {
    name: 'removes a delivered entry and keeps an audit record of it',
    async run({ store, reopen }) {
      await store.append([draft(1, { meta: { a: 1 }, items: 4 }), draft(2)])
      const head = await headOf(store)
      await leased(store, (lease) => store.settle([delivered(head, 77)], lease))
      for (const each of [store, await reopen()]) {
        equal(await pendingIds(each), ['entry-2'])
        const [record, ...rest] = await auditOf(each)
        equal(record, {
          direction: 'push',
          id: 'entry-1',
          meta: { a: 1 },
          attempts: 0,
          items: 4,
          bytes: head.bytes,
          at: 77,
          seq: record?.seq,
        })
        equal(rest, [])
        like(await each.counts(), { pending: 1, lastDeliveredAt: 77, totals: { delivered: 1 } })
      }
    },
  },

  {
    name: 'removes a skipped and a quarantined entry without an audit record',
    async run({ store, reopen }) {
      await store.append(drafts(3))
      const [first, second] = await pendingOf(store)
      if (!first || !second) throw new Error('two entries are pending')
      await leased(store, (lease) => store.settle([skipped(first), quarantined(second)], lease))
      for (const each of [store, await reopen()]) {
        equal(await pendingIds(each), ['entry-3'])
        equal(await auditOf(each), [])
        like(await each.counts(), {
          pending: 1,
          dead: 0,
          totals: { skipped: 1, quarantined: 1, delivered: 0 },
        })
      }
    },
  },

  {
    name: 'keeps the tries of a retried entry, in its place',
    async run({ store, reopen }) {
      await store.append(drafts(2))
      const head = await headOf(store)
      const first = retried(head, 1)
      await leased(store, (lease) => store.settle([first], lease))
      if (first.kind !== 'retry') throw new Error('a retry')
      for (const each of [store, await reopen()]) {
        equal(await headOf(each), { ...head, ...first.tries })
        equal(await pendingIds(each), ['entry-1', 'entry-2'])
        equal((await each.counts()).pending, 2)
      }
    },
  },

  {
    name: 'replaces the tries of an entry as a whole',
    async run({ store, reopen }) {
      await store.append(drafts(1))
      const head = await headOf(store)
      const bare = { kind: 'retry', seq: head.seq, id: head.id, tries: { attempts: 2, misses: 1 } } as const
      await leased(store, async (lease) => {
        await store.settle([retried(head, 1)], lease)
        await store.settle([bare], lease)
      })
      equal(await headOf(await reopen()), { ...head, attempts: 2, misses: 1 })
    },
  },

  {
    name: 'moves an entry that died to the dead letters, with its tries, and keeps an audit record of the drop',
    async run({ store, reopen }) {
      await store.append([draft(1, { meta: { a: 1 }, key: 'k' }), draft(2)])
      const head = await headOf(store)
      await leased(store, (lease) => store.settle([died(head, 'gone bad')], lease))
      for (const each of [store, await reopen()]) {
        equal(await pendingIds(each), ['entry-2'])
        const [letter] = await deadOf(each)
        const entry = { ...head, attempts: 1, misses: 0, lastError: 'gone bad' }
        equal(letter, { seq: letter?.seq, entry, code: 'permanent', reason: 'gone bad', at: startAt + 60_000 })
        like(await auditOf(each), [{ direction: 'drop', id: 'entry-1', meta: { a: 1 }, reason: 'gone bad' }])
        like(await each.counts(), { pending: 1, dead: 1 })
      }
    },
  },

  {
    name: 'records several outcomes in one call, in their order',
    async run({ store, reopen }) {
      await store.append(drafts(5))
      const [a, b, c, d] = await pendingOf(store)
      if (!a || !b || !c || !d) throw new Error('four entries are pending')
      await leased(store, (lease) => store.settle([died(b), delivered(a), retried(d, 3), skipped(c)], lease))
      const again = await reopen()
      like(await pendingOf(again), [
        { id: 'entry-4', attempts: 3 },
        { id: 'entry-5', attempts: 0 },
      ])
      equal(
        (await auditOf(again)).map(({ id, direction }) => [id, direction]),
        [
          ['entry-2', 'drop'],
          ['entry-1', 'push'],
        ],
      )
    },
  },

  {
    name: 'settles out of order: what stays is what was not settled',
    async run({ store, reopen }) {
      for (let call = 0; call < 20; call += 1) await store.append(drafts(5, call * 5))
      const entries = await pendingOf(store)
      await leased(store, async (lease) => {
        for (const [index, entry] of [...entries.entries()].toReversed()) {
          if (!isKept(index)) await store.settle([delivered(entry)], lease)
        }
      })
      const kept = entries.filter((_, index) => isKept(index))
      equal(await pendingOf(store), kept)
      const again = await reopen()
      equal(await pendingOf(again), kept)
      equal((await again.counts()).oldestAt, startAt)
    },
  },

  {
    name: 'leaves an entry alone that is no longer pending, or never was',
    async run({ store, reopen }) {
      await store.append(drafts(3))
      const [gone, dead, other] = await pendingOf(store)
      if (!gone || !dead || !other) throw new Error('three entries are pending')
      await leased(store, async (lease) => {
        await store.settle([delivered(gone), died(dead)], lease)
        const before = await store.counts()
        await store.settle([delivered(gone), skipped(dead), died(gone), retried(dead, 9), quarantined(gone)], lease)
        await store.settle(
          [delivered({ ...other, id: 'another' }), delivered({ ...other, seq: other.seq + 1e6 })],
          lease,
        )
        await store.settle(
          [delivered({ ...other, seq: 0 }), delivered({ ...other, seq: -5 }), delivered({ ...other, seq: 0.5 })],
          lease,
        )
        equal(await store.counts(), before)
      })
      const again = await reopen()
      equal(await pendingOf(again), [other])
      equal((await auditOf(again)).length, 2)
      equal(await deadIds(again), ['entry-2'])
    },
  },

  {
    name: 'settles an entry once when one call names it twice',
    async run({ store }) {
      await store.append(drafts(2))
      const head = await headOf(store)
      await leased(store, (lease) => store.settle([delivered(head), died(head), skipped(head)], lease))
      like(await store.counts(), { pending: 1, dead: 0, totals: { delivered: 1, skipped: 0 } })
      equal((await auditOf(store)).length, 1)
    },
  },

  {
    name: 'records the rest of a call in which one entry is no longer pending',
    async run({ store }) {
      await store.append(drafts(2))
      const [first, second] = await pendingOf(store)
      if (!first || !second) throw new Error('two entries are pending')
      await store.cancel([first.id])
      await leased(store, (lease) => store.settle([delivered(first), delivered(second)], lease))
      like(await store.counts(), { pending: 0, totals: { delivered: 1, cancelled: 1 } })
    },
  },

  {
    name: 'refuses an outcome of an epoch that is over, and records nothing of it',
    async run({ store, reopen }) {
      await store.append(drafts(2))
      const [first, second] = await pendingOf(store)
      if (!first || !second) throw new Error('two entries are pending')
      const old = await take(store)
      await store.settle([retried(first, 1)], old)
      await old.release()
      const lost = { code: 'OUTBOX_LEASE_LOST' }
      await refused(store.settle([delivered(first)], old), lost)
      await leased(store, async (lease) => {
        await refused(store.settle([delivered(first), died(second)], old), lost)
        await refused(store.settle([delivered(first)], { epoch: lease.epoch + 1 }), lost)
      })
      await refused(store.settle([delivered(first)], { epoch: 0 }), lost)
      const again = await reopen()
      like(await pendingOf(again), [
        { id: 'entry-1', attempts: 1 },
        { id: 'entry-2', attempts: 0 },
      ])
      equal(await auditOf(again), [])
    },
  },

  {
    name: 'lists audit records by number, a page at a time',
    async run({ store }) {
      await store.append(drafts(10))
      await deliverAll(store)
      const records = await auditOf(store, 3)
      equal(
        records.map(({ id }) => id),
        drafts(10).map(({ id }) => id),
      )
      const seqs = records.map(({ seq }) => seq)
      equal(
        seqs,
        [...new Set(seqs)].toSorted((a, b) => a - b),
      )
      equal(await store.readAudit({ after: seqs[6] ?? NaN, limit: 2 }), records.slice(7, 9))
    },
  },

  {
    name: 'keeps the last audit records, and not all',
    async run({ store, reopen }) {
      const count = auditLimit + 300
      await store.append(drafts(count))
      await deliverAll(store)
      for (const each of [store, await reopen()]) {
        const records = await auditOf(each)
        holds(records.length >= auditLimit, `at least ${auditLimit} records are kept`)
        holds(records.length < count, 'old records are let go')
        const last = drafts(count).slice(-records.length)
        equal(
          records.map(({ id }) => id),
          last.map(({ id }) => id),
        )
      }
    },
  },

  {
    name: 'goes on numbering audit records after it was closed',
    async run({ store, reopen }) {
      await store.append(drafts(1))
      await deliverAll(store)
      const [first] = await auditOf(store)
      const again = await reopen()
      await again.append(drafts(1, 2))
      await deliverAll(again)
      const next = await again.readAudit({ after: first?.seq ?? NaN, limit: 10 })
      like(next, [{ id: 'entry-2' }])
    },
  },
]
