import { equal, refused } from './check.ts'
import type { Lease, Store } from '../../store/contract.ts'
import type { BenchCase } from './bench.ts'
import { delivered, drafts, headOf, take } from './bench.ts'

export const leasing: readonly BenchCase[] = [
  {
    name: 'grants a lease that is free, with an epoch that grows',
    async run({ store, reopen }) {
      const epochs: number[] = []
      for (const each of [store, store, await reopen()]) {
        const lease = await take(each)
        equal(lease.lost.aborted, false)
        epochs.push(lease.epoch)
        await lease.release()
      }
      equal(
        epochs,
        [...new Set(epochs)].toSorted((a, b) => a - b),
      )
    },
  },

  {
    name: 'grants it to one at a time, first come, first served',
    async run({ store, other }) {
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
        equal(granted.length, place)
        await last.release()
        last = await next
      }
      equal(granted, [0, 1, 2, 3])
      await last.release()
    },
  },

  {
    name: 'refuses the settlement of one who gave the lease up while another holds it',
    async run({ store, other }) {
      await store.append(drafts(1))
      const second = other()
      const first = await take(store)
      const waiting = take(second)
      await first.release()
      const lease = await waiting
      const head = await headOf(second)
      await refused(store.settle([delivered(head)], first), { code: 'OUTBOX_LEASE_LOST' })
      await second.settle([delivered(head)], lease)
      await lease.release()
    },
  },

  {
    name: 'lets one who waits leave the line, and grants it to the next',
    async run({ store, other }) {
      const holder = await take(store)
      const leave = new AbortController()
      const listeners = countListeners(leave.signal)
      const left = other().lease(leave.signal)
      const next = take(store)
      await turn(store)
      const reason = new Error('no longer interested')
      leave.abort(reason)
      await refused(left, reason)
      await holder.release()
      const lease = await next
      equal(listeners(), 0)
      await lease.release()
    },
  },

  {
    name: 'refuses one whose signal is aborted already',
    async run({ store }) {
      const reason = new Error('not now')
      await refused(store.lease(AbortSignal.abort(reason)), reason)
      const lease = await take(store)
      await lease.release()
    },
  },

  {
    name: 'lets go of the signal once the lease is granted',
    async run({ store, other }) {
      const first = new AbortController()
      const second = new AbortController()
      const listeners = [countListeners(first.signal), countListeners(second.signal)]
      const holder = await store.lease(first.signal)
      const waiting = other().lease(second.signal)
      equal(listeners[0]?.(), 0)
      first.abort()
      equal(holder.lost.aborted, false)
      await holder.release()
      const lease = await waiting
      equal(listeners[1]?.(), 0)
      second.abort()
      equal(lease.lost.aborted, false)
      await lease.release()
    },
  },

  {
    name: 'gives a lease up once, however often it is released',
    async run({ store }) {
      const first = await take(store)
      await Promise.all([first.release(), first.release()])
      const second = await take(store)
      let third: Lease | undefined
      const waiting = take(store).then((lease) => (third = lease))
      await first.release()
      await turn(store)
      equal(third, undefined)
      await second.release()
      await (await waiting).release()
    },
  },

  {
    name: 'takes no outcome after close: the lease went with it',
    async run({ store, other }) {
      await store.append(drafts(1))
      const head = await headOf(store)
      const old = await take(store)
      await store.close()
      equal(old.lost.aborted, true)
      await refused(store.settle([delivered(head)], old), { code: 'OUTBOX_LEASE_LOST' })
      const lease = await take(other())
      await old.release()
      await lease.release()
    },
  },
]

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
