import { describe, expect, test } from 'vitest'
import type { Entry, Outbox, OutboxOptions, Push, Requeue, Settlement, Store, StoredEntry } from '../../src/index.ts'
import { createOutbox, memoryStore, RetryAfterError } from '../../src/index.ts'
import type { ScenarioName } from '../../src/testing/index.ts'
import { simulate } from '../../src/testing/index.ts'
import { simulateWith } from '../../src/testing/simulation/simulate.ts'
import { noteFigures } from '../support/noteFigures.ts'

type Make = typeof createOutbox

/** A bug, put into a store or around an outbox, and the rule that notices it. */
interface Plant {
  readonly scenario: ScenarioName
  readonly rule: string
  readonly store?: (store: Store) => Partial<Store>
  readonly make?: Make
}

const storeWith = (broken: (store: Store) => Partial<Store>) => () => {
  const store = memoryStore()
  return { ...store, ...broken(store) }
}

/** `createOutbox` with other options, or another handle. */
const making =
  (
    change: <P>(options: OutboxOptions<P>) => OutboxOptions<P>,
    wrap = <P>(outbox: Outbox<P>): Outbox<P> => outbox,
  ): Make =>
  (options) =>
    wrap(createOutbox(change(options)))

const pushing = (change: <P>(push: Push<P>) => Push<P>): Make =>
  making((options) => ({ ...options, push: change(options.push) }))

const handle = (wrap: <P>(outbox: Outbox<P>) => Outbox<P>): Make => making((options) => options, wrap)

const plants: Readonly<Record<string, Plant>> = {
  'a store that removes a delivered entry and forgets to count it': {
    scenario: 'calm remote',
    rule: 'sums',
    store: (store) => ({
      async settle(settlements, lease) {
        const delivered = settlements.filter(({ kind }) => kind === 'delivered')
        await store.settle(
          settlements.filter((each) => !delivered.includes(each)),
          lease,
        )
        await store.cancel(delivered.map(({ id }) => id))
      },
      async counts() {
        const counts = await store.counts()
        return { ...counts, totals: { ...counts.totals, cancelled: 0 } }
      },
    }),
  },
  'a store that removes a dead letter before it has kept it': {
    scenario: 'moody remote',
    rule: 'counts',
    store: (store) => ({
      async settle(settlements, lease) {
        const dead = settlements.filter(({ kind }) => kind === 'dead')
        await store.settle(
          settlements.filter((each) => !dead.includes(each)),
          lease,
        )
        await store.cancel(dead.map(({ id }) => id))
      },
    }),
  },
  'a push that goes out twice': {
    scenario: 'calm remote',
    rule: 'one',
    make: pushing((push) => async (entry, context) => {
      void Promise.resolve(push(entry, context)).catch(() => undefined)
      return push(entry, context)
    }),
  },
  'a drain that does not look at due times': {
    scenario: 'calm remote',
    rule: 'early',
    make: making((options) => {
      const { store } = options
      if (store === undefined) return options
      const read: Store['read'] = async (range) =>
        (await store.read(range)).map(({ nextAttemptAt: _due, ...entry }): StoredEntry => entry)
      return { ...options, store: { ...store, read } }
    }),
  },
  'an outbox whose clock runs ahead': {
    scenario: 'calm remote',
    rule: 'outcomes',
    make: making((options) => {
      const { clock } = options
      return clock === undefined ? options : { ...options, clock: { ...clock, now: () => clock.now() + 5_000 } }
    }),
  },
  'an edit that keeps the id': {
    scenario: 'moody remote',
    rule: 'ids',
    make: (options) => {
      let last = ''
      const outbox = createOutbox({ ...options, createId: () => last })
      const { requeue } = outbox.deadLetters
      const deadLetters: typeof outbox.deadLetters = {
        ...outbox.deadLetters,
        requeue: (ids, how) => {
          last = String(ids)
          return requeue(ids, how)
        },
      }
      return { ...outbox, deadLetters }
    },
  },
  'a store that gives an edited entry its old id': {
    scenario: 'moody remote',
    rule: 'pending',
    store: (store) => ({
      requeue: (requeues, at) =>
        store.requeue(
          requeues.map(({ id, replacement }): Requeue =>
            replacement ? { id, replacement: { ...replacement, id } } : { id },
          ),
          at,
        ),
    }),
  },
  'counts that are off by one': {
    scenario: 'calm remote',
    rule: 'sums',
    store: (store) => ({
      async counts() {
        const counts = await store.counts()
        return { ...counts, pending: Math.max(0, counts.pending - 1) }
      },
    }),
  },
  'a store that does not look at the epoch': {
    scenario: 'three tabs with lost leases',
    rule: 'epochs',
    store: (store) => {
      let present = 0
      return {
        async lease(signal) {
          const lease = await store.lease(signal)
          present = lease.epoch
          return lease
        },
        settle: (settlements) => store.settle(settlements, { epoch: present }),
      }
    },
  },
  'two leases at once': {
    scenario: 'two tabs',
    rule: 'leases',
    store: (store) => {
      const real = store.lease(new AbortController().signal)
      let epoch = 0
      return {
        lease: async () => ({ epoch: (epoch += 1), lost: new AbortController().signal, release: async () => {} }),
        settle: async (settlements) => store.settle(settlements, await real),
      }
    },
  },
  'a store that reads the newest first': {
    scenario: 'calm remote',
    rule: 'order',
    store: (store) => ({ read: async (range) => (await store.read(range)).toReversed() }),
  },
  'a store that forgets an append now and then': {
    scenario: 'calm remote',
    rule: 'counts',
    store: (store) => {
      let appends = 0
      return {
        append: (drafts) => ((appends += 1) % 3 === 0 ? Promise.resolve() : store.append(drafts)),
      }
    },
  },
  'a store that forgets how often an entry has been tried': {
    scenario: 'calm remote',
    rule: 'attempts',
    store: (store) => ({
      settle: (settlements, lease) =>
        store.settle(
          settlements.map((each): Settlement =>
            each.kind === 'retry' ? { ...each, tries: { ...each.tries, attempts: 0, misses: 0 } } : each,
          ),
          lease,
        ),
    }),
  },
  'a cancel that says yes and leaves the entry': {
    scenario: 'calm remote',
    rule: 'counts',
    store: (store) => ({
      cancel: async (ids) => (await store.read({ limit: 1_000 })).filter(({ id }) => ids.includes(id)).length,
    }),
  },
  'a discard that keeps the letter': {
    scenario: 'moody remote',
    rule: 'answers',
    store: () => ({ discard: async () => 0 }),
  },
  'a failure that is taken for a yes': {
    scenario: 'calm remote',
    rule: 'outcomes',
    make: pushing((push) => async (entry, context) => {
      try {
        return await push(entry, context)
      } catch {
        return undefined
      }
    }),
  },
  'a Retry-After that is not heeded': {
    scenario: 'moody remote',
    rule: 'outcomes',
    make: pushing((push) => async (entry, context) => {
      try {
        return await push(entry, context)
      } catch (error) {
        throw error instanceof RetryAfterError ? new Error(error.message) : error
      }
    }),
  },
  'an enqueue that resolves before anything is kept': {
    scenario: 'calm remote',
    rule: 'kept',
    make: handle((outbox) => ({
      ...outbox,
      enqueue: async (payload, options) => {
        void outbox.enqueue(payload, options)
        return { id: String(options?.id) }
      },
    })),
  },
  'a pause that nobody heeds': {
    scenario: 'calm remote',
    rule: 'paused',
    store: (store) => ({ setControl: ({ held = null }) => store.setControl({ held }) }),
  },
  'a status that stands still': {
    scenario: 'calm remote',
    rule: 'status',
    make: handle((outbox) => {
      const first = outbox.status()
      return { ...outbox, status: () => first }
    }),
  },
  'an outbox that never tries again': {
    scenario: 'calm remote',
    rule: 'drained',
    make: making((options) => {
      const { clock } = options
      return clock === undefined ? options : { ...options, clock: { ...clock, setTimeout: () => 0 } }
    }),
  },
}

