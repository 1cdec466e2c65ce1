import { expect, it } from 'vitest'
import type { StoreChange } from '../../src/store/contract.ts'
import type { StoreHarness } from './harness.ts'
import { deliverAll, draft, drafts, killAll, nextChange, onBench, pendingIds, running, startAt } from './harness.ts'

export function sharing(harness: StoreHarness): void {
  it('starts running, and keeps what it is told', () =>
    onBench(harness, async ({ store, reopen }) => {
      expect(await store.control()).toEqual(running)
      await store.setControl({ paused: true })
      await store.setControl({ held: 'sign in again' })
      expect(await store.control()).toEqual({ paused: true, held: 'sign in again' })
      const again = await reopen()
      expect(await again.control()).toEqual({ paused: true, held: 'sign in again' })
      await again.setControl({ paused: false })
      expect(await again.control()).toEqual({ paused: false, held: 'sign in again' })
      await again.setControl({ held: null })
      expect(await again.control()).toEqual(running)
      await again.setControl({})
      expect(await again.control()).toEqual(running)
    }))

  it('tells a watcher of its own requeue, discard, cancel and setControl', () =>
    onBench(harness, async ({ store }) => {
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
        expect(await heard).toEqual({ kind })
      }
      unwatch()
      const heard = changes.length
      await store.setControl({ paused: false })
      await store.counts()
      expect(changes).toHaveLength(heard)
    }))

  it('tells another context of what was appended, removed and controlled', () =>
    onBench(harness, async ({ store, other }) => {
      const second = other()
      const unwatch = store.watch(() => {})
      try {
        await second.counts()
        const appended = nextChange(second, 'appended')
        await store.append([draft(1)])
        expect(await appended).toEqual({ kind: 'appended' })
        expect(await pendingIds(second)).toEqual(['entry-1'])
        const removed = nextChange(second, 'removed')
        await deliverAll(store)
        expect(await removed).toEqual({ kind: 'removed' })
        expect(await pendingIds(second)).toEqual([])
        const controlled = nextChange(second, 'control')
        await store.setControl({ held: 'sign in' })
        expect(await controlled).toEqual({ kind: 'control' })
        expect(await second.control()).toEqual({ paused: false, held: 'sign in' })
      } finally {
        unwatch()
      }
    }))

  it('shows the same entries, counts and history to everyone on the place', () =>
    onBench(harness, async ({ store, other }) => {
      const second = other()
      await store.append(drafts(2))
      await second.append(drafts(2, 3))
      await store.append(drafts(2, 5))
      const ids = drafts(6).map(({ id }) => id)
      expect([await pendingIds(store), await pendingIds(second)]).toEqual([ids, ids])
      await deliverAll(second)
      await store.append(drafts(1, 7))
      expect(await store.counts()).toEqual(await second.counts())
      expect(await store.readAudit({ limit: 9 })).toEqual(await second.readAudit({ limit: 9 }))
      expect(await pendingIds(second)).toEqual(['entry-7'])
    }))

  it('says in numbers what it holds', () =>
    onBench(harness, async ({ store, reopen }) => {
      const totals = { enqueued: 0, delivered: 0, skipped: 0, cancelled: 0, discarded: 0, quarantined: 0 }
      expect(await store.counts()).toEqual({ pending: 0, bytes: 0, dead: 0, totals })
      await store.append([draft(1, { body: 'é'.repeat(10), bytes: 20 }), draft(2, { body: '12345', bytes: 5 })])
      const counts = { pending: 2, bytes: 25, dead: 0, oldestAt: startAt + 1, totals: { ...totals, enqueued: 2 } }
      expect(await store.counts()).toEqual(counts)
      const again = await reopen()
      expect(await again.counts()).toEqual(counts)
      await again.cancel(['entry-1'])
      expect(await again.counts()).toEqual({
        pending: 1,
        bytes: 5,
        dead: 0,
        oldestAt: startAt + 2,
        totals: { ...totals, enqueued: 2, cancelled: 1 },
      })
      await killAll(again)
      expect(await again.counts()).toMatchObject({ pending: 0, bytes: 0, dead: 1 })
      expect((await again.counts()).oldestAt).toBeUndefined()
    }))

  it('opens again after close, as often as one likes', () =>
    onBench(harness, async ({ store }) => {
      for (let number = 1; number <= 4; number += 1) {
        await store.append([draft(number)])
        await store.close()
        await store.close()
      }
      expect(await pendingIds(store)).toEqual(['entry-1', 'entry-2', 'entry-3', 'entry-4'])
    }))

  it('ends what was begun before it closes', () =>
    onBench(harness, async ({ store, place }) => {
      const appends = drafts(20).map((each) => store.append([each]))
      await store.close()
      await Promise.all(appends)
      expect(await pendingIds(place.open())).toHaveLength(20)
    }))

  it('has nothing left after destroy, and starts anew', () =>
    onBench(harness, async ({ store, other }) => {
      await store.append(drafts(3))
      await killAll(store)
      await store.append(drafts(3, 4))
      await store.setControl({ paused: true })
      await store.destroy()
      for (const each of [store, other()]) {
        expect(await each.counts()).toMatchObject({ pending: 0, dead: 0, totals: { enqueued: 0 } })
        expect(await each.control()).toEqual(running)
        expect(await each.readAudit({ limit: 1 })).toEqual([])
        expect(await each.readDead({ limit: 1 })).toEqual([])
      }
      await store.append(drafts(1))
      expect(await pendingIds(store)).toEqual(['entry-1'])
      await deliverAll(store)
    }))

  it('can be destroyed before it was ever used', () =>
    onBench(harness, async ({ store }) => {
      await store.destroy()
      expect((await store.counts()).pending).toBe(0)
    }))
}
