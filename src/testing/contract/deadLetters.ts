import { equal, like } from './check.ts'
import type { BenchCase } from './bench.ts'
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
  pendingIds,
  pendingOf,
  retried,
  startAt,
} from './bench.ts'

const later = startAt + 1_000_000

export const deadLetters: readonly BenchCase[] = [
  {
    name: 'lists dead letters in the order of their deaths, a page at a time',
    async run({ store, reopen }) {
      await store.append(drafts(7))
      await killAll(store)
      await store.append(drafts(3, 8))
      await killAll(store)
      for (const each of [store, await reopen()]) {
        const letters = await deadOf(each, 3)
        equal(
          letters.map(({ entry }) => entry.id),
          drafts(10).map(({ id }) => id),
        )
        const seqs = letters.map(({ seq }) => seq)
        equal(
          seqs,
          [...new Set(seqs)].toSorted((a, b) => a - b),
        )
      }
    },
  },

  {
    name: 'puts a dead letter back at the tail with attempts 0, and counts that it came back',
    async run({ store, reopen }) {
      await store.append([draft(1, { meta: { a: 1 }, lane: 'l', key: 'k', items: 2 })])
      const before = await headOf(store)
      await leased(store, (lease) => store.settle([retried(before, 4)], lease))
      await killAll(store)
      await store.append(drafts(2, 2))
      equal(await store.requeue([{ id: 'entry-1' }], later), 1)
      for (const each of [store, await reopen()]) {
        equal(await pendingIds(each), ['entry-2', 'entry-3', 'entry-1'])
        const back = (await pendingOf(each)).at(-1)
        equal(back, { ...before, seq: back?.seq, enqueuedAt: later, requeues: 1 })
        equal(await deadOf(each), [])
        like(await each.counts(), { pending: 3, dead: 0, totals: { enqueued: 3 } })
      }
    },
  },

  {
    name: 'counts every return of an entry that dies again',
    async run({ store, reopen }) {
      await store.append(drafts(1))
      for (const requeues of [1, 2, 3]) {
        await killAll(store)
        await store.requeue([{ id: 'entry-1' }], later)
        like(await headOf(store), { requeues, attempts: 0 })
      }
      const again = await reopen()
      like(await again.counts(), { pending: 1, dead: 0, totals: { enqueued: 1 } })
      await deliverAll(again)
      like(await again.counts(), { pending: 0, dead: 0, totals: { enqueued: 1, delivered: 1 } })
    },
  },

  {
    name: 'puts a replacement in the place of a dead letter, under its own id',
    async run({ store, reopen }) {
      await store.append(drafts(2))
      await killAll(store)
      const replacement = draft(9, { body: '{"edited":true}', meta: { edited: true } })
      equal(await store.requeue([{ id: 'entry-1', replacement }], later), 1)
      for (const each of [store, await reopen()]) {
        const back = await headOf(each)
        equal(back, { ...replacement, enqueuedAt: later, seq: back.seq, requeues: 1, attempts: 0, misses: 0 })
        equal(await deadIds(each), ['entry-2'])
      }
    },
  },

  {
    name: 'requeues several at once, in the order of their deaths',
    async run({ store }) {
      await store.append(drafts(5))
      await killAll(store)
      equal(await store.requeue([{ id: 'entry-4' }, { id: 'entry-2' }, { id: 'nobody' }], later), 2)
      equal(await pendingIds(store), ['entry-2', 'entry-4'])
      equal(await deadIds(store), ['entry-1', 'entry-3', 'entry-5'])
    },
  },

  {
    name: 'requeues nothing that is pending, delivered or unknown',
    async run({ store }) {
      await store.append(drafts(1))
      equal(await store.requeue([{ id: 'entry-1' }, { id: 'nobody' }], later), 0)
      await deliverAll(store)
      equal(await store.requeue([{ id: 'entry-1' }], later), 0)
      equal(await store.requeue([], later), 0)
      like(await store.counts(), { pending: 0, dead: 0, totals: { delivered: 1 } })
    },
  },

  {
    name: 'forgets discarded dead letters for good, and nothing else',
    async run({ store, reopen }) {
      await store.append(drafts(3))
      await killAll(store)
      await store.append(drafts(1, 4))
      equal(await store.discard(['entry-2', 'entry-4', 'nobody']), 1)
      equal(await store.discard(['entry-2']), 0)
      const again = await reopen()
      equal(await deadIds(again), ['entry-1', 'entry-3'])
      equal(await pendingIds(again), ['entry-4'])
      like(await again.counts(), { pending: 1, dead: 2, totals: { discarded: 1 } })
    },
  },

  {
    name: 'cancels pending entries wherever they stand, and no dead letter',
    async run({ store, reopen }) {
      await store.append(drafts(1))
      await killAll(store)
      await store.append(drafts(5, 2))
      equal(await store.cancel(['entry-1', 'entry-2', 'entry-4', 'nobody']), 2)
      equal(await store.cancel(['entry-4']), 0)
      const again = await reopen()
      equal(await pendingIds(again), ['entry-3', 'entry-5', 'entry-6'])
      equal(await deadIds(again), ['entry-1'])
      like(await again.counts(), { pending: 3, dead: 1, totals: { cancelled: 2 } })
    },
  },

  {
    name: 'requeues, discards and cancels while somebody holds the lease',
    async run({ store }) {
      await store.append(drafts(4))
      await leased(store, async (lease) => {
        const [first, second] = await pendingOf(store)
        if (!first || !second) throw new Error('two entries are pending')
        await store.settle([died(first), died(second)], lease)
        equal(await store.cancel(['entry-3']), 1)
        equal(await store.discard(['entry-1']), 1)
        equal(await store.requeue([{ id: 'entry-2' }], later), 1)
        equal(lease.lost.aborted, false)
        equal(await pendingIds(store), ['entry-4', 'entry-2'])
      })
    },
  },
]
