import { describe, expect, it } from 'vitest'
import type { Lease, Settlement, Store } from '../../../src/store/contract.ts'
import { idbStore } from '../../../src/store/idb/index.ts'
import {
  deadOf,
  delivered,
  died,
  draft,
  expectBalance,
  pendingOf,
  retried,
  startAt,
  take,
} from '../../../src/testing/contract/bench.ts'
import { seededRandom } from '../../support/seededRandom.ts'
import { freshPlace } from './place.ts'

describe('idbStore, changed from several sides at once', () => {
  it.each([1, 2, 3, 4, 5, 6])('adds up, and delivers nothing twice (seed %i)', async (seed) => {
    const random = seededRandom(seed)
    const place = freshPlace((name) => idbStore({ name }))
    const stores = [place.open(), place.open(), place.open()]
    const pick = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)] as T
    const accepted: string[] = []
    const settled: string[] = []
    let last = 0

    /** Appends, a few of them together. */
    async function append(store: Store): Promise<void> {
      const drafts = Array.from({ length: 1 + Math.floor(random() * 3) }, () => draft((last += 1)))
      await store.append(drafts)
      accepted.push(...drafts.map(({ id }) => id))
    }

    async function drain(store: Store, lease: Lease): Promise<void> {
      for (const entry of await store.read({ limit: 4 })) {
        const kind = random()
        const settlement: Settlement = kind < 0.7 ? delivered(entry) : kind < 0.85 ? retried(entry, 1) : died(entry)
        await store.settle([settlement], lease)
        if (settlement.kind === 'delivered') settled.push(entry.id)
      }
    }

    async function meddle(store: Store): Promise<void> {
      const kind = random()
      if (kind < 0.3) {
        const [letter] = await store.readDead({ limit: 1 })
        if (letter !== undefined) await store.requeue([{ id: letter.entry.id }], startAt)
      } else if (kind < 0.5) await store.setControl({ paused: random() < 0.5 })
      else if (kind < 0.7) await store.cancel([`entry-${Math.ceil(random() * last)}`])
      else await expectBalance(store)
    }

    try {
      const holder = pick(stores)
      const lease = await take(holder)
      for (let round = 0; round < 40; round += 1) {
        await Promise.all([
          drain(holder, lease),
          ...Array.from({ length: 3 }, () => append(pick(stores))),
          ...(round % 3 === 0 ? [meddle(pick(stores))] : []),
        ])
      }
      await lease.release()
      const [store = holder] = stores
      const pending = await pendingOf(store)
      const dead = await deadOf(store)
      for (const each of stores) {
        const counts = await each.counts()
        await expectBalance(each)
        expect(counts).toMatchObject({
          pending: pending.length,
          bytes: pending.reduce((sum, entry) => sum + entry.bytes, 0),
          dead: dead.length,
          totals: { enqueued: accepted.length },
        })
        expect(counts.oldestAt).toBe(pending[0]?.enqueuedAt)
      }
      // One that was cancelled while its push was under way counts as cancelled, though it was delivered.
      const { delivered: recorded, cancelled } = (await store.counts()).totals
      expect(new Set(settled).size).toBe(settled.length)
      expect(accepted).toHaveLength(recorded + cancelled + pending.length + dead.length)
      expect(recorded).toBeGreaterThan(20)
    } finally {
      for (const store of stores) await store.close()
      await place.dispose()
    }
  })
})
