import { expect, it } from 'vitest'
import type { StoreHarness } from './harness.ts'
import {
  deadIds,
  deadOf,
  deliverAll,
  died,
  draft,
  drafts,
  headOf,
  killAll,
  leased,
  onBench,
  pendingIds,
  pendingOf,
  retried,
  startAt,
} from './harness.ts'

const later = startAt + 1_000_000

export function deadLetters(harness: StoreHarness): void {
  it('lists dead letters in the order of their deaths, a page at a time', () =>
    onBench(harness, async ({ store, reopen }) => {
      await store.append(drafts(7))
      await killAll(store)
      await store.append(drafts(3, 8))
      await killAll(store)
      for (const each of [store, await reopen()]) {
        const letters = await deadOf(each, 3)
        expect(letters.map(({ entry }) => entry.id)).toEqual(drafts(10).map(({ id }) => id))
        const seqs = letters.map(({ seq }) => seq)
        expect(seqs).toEqual([...new Set(seqs)].toSorted((a, b) => a - b))
      }
    }))

  it('puts a dead letter back at the tail with attempts 0, and counts that it came back', () =>
    onBench(harness, async ({ store, reopen }) => {
      await store.append([draft(1, { meta: { a: 1 }, lane: 'l', key: 'k', items: 2 })])
      const before = await headOf(store)
      await leased(store, (lease) => store.settle([retried(before, 4)], lease))
      await killAll(store)
      await store.append(drafts(2, 2))
      expect(await store.requeue([{ id: 'entry-1' }], later)).toBe(1)
      for (const each of [store, await reopen()]) {
        expect(await pendingIds(each)).toEqual(['entry-2', 'entry-3', 'entry-1'])
        const back = (await pendingOf(each)).at(-1)
        expect(back).toEqual({ ...before, seq: back?.seq, enqueuedAt: later, requeues: 1 })
        expect(await deadOf(each)).toEqual([])
        expect(await each.counts()).toMatchObject({ pending: 3, dead: 0, totals: { enqueued: 3 } })
      }
    }))

  it('counts every return of an entry that dies again', () =>
    onBench(harness, async ({ store, reopen }) => {
      await store.append(drafts(1))
      for (const requeues of [1, 2, 3]) {
        await killAll(store)
        await store.requeue([{ id: 'entry-1' }], later)
        expect(await headOf(store)).toMatchObject({ requeues, attempts: 0 })
      }
      const again = await reopen()
      expect(await again.counts()).toMatchObject({ pending: 1, dead: 0, totals: { enqueued: 1 } })
      await deliverAll(again)
      expect(await again.counts()).toMatchObject({ pending: 0, dead: 0, totals: { enqueued: 1, delivered: 1 } })
    }))

  it('puts a replacement in the place of a dead letter, under its own id', () =>
    onBench(harness, async ({ store, reopen }) => {
      await store.append(drafts(2))
      await killAll(store)
      const replacement = draft(9, { body: '{"edited":true}', meta: { edited: true } })
      expect(await store.requeue([{ id: 'entry-1', replacement }], later)).toBe(1)
      for (const each of [store, await reopen()]) {
        const back = await headOf(each)
        expect(back).toEqual({ ...replacement, enqueuedAt: later, seq: back.seq, requeues: 1, attempts: 0, misses: 0 })
        expect(await deadIds(each)).toEqual(['entry-2'])
      }
    }))

  it('requeues several at once, in the order of their deaths', () =>
    onBench(harness, async ({ store }) => {
      await store.append(drafts(5))
      await killAll(store)
      expect(await store.requeue([{ id: 'entry-4' }, { id: 'entry-2' }, { id: 'nobody' }], later)).toBe(2)
      expect(await pendingIds(store)).toEqual(['entry-2', 'entry-4'])
      expect(await deadIds(store)).toEqual(['entry-1', 'entry-3', 'entry-5'])
    }))

  it('requeues nothing that is pending, delivered or unknown', () =>
    onBench(harness, async ({ store }) => {
      await store.append(drafts(1))
      expect(await store.requeue([{ id: 'entry-1' }, { id: 'nobody' }], later)).toBe(0)
      await deliverAll(store)
      expect(await store.requeue([{ id: 'entry-1' }], later)).toBe(0)
      expect(await store.requeue([], later)).toBe(0)
      expect(await store.counts()).toMatchObject({ pending: 0, dead: 0, totals: { delivered: 1 } })
    }))

  it('forgets discarded dead letters for good, and nothing else', () =>
    onBench(harness, async ({ store, reopen }) => {
      await store.append(drafts(3))
      await killAll(store)
      await store.append(drafts(1, 4))
      expect(await store.discard(['entry-2', 'entry-4', 'nobody'])).toBe(1)
      expect(await store.discard(['entry-2'])).toBe(0)
      const again = await reopen()
      expect(await deadIds(again)).toEqual(['entry-1', 'entry-3'])
      expect(await pendingIds(again)).toEqual(['entry-4'])
      expect(await again.counts()).toMatchObject({ pending: 1, dead: 2, totals: { discarded: 1 } })
    }))

  it('cancels pending entries wherever they stand, and no dead letter', () =>
    onBench(harness, async ({ store, reopen }) => {
      await store.append(drafts(1))
      await killAll(store)
      await store.append(drafts(5, 2))
      expect(await store.cancel(['entry-1', 'entry-2', 'entry-4', 'nobody'])).toBe(2)
      expect(await store.cancel(['entry-4'])).toBe(0)
      const again = await reopen()
      expect(await pendingIds(again)).toEqual(['entry-3', 'entry-5', 'entry-6'])
      expect(await deadIds(again)).toEqual(['entry-1'])
      expect(await again.counts()).toMatchObject({ pending: 3, dead: 1, totals: { cancelled: 2 } })
    }))

  it('requeues, discards and cancels while somebody holds the lease', () =>
    onBench(harness, async ({ store }) => {
      await store.append(drafts(4))
      await leased(store, async (lease) => {
        const [first, second] = await pendingOf(store)
        if (!first || !second) throw new Error('two entries are pending')
        await store.settle([died(first), died(second)], lease)
        expect(await store.cancel(['entry-3'])).toBe(1)
        expect(await store.discard(['entry-1'])).toBe(1)
        expect(await store.requeue([{ id: 'entry-2' }], later)).toBe(1)
        expect(lease.lost.aborted).toBe(false)
        expect(await pendingIds(store)).toEqual(['entry-4', 'entry-2'])
      })
    }))
}
