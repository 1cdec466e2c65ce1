import { expect, it } from 'vitest'
import type { StoreHarness } from './harness.ts'
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
  onBench,
  pendingIds,
  pendingOf,
  quarantined,
  retried,
  skipped,
  startAt,
  take,
} from './harness.ts'

const isKept = (index: number) => index % 7 === 3 || index === 0

export function settling(harness: StoreHarness): void {
  it('removes a delivered entry and keeps an audit record of it', () =>
    onBench(harness, async ({ store, reopen }) => {
      await store.append([draft(1, { meta: { a: 1 }, items: 4 }), draft(2)])
      const head = await headOf(store)
      await leased(store, (lease) => store.settle([delivered(head, 77)], lease))
      for (const each of [store, await reopen()]) {
        expect(await pendingIds(each)).toEqual(['entry-2'])
        const [record, ...rest] = await auditOf(each)
        expect(record).toEqual({
          direction: 'push',
          id: 'entry-1',
          meta: { a: 1 },
          attempts: 0,
          items: 4,
          bytes: head.bytes,
          at: 77,
          seq: record?.seq,
        })
        expect(rest).toEqual([])
        expect(await each.counts()).toMatchObject({ pending: 1, lastDeliveredAt: 77, totals: { delivered: 1 } })
      }
    }))

  it('removes a skipped and a quarantined entry without an audit record', () =>
    onBench(harness, async ({ store, reopen }) => {
      await store.append(drafts(3))
      const [first, second] = await pendingOf(store)
      if (!first || !second) throw new Error('two entries are pending')
      await leased(store, (lease) => store.settle([skipped(first), quarantined(second)], lease))
      for (const each of [store, await reopen()]) {
        expect(await pendingIds(each)).toEqual(['entry-3'])
        expect(await auditOf(each)).toEqual([])
        expect(await each.counts()).toMatchObject({
          pending: 1,
          dead: 0,
          totals: { skipped: 1, quarantined: 1, delivered: 0 },
        })
      }
    }))

  it('keeps the tries of a retried entry, in its place', () =>
    onBench(harness, async ({ store, reopen }) => {
      await store.append(drafts(2))
      const head = await headOf(store)
      const first = retried(head, 1)
      await leased(store, (lease) => store.settle([first], lease))
      if (first.kind !== 'retry') throw new Error('a retry')
      for (const each of [store, await reopen()]) {
        expect(await headOf(each)).toEqual({ ...head, ...first.tries })
        expect(await pendingIds(each)).toEqual(['entry-1', 'entry-2'])
        expect((await each.counts()).pending).toBe(2)
      }
    }))

  it('replaces the tries of an entry as a whole', () =>
    onBench(harness, async ({ store, reopen }) => {
      await store.append(drafts(1))
      const head = await headOf(store)
      const bare = { kind: 'retry', seq: head.seq, id: head.id, tries: { attempts: 2, misses: 1 } } as const
      await leased(store, async (lease) => {
        await store.settle([retried(head, 1)], lease)
        await store.settle([bare], lease)
      })
      expect(await headOf(await reopen())).toEqual({ ...head, attempts: 2, misses: 1 })
    }))

  it('moves an entry that died to the dead letters, with its tries, and keeps an audit record of the drop', () =>
    onBench(harness, async ({ store, reopen }) => {
      await store.append([draft(1, { meta: { a: 1 }, key: 'k' }), draft(2)])
      const head = await headOf(store)
      await leased(store, (lease) => store.settle([died(head, 'gone bad')], lease))
      for (const each of [store, await reopen()]) {
        expect(await pendingIds(each)).toEqual(['entry-2'])
        const [letter] = await deadOf(each)
        const entry = { ...head, attempts: 1, misses: 0, lastError: 'gone bad' }
        expect(letter).toEqual({ seq: letter?.seq, entry, code: 'permanent', reason: 'gone bad', at: startAt + 60_000 })
        expect(await auditOf(each)).toMatchObject([
          { direction: 'drop', id: 'entry-1', meta: { a: 1 }, reason: 'gone bad' },
        ])
        expect(await each.counts()).toMatchObject({ pending: 1, dead: 1 })
      }
    }))

  it('records several outcomes in one call, in their order', () =>
    onBench(harness, async ({ store, reopen }) => {
      await store.append(drafts(5))
      const [a, b, c, d] = await pendingOf(store)
      if (!a || !b || !c || !d) throw new Error('four entries are pending')
      await leased(store, (lease) => store.settle([died(b), delivered(a), retried(d, 3), skipped(c)], lease))
      const again = await reopen()
      expect(await pendingOf(again)).toMatchObject([
        { id: 'entry-4', attempts: 3 },
        { id: 'entry-5', attempts: 0 },
      ])
      expect((await auditOf(again)).map(({ id, direction }) => [id, direction])).toEqual([
        ['entry-2', 'drop'],
        ['entry-1', 'push'],
      ])
    }))

  it('settles out of order: what stays is what was not settled', () =>
    onBench(harness, async ({ store, reopen }) => {
      for (let call = 0; call < 20; call += 1) await store.append(drafts(5, call * 5))
      const entries = await pendingOf(store)
      await leased(store, async (lease) => {
        for (const [index, entry] of [...entries.entries()].toReversed()) {
          if (!isKept(index)) await store.settle([delivered(entry)], lease)
        }
      })
      const kept = entries.filter((_, index) => isKept(index))
      expect(await pendingOf(store)).toEqual(kept)
      const again = await reopen()
      expect(await pendingOf(again)).toEqual(kept)
      expect((await again.counts()).oldestAt).toBe(startAt)
    }))

  it('leaves an entry alone that is no longer pending, or never was', () =>
    onBench(harness, async ({ store, reopen }) => {
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
        expect(await store.counts()).toEqual(before)
      })
      const again = await reopen()
      expect(await pendingOf(again)).toEqual([other])
      expect(await auditOf(again)).toHaveLength(2)
      expect(await deadIds(again)).toEqual(['entry-2'])
    }))

  it('settles an entry once when one call names it twice', () =>
    onBench(harness, async ({ store }) => {
      await store.append(drafts(2))
      const head = await headOf(store)
      await leased(store, (lease) => store.settle([delivered(head), died(head), skipped(head)], lease))
      expect(await store.counts()).toMatchObject({ pending: 1, dead: 0, totals: { delivered: 1, skipped: 0 } })
      expect(await auditOf(store)).toHaveLength(1)
    }))

  it('records the rest of a call in which one entry is no longer pending', () =>
    onBench(harness, async ({ store }) => {
      await store.append(drafts(2))
      const [first, second] = await pendingOf(store)
      if (!first || !second) throw new Error('two entries are pending')
      await store.cancel([first.id])
      await leased(store, (lease) => store.settle([delivered(first), delivered(second)], lease))
      expect(await store.counts()).toMatchObject({ pending: 0, totals: { delivered: 1, cancelled: 1 } })
    }))

  it('refuses an outcome of an epoch that is over, and records nothing of it', () =>
    onBench(harness, async ({ store, reopen }) => {
      await store.append(drafts(2))
      const [first, second] = await pendingOf(store)
      if (!first || !second) throw new Error('two entries are pending')
      const old = await take(store)
      await store.settle([retried(first, 1)], old)
      await old.release()
      const lost = { code: 'OUTBOX_LEASE_LOST' }
      await expect(store.settle([delivered(first)], old)).rejects.toMatchObject(lost)
      await leased(store, async (lease) => {
        await expect(store.settle([delivered(first), died(second)], old)).rejects.toMatchObject(lost)
        await expect(store.settle([delivered(first)], { epoch: lease.epoch + 1 })).rejects.toMatchObject(lost)
      })
      await expect(store.settle([delivered(first)], { epoch: 0 })).rejects.toMatchObject(lost)
      const again = await reopen()
      expect(await pendingOf(again)).toMatchObject([
        { id: 'entry-1', attempts: 1 },
        { id: 'entry-2', attempts: 0 },
      ])
      expect(await auditOf(again)).toEqual([])
    }))

  it('lists audit records by number, a page at a time', () =>
    onBench(harness, async ({ store }) => {
      await store.append(drafts(10))
      await deliverAll(store)
      const records = await auditOf(store, 3)
      expect(records.map(({ id }) => id)).toEqual(drafts(10).map(({ id }) => id))
      const seqs = records.map(({ seq }) => seq)
      expect(seqs).toEqual([...new Set(seqs)].toSorted((a, b) => a - b))
      expect(await store.readAudit({ after: seqs[6] ?? NaN, limit: 2 })).toEqual(records.slice(7, 9))
    }))

  it('keeps the last audit records, and not all', () =>
    onBench(harness, async ({ store, reopen }) => {
      const count = auditLimit + 300
      await store.append(drafts(count))
      await deliverAll(store)
      for (const each of [store, await reopen()]) {
        const records = await auditOf(each)
        expect(records.length).toBeGreaterThanOrEqual(auditLimit)
        expect(records.length).toBeLessThan(count)
        const last = drafts(count).slice(-records.length)
        expect(records.map(({ id }) => id)).toEqual(last.map(({ id }) => id))
      }
    }))

  it('goes on numbering audit records after it was closed', () =>
    onBench(harness, async ({ store, reopen }) => {
      await store.append(drafts(1))
      await deliverAll(store)
      const [first] = await auditOf(store)
      const again = await reopen()
      await again.append(drafts(1, 2))
      await deliverAll(again)
      const next = await again.readAudit({ after: first?.seq ?? NaN, limit: 10 })
      expect(next).toMatchObject([{ id: 'entry-2' }])
    }))
}
