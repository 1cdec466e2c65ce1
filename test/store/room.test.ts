import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Store } from '../../src/store/contract.ts'
import {
  deadIds,
  delivered,
  deliverAll,
  died,
  draft,
  expectBalance,
  pendingIds,
  pendingOf,
} from '../../src/testing/contract/bench.ts'
import { inDirectory, withStore } from './support/places.ts'

const settings = {
  segmentBytes: 50_000,
  journalBytes: 30_000,
  reserveBytes: 0,
  auditLimit: 20,
  syncMs: 5,
  idleSyncMs: 5,
}
const big = (number: number) => draft(number, { body: 'x'.repeat(1_000) })

async function sizeOf(directory: string, start: string): Promise<number> {
  const names = (await readdir(directory)).filter((name) => name.startsWith(start))
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(directory, name))).size))
  return sizes.reduce((sum, size) => sum + size, 0)
}

/** Gives the lease up and takes it again: a new holder cleans up. */
async function handOver(store: Store): Promise<void> {
  for (let round = 0; round < 2; round += 1) {
    const lease = await store.lease(new AbortController().signal)
    await lease.release()
  }
}

describe('room on the disk', () => {
  it('is given back when everything is settled', () =>
    inDirectory(async (directory) => {
      await withStore(directory, settings, async (store) => {
        for (let number = 0; number < 500; number += 1) await store.append([big(number)])
        expect(await sizeOf(directory, 'seg-')).toBeGreaterThan(500_000)
        await deliverAll(store)
        await handOver(store)
        expect(await sizeOf(directory, 'seg-')).toBeLessThan(60_000)
        expect(await sizeOf(directory, 'journal-')).toBeLessThan(70_000)
      })
    }))

  it('is not kept by a few stuck entries: the segments of a dead lane are rewritten', () =>
    inDirectory(async (directory) => {
      await withStore(directory, settings, async (store) => {
        for (let number = 0; number < 500; number += 1) await store.append([big(number)])
        const stuck = (await pendingOf(store)).filter((_, index) => index % 40 === 3)
        const lease = await store.lease(new AbortController().signal)
        for (const entry of await pendingOf(store)) {
          if (!stuck.includes(entry) && !stuck.some(({ seq }) => seq === entry.seq))
            await store.settle([delivered(entry)], lease)
        }
        await lease.release()
        await handOver(store)
        expect(await pendingOf(store)).toEqual(stuck)
        expect(await sizeOf(directory, 'seg-')).toBeLessThan(120_000)
        await expectBalance(store)
      })
      await withStore(directory, settings, async (store) => {
        expect(await pendingIds(store)).toHaveLength(13)
        await store.append([big(900)])
        await deliverAll(store)
        expect(await store.counts()).toMatchObject({ pending: 0, bytes: 0, totals: { delivered: 501, quarantined: 0 } })
      })
    }))

  it('is not kept by a few dead letters: what was recorded around them goes', () =>
    inDirectory(async (directory) => {
      await withStore(directory, settings, async (store) => {
        for (let round = 0; round < 8; round += 1) {
          for (let number = 0; number < 120; number += 1) await store.append([draft(round * 1_000 + number)])
          const lease = await store.lease(new AbortController().signal)
          for (const [index, entry] of (await pendingOf(store)).entries()) {
            await store.settle([index === 60 ? died(entry) : delivered(entry)], lease)
          }
          await lease.release()
        }
        await handOver(store)
        expect(await deadIds(store)).toHaveLength(8)
        expect(await sizeOf(directory, 'journal-')).toBeLessThan(80_000)
        await expectBalance(store)
      })
      await withStore(directory, settings, async (store) => {
        expect(await deadIds(store)).toEqual(Array.from({ length: 8 }, (_, round) => `entry-${round * 1_000 + 60}`))
      })
    }))
})
