import { equal, holds, like, refused } from './check.ts'
import type { BenchCase } from './bench.ts'
import { draft, drafts, headOf, idsOf, pendingIds, pendingOf, startAt } from './bench.ts'

export const appending: readonly BenchCase[] = [
  {
    name: 'gives back what was appended, field by field',
    async run({ store, reopen }) {
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
        equal(
          entries.map(({ seq: _, ...entry }) => entry),
          [
            { ...plain, attempts: 0, misses: 0, requeues: 0 },
            { ...full, attempts: 0, misses: 0, requeues: 0 },
          ],
        )
        holds(!Object.keys(entries[0] ?? {}).includes('key'), 'a field that was not given is not there')
      }
    },
  },

  {
    name: 'keeps the order in which appends were begun, also of those begun together',
    async run({ store, reopen }) {
      const calls = Array.from({ length: 100 }, (_, call) => drafts(1 + (call % 3), call * 3))
      await Promise.all(calls.map((each) => store.append(each)))
      equal(await pendingIds(await reopen()), idsOf(calls.flat()))
    },
  },

  {
    name: 'numbers entries so that each is after all appended before it, whatever their clock says',
    async run({ store, reopen }) {
      await store.append([draft(1, { enqueuedAt: startAt + 1e9 })])
      await store.append([draft(2, { enqueuedAt: 0 })])
      const again = await reopen()
      for (const [index, enqueuedAt] of [-1, Number.MAX_SAFE_INTEGER, startAt, 1e300, 0.5].entries()) {
        await again.append([draft(index + 3, { enqueuedAt })])
      }
      const seqs = (await pendingOf(again)).map(({ seq }) => seq)
      equal(await pendingIds(again), ['entry-1', 'entry-2', 'entry-3', 'entry-4', 'entry-5', 'entry-6', 'entry-7'])
      equal(
        seqs,
        [...new Set(seqs)].toSorted((a, b) => a - b),
      )
      equal(seqs.every(Number.isSafeInteger), true)
    },
  },

  {
    name: 'never gives the number of an entry that is gone to another',
    async run({ store, reopen }) {
      await store.append(drafts(3))
      const last = (await pendingOf(store)).at(-1)
      await store.cancel(['entry-1', 'entry-2', 'entry-3'])
      const again = await reopen()
      await again.append([draft(4, { enqueuedAt: 0 })])
      holds((await headOf(again)).seq > (last?.seq ?? NaN), 'a new entry comes after all that were there')
    },
  },

  {
    name: 'takes a call without drafts, and changes nothing',
    async run({ store }) {
      await store.append([])
      like(await store.counts(), { pending: 0, totals: { enqueued: 0 } })
      equal(await store.read({ limit: 1 }), [])
    },
  },

  {
    name: 'reads back ids, codecs, lanes and meta of any text',
    async run({ store }) {
      const text = 'a "quoted" \\ line\n\u2028 of \u{1F4EE} \uD800 text'
      const odd = { ...draft(1), id: text, codec: text, lane: text, meta: { [text]: text } }
      await store.append([odd])
      equal(await pendingOf(store), [{ ...odd, seq: (await headOf(store)).seq, attempts: 0, misses: 0, requeues: 0 }])
    },
  },
  {
    name: 'keeps two entries of the same id apart',
    async run({ store }) {
      await store.append([draft(1), draft(1)])
      const [first, second] = await pendingOf(store)
      equal([first?.id, second?.id], ['entry-1', 'entry-1'])
      holds((second?.seq ?? NaN) > (first?.seq ?? NaN), 'the second comes after the first')
      equal(await store.cancel(['entry-1']), 2)
    },
  },

  {
    name: 'does not see what is done to a draft after the call',
    async run({ store }) {
      const meta = { tags: ['a'] }
      const list = [draft(1, { meta })]
      const appended = store.append(list)
      meta.tags.push('b')
      list.push(draft(2))
      await appended
      like(await pendingOf(store), [{ id: 'entry-1', meta: { tags: ['a'] } }])
    },
  },

  {
    name: 'reads a range: what comes after a number, at most so many',
    async run({ store }) {
      for (let call = 0; call < 10; call += 1) await store.append(drafts(10, call * 10))
      const entries = await pendingOf(store, 7)
      equal(idsOf(entries), idsOf(drafts(100, 0)))
      for (const index of [0, 1, 9, 10, 55, 98]) {
        const after = entries[index]?.seq ?? NaN
        const [next] = await store.read({ after, limit: 1 })
        equal(next, entries[index + 1])
      }
      const last = entries.at(-1)?.seq ?? NaN
      equal(await store.read({ after: last, limit: 5 }), [])
      equal(await store.read({ after: Infinity, limit: 5 }), [])
      equal(idsOf(await store.read({ after: -Infinity, limit: 1 })), ['entry-0'])
    },
  },

  ...[0, -1, 1.5, NaN, '3'].map((limit): BenchCase => ({
    name: `refuses to read ${limit} entries`,
    async run({ store }) {
      await refused(store.read({ limit: limit as number }), { code: 'OUTBOX_OPTION' })
      await refused(store.readDead({ limit: limit as number }), { code: 'OUTBOX_OPTION' })
      await refused(store.readAudit({ limit: limit as number }), { code: 'OUTBOX_OPTION' })
    },
  })),

  {
    name: 'sees its own append at once, also right after everything was read',
    async run({ store }) {
      for (let number = 1; number <= 5; number += 1) {
        const known = await pendingOf(store)
        await store.append([draft(number)])
        const last = known.at(-1)
        equal(idsOf(await store.read(last ? { after: last.seq, limit: 9 } : { limit: 9 })), [`entry-${number}`])
      }
    },
  },
]
