import { expect, it } from 'vitest'
import type { Lease, Store } from '../../src/store/contract.ts'
import type { StoreHarness } from './harness.ts'
import { delivered, drafts, headOf, onBench, take } from './harness.ts'

export function leasing(harness: StoreHarness): void {
  it('grants a lease that is free, with an epoch that grows', () =>
    onBench(harness, async ({ store, reopen }) => {
      const epochs: number[] = []
      for (const each of [store, store, await reopen()]) {
        const lease = await take(each)
        expect(lease.lost.aborted).toBe(false)
        epochs.push(lease.epoch)
        await lease.release()
      }
      expect(epochs).toEqual([...new Set(epochs)].toSorted((a, b) => a - b))
    }))

  it('grants it to one at a time, first come, first served', () =>
    onBench(harness, async ({ store, other }) => {
      const second = other()
      const first = await take(store)
      const granted: number[] = []
      const waiting = [store, second, store, second].map(async (each, place) => {
        const lease = await take(each)
        granted.push(place)
        return lease
      })
      let last = first
      for (const [place, next] of waiting.entries()) {
        await turn(store)
        expect(granted).toHaveLength(place)
        await last.release()
        last = await next
      }
      expect(granted).toEqual([0, 1, 2, 3])
      await last.release()
    }))

  it('refuses the settlement of one who gave the lease up while another holds it', () =>
    onBench(harness, async ({ store, other }) => {
      await store.append(drafts(1))
      const second = other()
      const first = await take(store)
      const waiting = take(second)
      await first.release()
      const lease = await waiting
      const head = await headOf(second)
      await expect(store.settle([delivered(head)], first)).rejects.toMatchObject({ code: 'OUTBOX_LEASE_LOST' })
      await second.settle([delivered(head)], lease)
      await lease.release()
    }))

  it('lets one who waits leave the line, and grants it to the next', () =>
    onBench(harness, async ({ store, other }) => {
      const holder = await take(store)
      const leave = new AbortController()
      const listeners = countListeners(leave.signal)
      const left = other().lease(leave.signal)
      const next = take(store)
      await turn(store)
      const reason = new Error('no longer interested')
      leave.abort(reason)
      await expect(left).rejects.toBe(reason)
      await holder.release()
      const lease = await next
      expect(listeners()).toBe(0)
      await lease.release()
    }))

  it('refuses one whose signal is aborted already', () =>
    onBench(harness, async ({ store }) => {
      const reason = new Error('not now')
      await expect(store.lease(AbortSignal.abort(reason))).rejects.toBe(reason)
      const lease = await take(store)
      await lease.release()
    }))

  it('lets go of the signal once the lease is granted', () =>
    onBench(harness, async ({ store, other }) => {
      const first = new AbortController()
      const second = new AbortController()
      const listeners = [countListeners(first.signal), countListeners(second.signal)]
      const holder = await store.lease(first.signal)
      const waiting = other().lease(second.signal)
      first.abort()
      expect(holder.lost.aborted).toBe(false)
      await holder.release()
      const lease = await waiting
      second.abort()
      expect(lease.lost.aborted).toBe(false)
      expect(listeners.map((count) => count())).toEqual([0, 0])
      await lease.release()
    }))

  it('gives a lease up once, however often it is released', () =>
    onBench(harness, async ({ store }) => {
      const first = await take(store)
      await Promise.all([first.release(), first.release()])
      const second = await take(store)
      let third: Lease | undefined
      const waiting = take(store).then((lease) => (third = lease))
      await first.release()
      await turn(store)
      expect(third).toBeUndefined()
      await second.release()
      await (await waiting).release()
    }))

  it('takes no outcome after close: the lease went with it', () =>
    onBench(harness, async ({ store, other }) => {
      await store.append(drafts(1))
      const head = await headOf(store)
      const old = await take(store)
      await store.close()
      expect(old.lost.aborted).toBe(true)
      await expect(store.settle([delivered(head)], old)).rejects.toMatchObject({ code: 'OUTBOX_LEASE_LOST' })
      const lease = await take(other())
      await old.release()
      await lease.release()
    }))
}

/** Lets the store and the event loop do what they would do by now. */
async function turn(store: Store): Promise<void> {
  for (let round = 0; round < 3; round += 1) {
    await store.counts()
    await new Promise((resolve) => setTimeout(resolve))
  }
}

/** How many listeners the signal has; those it has called are gone. */
function countListeners(signal: AbortSignal): () => number {
  const listeners = new Set<unknown>()
  const add = signal.addEventListener.bind(signal)
  const remove = signal.removeEventListener.bind(signal)
  signal.addEventListener = (
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: AddEventListenerOptions | boolean,
  ) => {
    listeners.add(listener)
    add(type, listener, options)
  }
  signal.removeEventListener = (
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: EventListenerOptions | boolean,
  ) => {
    listeners.delete(listener)
    remove(type, listener, options)
  }
  add('abort', () => listeners.clear(), { once: true })
  return () => listeners.size
}
