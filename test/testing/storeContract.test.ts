import { describe, expect, it } from 'vitest'
import type { Store } from '../../src/index.ts'
import { memoryStore } from '../../src/index.ts'
import type { StorePlace } from '../../src/testing/index.ts'
import { faultyStore, storeContract } from '../../src/testing/index.ts'
import { equal, holds, like, refused } from '../../src/testing/contract/check.ts'

/** A store with a bug: the methods that differ from a store that has none. */
function buggy(bug: (right: Store) => Partial<Store>): (options: { auditLimit: number }) => StorePlace {
  return ({ auditLimit }) => {
    const right = memoryStore({ auditLimit })
    const store = { ...right, ...bug(right) }
    return { open: () => store }
  }
}

describe('the contract of stores', () => {
  it('has a name of its own for each case', () => {
    const names = storeContract(buggy(() => ({}))).map(({ name }) => name)
    expect(names.length).toBeGreaterThan(50)
    expect(new Set(names).size).toBe(names.length)
  })

  it.each<[string, string, string, (right: Store) => Partial<Store>]>([
    [
      'keeps only the first of several drafts',
      'gives back what was appended, field by field',
      'expected [{',
      (right) => ({ append: (drafts) => right.append(drafts.slice(0, 1)) }),
    ],
    [
      'answers more than it was asked for',
      'reads a range: what comes after a number, at most so many',
      'this does not hold: a page of at most 7 has no more',
      (right) => ({ read: (range) => right.read({ ...range, limit: range.limit + 1 }) }),
    ],
    [
      'takes outcomes of an epoch that is over',
      'refuses the settlement of one who gave the lease up while another holds it',
      'expected a rejection with {"code":"OUTBOX_LEASE_LOST"}, but it resolved',
      (right) => {
        let latest = 0
        return {
          async lease(signal) {
            const lease = await right.lease(signal)
            latest = lease.epoch
            return lease
          },
          settle: (settlements) => right.settle(settlements, { epoch: latest }),
        }
      },
    ],
    [
      'forgets that a dead letter came back',
      'puts a dead letter back at the tail with attempts 0, and counts that it came back',
      'expected 1 at .requeues, got 0',
      (right) => ({ read: async (range) => (await right.read(range)).map((entry) => ({ ...entry, requeues: 0 })) }),
    ],
    [
      'loses count',
      'cancels pending entries wherever they stand, and no dead letter',
      'expected 6 at .enqueued, got 4',
      (right) => ({
        async counts() {
          const counts = await right.counts()
          return { ...counts, totals: { ...counts.totals, cancelled: 0 } }
        },
      }),
    ],
    [
      'forgets the meta',
      'carries the meta {"deep":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[ unchanged',
      'expected ',
      (right) => ({
        append: (drafts) => right.append(drafts.map((draft) => ({ ...draft, ...(draft.meta && { meta: {} }) }))),
      }),
    ],
    [
      'forgets that it is paused',
      'starts running, and keeps what it is told',
      'expected true at .paused, got false',
      (right) => ({ control: async () => ({ ...(await right.control()), paused: false }) }),
    ],
  ])('notices a store that %s', async (_, name, message, bug) => {
    const noticing = storeContract(buggy(bug)).filter((one) => one.name.endsWith(`: ${name}`))
    expect(noticing).toHaveLength(1)
    await expect(noticing[0]?.run()).rejects.toThrow(message)
  })

  it('closes every store that a case opened, and removes the place, also after a failure', async () => {
    const log: string[] = []
    const cases = storeContract(({ auditLimit }) => {
      const store = faultyStore(memoryStore({ auditLimit }))
      store.faults.close = async (real) => {
        await real()
        log.push('close')
      }
      store.faults.cancel = () => Promise.reject(new Error('EIO'))
      return { open: () => store, dispose: () => void log.push('dispose') }
    })
    const failing = cases.find(({ name }) => name.endsWith('keeps two entries of the same id apart'))
    await expect(failing?.run()).rejects.toThrow('EIO')
    expect(log).toEqual(['close', 'dispose'])
  })
})

describe('its assertions', () => {
  it.each([
    [
      [1, { a: 'x' }],
      [1, { a: 'x' }],
    ],
    [{ a: 1 }, { a: 1, b: undefined }],
    [NaN, NaN],
    [null, null],
  ])('equal takes %j for %j', (actual, expected) => {
    expect(() => equal(actual, expected)).not.toThrow()
  })

  it.each([
    [{ a: [1, { b: 2 }] }, { a: [1, { b: 3 }] }, 'expected 3 at .a[1].b, got 2'],
    [[1, 2], [1], 'expected [1], got [1,2]'],
    [{ a: 1 }, {}, 'expected undefined at .a, got 1'],
    [{}, [], 'expected [], got {}'],
    [null, {}, 'expected {}, got null'],
    [{ a: 1n }, { a: 1 }, 'expected 1 at .a, got "1n"'],
    ['x'.repeat(300), '', `expected "", got "${'x'.repeat(199)}…`],
    [new Error('a'), new Error('a'), 'expected Error: a, got Error: a'],
  ])('equal does not take %o for %o', (actual, expected, message) => {
    expect(() => equal(actual, expected)).toThrow(
      expect.objectContaining({ name: 'ContractError', message, actual, expected }),
    )
  })

  it('like asks for what is named, and no more', () => {
    expect(() => like({ a: 1, b: [{ c: 1, d: 2 }] }, { b: [{ c: 1 }] })).not.toThrow()
    expect(() => like({ a: 1 }, { a: 1, b: 2 })).toThrow('expected 2 at .b, got undefined')
  })

  it('refused wants the very error, or one with the same members', async () => {
    const error = Object.assign(new Error('no'), { code: 'OUTBOX_QUOTA' })
    await refused(Promise.reject(error), error)
    await refused(Promise.reject(error), { code: 'OUTBOX_QUOTA', message: 'no' })
    await expect(refused(Promise.reject(error), new Error('no'))).rejects.toThrow('expected Error: no, got Error: no')
    await expect(refused(Promise.resolve(1), { code: 'x' })).rejects.toThrow('but it resolved')
  })

  it('holds names the rule', () => {
    expect(() => holds(false, 'one is more than two')).toThrow('this does not hold: one is more than two')
  })
})
