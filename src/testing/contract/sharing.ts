import { equal, like } from './check.ts'
import type { StoreChange } from '../../store/contract.ts'
import type { BenchCase } from './bench.ts'
import { deliverAll, draft, drafts, killAll, nextChange, pendingIds, running, startAt, take } from './bench.ts'

export const sharing: readonly BenchCase[] = [
  {
    name: 'starts running, and keeps what it is told',
    async run({ store, reopen }) {
      equal(await store.control(), running)
      await store.setControl({ paused: true })
      await store.setControl({ held: 'sign in again' })
      equal(await store.control(), { paused: true, held: 'sign in again' })
      const again = await reopen()
      equal(await again.control(), { paused: true, held: 'sign in again' })
      await again.setControl({ paused: false })
      equal(await again.control(), { paused: false, held: 'sign in again' })
      await again.setControl({ held: null })
      equal(await again.control(), running)
      await again.setControl({})
      equal(await again.control(), running)
    },
  },

  {
    name: 'tells a watcher of its own requeue, discard, cancel and setControl',
    async run({ store }) {
      await store.append(drafts(3))
      await killAll(store)
      const kinds = ['appended', 'removed', 'removed', 'control'] as const
      const changes: StoreChange[] = []
      const unwatch = store.watch((change) => changes.push(change))
      for (const [index, change] of [
        () => store.requeue([{ id: 'entry-1' }], startAt),
        () => store.discard(['entry-2']),
        () => store.cancel(['entry-1']),
        () => store.setControl({ paused: true }),
      ].entries()) {
        const kind = kinds[index] ?? 'appended'
        const heard = nextChange(store, kind)
        await change()
        equal(await heard, { kind })
      }
      unwatch()
      const heard = changes.length
      await store.setControl({ paused: false })
      await store.counts()
      equal(changes.length, heard)
    },
  },

  {
    name: 'tells another context of what was appended, removed and controlled',
    async run({ store, other }) {
      const second = other()
      const unwatch = store.watch(() => {})
      try {
        await second.counts()
        const appended = nextChange(second, 'appended')
        await store.append([draft(1)])
        equal(await appended, { kind: 'appended' })
        equal(await pendingIds(second), ['entry-1'])
        const removed = nextChange(second, 'removed')
        await deliverAll(store)
        equal(await removed, { kind: 'removed' })
        equal(await pendingIds(second), [])
        const controlled = nextChange(second, 'control')
        await store.setControl({ held: 'sign in' })
        equal(await controlled, { kind: 'control' })
        equal(await second.control(), { paused: false, held: 'sign in' })
      } finally {
        unwatch()
      }
    },
  },

  {
    name: 'passes a wish that one context announces on to the one that drains, if it can reach it',
    async run({ store, other }) {
      const second = other()
      const lease = await take(second)
      const unwatch = store.watch(() => {})
      try {
        const heard = nextChange(second, 'news')
        if (store.announce === undefined) return
        store.announce({ from: 'one', ask: { type: 'flush' } })
        equal(await heard, { kind: 'news', news: { from: 'one', ask: { type: 'flush' } } })
      } finally {
        unwatch()
        await lease.release()
      }
    },
  },

  {
    name: 'shows the same entries, counts and history to everyone on the place',
    async run({ store, other }) {
      const second = other()
      await store.append(drafts(2))
      await second.append(drafts(2, 3))
      await store.append(drafts(2, 5))
      const ids = drafts(6).map(({ id }) => id)
      equal([await pendingIds(store), await pendingIds(second)], [ids, ids])
      await deliverAll(second)
      await store.append(drafts(1, 7))
      equal(await store.counts(), await second.counts())
      equal(await store.readAudit({ limit: 9 }), await second.readAudit({ limit: 9 }))
      equal(await pendingIds(second), ['entry-7'])
    },
  },

  {
    name: 'says in numbers what it holds',
    async run({ store, reopen }) {
      const totals = { enqueued: 0, delivered: 0, skipped: 0, cancelled: 0, discarded: 0, quarantined: 0 }
      equal(await store.counts(), { pending: 0, bytes: 0, dead: 0, totals })
      await store.append([draft(1, { body: 'é'.repeat(10), bytes: 20 }), draft(2, { body: '12345', bytes: 5 })])
      const counts = { pending: 2, bytes: 25, dead: 0, oldestAt: startAt + 1, totals: { ...totals, enqueued: 2 } }
      equal(await store.counts(), counts)
      const again = await reopen()
      equal(await again.counts(), counts)
      await again.cancel(['entry-1'])
      equal(await again.counts(), {
        pending: 1,
        bytes: 5,
        dead: 0,
        oldestAt: startAt + 2,
        totals: { ...totals, enqueued: 2, cancelled: 1 },
      })
      await killAll(again)
      like(await again.counts(), { pending: 0, bytes: 0, dead: 1 })
      equal((await again.counts()).oldestAt, undefined)
    },
  },

  {
    name: 'opens again after close, as often as one likes',
    async run({ store }) {
      for (let number = 1; number <= 4; number += 1) {
        await store.append([draft(number)])
        await store.close()
        await store.close()
      }
      equal(await pendingIds(store), ['entry-1', 'entry-2', 'entry-3', 'entry-4'])
    },
  },

  {
    name: 'ends what was begun before it closes',
    async run({ store, other }) {
      const appends = drafts(20).map((each) => store.append([each]))
      await store.close()
      await Promise.all(appends)
      equal((await pendingIds(other())).length, 20)
    },
  },

  {
    name: 'has nothing left after destroy, and starts anew',
    async run({ store, other }) {
      await store.append(drafts(3))
      await killAll(store)
      await store.append(drafts(3, 4))
      await store.setControl({ paused: true })
      await store.destroy()
      for (const each of [store, other()]) {
        like(await each.counts(), { pending: 0, dead: 0, totals: { enqueued: 0 } })
        equal(await each.control(), running)
        equal(await each.readAudit({ limit: 1 }), [])
        equal(await each.readDead({ limit: 1 }), [])
      }
      await store.append(drafts(1))
      equal(await pendingIds(store), ['entry-1'])
      await deliverAll(store)
    },
  },

  {
    name: 'can be destroyed before it was ever used',
    async run({ store }) {
      await store.destroy()
      equal((await store.counts()).pending, 0)
    },
  },
]