describe('a planted bug is noticed, with a trace of under 12 steps', () => {
  test.each(Object.entries(plants))('%s', async (_name, { scenario, rule, store, make = createOutbox }) => {
    for (let seed = 1; seed <= 60; seed += 1) {
      const options = { seed, scenario, ...(store && { store: storeWith(store) }) }
      const { broken, shortestSteps = [], recording = '' } = await simulateWith(make, options)
      if (broken === undefined) continue
      expect(broken).toMatch(new RegExp(`^${rule}: `))
      expect(shortestSteps.length).toBeGreaterThan(0)
      expect(shortestSteps.length).toBeLessThan(12)
      const replayed = await simulateWith(make, { ...options, ...(JSON.parse(recording) as typeof options) })
      expect(replayed.broken).toMatch(new RegExp(`^${rule}: `))
      noteFigures('planted bugs that the simulation notices', {
        noticed: 1,
        'steps to show them': shortestSteps.length,
      })
      return
    }
    expect.fail('nobody noticed')
  })
})

test('a remote that takes what it has already is found by its own check, and one that looks at the key is not', async () => {
  const remoteThat = (isIdempotent: boolean) => () => {
    const taken = new Map<string, number>()
    return {
      push({ id }: Entry<{ readonly n: number }>) {
        if (!(isIdempotent && taken.has(id))) taken.set(id, (taken.get(id) ?? 0) + 1)
      },
      check: () => [...taken].find(([, times]) => times > 1)?.join(' came as often as '),
    }
  }
  const careless = await simulate({ seed: 5, scenario: 'moody remote', remote: remoteThat(false) })
  expect(careless.broken).toMatch(/^check: \S+ came as often as \d/)
  expect(careless.shortestSteps?.length).toBeLessThan(12)
  const careful = await simulate({ seed: 5, scenario: 'moody remote', remote: remoteThat(true) })
  expect(careful.broken).toBeUndefined()
})
