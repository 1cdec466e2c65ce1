import { writeFile } from 'node:fs/promises'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Store } from '../../src/store/contract.ts'
import { deliverAll, draft, expectBalance, pendingIds } from '../contract/harness.ts'
import { withStore } from './support/places.ts'
import { canMount, onSmallDisk } from './support/smallDisk.ts'

const settings = { segmentBytes: 256 * 1024, reserveBytes: 256 * 1024, auditLimit: 100, syncMs: 5, idleSyncMs: 5 }
const big = (number: number) => draft(number, { body: 'x'.repeat(10_000) })

/** Appends until the disk is full; answers which were accepted. */
async function fillUp(store: Store, from: number): Promise<string[]> {
  const accepted: string[] = []
  for (let number = from; ; number += 1) {
    try {
      await store.append([big(number)])
      accepted.push(`entry-${number}`)
    } catch (error) {
      expect(error).toMatchObject({ code: 'OUTBOX_QUOTA' })
      return accepted
    }
  }
}

// Only a file system of its own can really be full without harm to others.
describe.skipIf(!canMount)('on a full disk', () => {
  it('refuses what does not fit, keeps what it accepted, and drains it all the same', () =>
    onSmallDisk(4_096, async (folder) => {
      await withStore(join(folder, 'box'), settings, async (store) => {
        await store.append([big(0)])
        await deliverAll(store)
        const accepted = await fillUp(store, 1)
        expect(accepted.length).toBeGreaterThan(200)
        await expect(store.append([big(9_998), big(9_999)])).rejects.toMatchObject({ code: 'OUTBOX_QUOTA' })
        expect(await pendingIds(store)).toEqual(accepted)
        await writeFile(join(folder, 'other'), Buffer.alloc(1)).catch(() => {})
        await deliverAll(store)
        expect(await store.counts()).toMatchObject({ pending: 0, totals: { delivered: accepted.length + 1 } })
        await expectBalance(store)
      })
      await withStore(join(folder, 'box'), settings, async (store) => {
        expect(await pendingIds(store)).toEqual([])
        await deliverAll(store)
        await store.append([big(9_999)])
        expect(await pendingIds(store)).toEqual(['entry-9999'])
      })
    }))

  it('goes on once there is room again, if others have taken all of it', () =>
    onSmallDisk(2_048, async (folder) => {
      const other = join(folder, 'other')
      await withStore(join(folder, 'box'), settings, async (store) => {
        await store.append([big(1)])
        const page = await store.read({ limit: 1 })
        let size = 2_048 * 1_024
        for (; size > 0; size -= 4_096) {
          try {
            await writeFile(other, Buffer.alloc(size))
            break
          } catch {
            // Not so much, then.
          }
        }
        const attempt = async () => {
          const lease = await store.lease(new AbortController().signal)
          try {
            await store.settle(
              page.map(({ seq, id }) => ({ kind: 'skipped', seq, id, at: 1 })),
              lease,
            )
          } finally {
            await lease.release()
          }
        }
        await expect(attempt()).rejects.toMatchObject({ code: 'OUTBOX_QUOTA' })
        expect(await pendingIds(store)).toEqual(['entry-1'])
        await rm(other)
        await attempt()
        await store.append([big(2)])
        expect(await pendingIds(store)).toEqual(['entry-2'])
        await expectBalance(store)
      })
    }))
})
