import { expect, it } from 'vitest'
import type { StoreHarness } from './harness.ts'
import { draft, drafts, idsOf, onBench, pendingIds, pendingOf, startAt } from './harness.ts'

export function appending(harness: StoreHarness): void {
  it('gives back what was appended, field by field', () =>
    onBench(harness, async ({ store, reopen }) => {
      const plain = draft(1)
      const full = draft(2, {
        key: 'k',
        lane: 'l',
        meta: { a: [1, { b: null }] },
        notBefore: startAt + 9,
        items: 3,
        version: 7,
      })
      await store.append([plain, full])
      for (const each of [store, await reopen()]) {
        const entries = await pendingOf(each)
        expect(entries.map(({ seq: _, ...entry }) => entry)).toEqual([
          { ...plain, attempts: 0, misses: 0, requeues: 0 },
          { ...full, attempts: 0, misses: 0, requeues: 0 },
        ])
        expect(Object.keys(entries[0] ?? {})).not.toContain('key')
      }
    }))

  it('keeps the order in which appends were begun, also of those begun together', () =>
    onBench(harness, async ({ store, reopen }) => {
      const calls = Array.from({ length: 100 }, (_, call) => drafts(1 + (call % 3), call * 3))
      await Promise.all(calls.map((each) => store.append(each)))
      expect(await pendingIds(await reopen())).toEqual(idsOf(calls.flat()))
    }))

  it('numbers entries so that each is after all appended before it, whatever their clock says', () =>
    onBench(harness, async ({ store, reopen }) => {
      await store.append([draft(1, { enqueuedAt: startAt + 1e9 })])
      await store.append([draft(2, { enqueuedAt: 0 })])
      const again = await reopen()
      for (const [index, enqueuedAt] of [-1, Number.MAX_SAFE_INTEGER, startAt, 1e300, 0.5].entries()) {
        await again.append([draft(index + 3, { enqueuedAt })])
      }
      const seqs = (await pendingOf(again)).map(({ seq }) => seq)
      expect(await pendingIds(again)).toEqual([
        'entry-1',
        'entry-2',
        'entry-3',
        'entry-4',
        'entry-5',
        'entry-6',
        'entry-7',
      ])
      expect(seqs).toEqual([...new Set(seqs)].toSorted((a, b) => a - b))
      expect(seqs.every(Number.isSafeInteger)).toBe(true)
    }))

  it('never gives the number of an entry that is gone to another', () =>
    onBench(harness, async ({ store, reopen }) => {
      await store.append(drafts(3))
      const last = (await pendingOf(store)).at(-1)
      await store.cancel(['entry-1', 'entry-2', 'entry-3'])
      const again = await reopen()
      await again.append([draft(4, { enqueuedAt: 0 })])
      expect((await pendingOf(again))[0]?.seq).toBeGreaterThan(last?.seq ?? NaN)
    }))

  it('takes a call without drafts, and changes nothing', () =>
    onBench(harness, async ({ store }) => {
      await store.append([])
      expect(await store.counts()).toMatchObject({ pending: 0, totals: { enqueued: 0 } })
      expect(await store.read({ limit: 1 })).toEqual([])
    }))

  it('keeps two entries of the same id apart', () =>
    onBench(harness, async ({ store }) => {
      await store.append([draft(1), draft(1)])
      const [first, second] = await pendingOf(store)
      expect([first?.id, second?.id]).toEqual(['entry-1', 'entry-1'])
      expect(second?.seq).toBeGreaterThan(first?.seq ?? NaN)
      expect(await store.cancel(['entry-1'])).toBe(2)
    }))

  it('does not see what is done to a draft after the call', () =>
    onBench(harness, async ({ store }) => {
      const meta = { tags: ['a'] }
      const list = [draft(1, { meta })]
      const appended = store.append(list)
      meta.tags.push('b')
      list.push(draft(2))
      await appended
      expect(await pendingOf(store)).toMatchObject([{ id: 'entry-1', meta: { tags: ['a'] } }])
    }))

  it('reads a range: what comes after a number, at most so many', () =>
    onBench(harness, async ({ store }) => {
      for (let call = 0; call < 10; call += 1) await store.append(drafts(10, call * 10))
      const entries = await pendingOf(store, 7)
      expect(idsOf(entries)).toEqual(idsOf(drafts(100, 0)))
      for (const index of [0, 1, 9, 10, 55, 98]) {
        const after = entries[index]?.seq ?? NaN
        const [next] = await store.read({ after, limit: 1 })
        expect(next).toEqual(entries[index + 1])
      }
      const last = entries.at(-1)?.seq ?? NaN
      expect(await store.read({ after: last, limit: 5 })).toEqual([])
      expect(await store.read({ after: Infinity, limit: 5 })).toEqual([])
      expect(idsOf(await store.read({ after: -Infinity, limit: 1 }))).toEqual(['entry-0'])
    }))

  it.each([0, -1, 1.5, NaN, '3'])('refuses to read %s entries', (limit) =>
    onBench(harness, async ({ store }) => {
      await expect(store.read({ limit: limit as number })).rejects.toMatchObject({ code: 'OUTBOX_OPTION' })
      await expect(store.readDead({ limit: limit as number })).rejects.toMatchObject({ code: 'OUTBOX_OPTION' })
      await expect(store.readAudit({ limit: limit as number })).rejects.toMatchObject({ code: 'OUTBOX_OPTION' })
    }),
  )

  it('sees its own append at once, also right after everything was read', () =>
    onBench(harness, async ({ store }) => {
      for (let number = 1; number <= 5; number += 1) {
        const known = await pendingOf(store)
        await store.append([draft(number)])
        const last = known.at(-1)
        expect(idsOf(await store.read(last ? { after: last.seq, limit: 9 } : { limit: 9 }))).toEqual([
          `entry-${number}`,
        ])
      }
    }))
}
