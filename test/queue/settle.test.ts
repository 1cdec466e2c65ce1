import { describe, expect, it } from 'vitest'
import type { StoredEntry } from '../../src/entry.ts'
import { OutboxError } from '../../src/errors.ts'
import type { OutboxEvent } from '../../src/report.ts'
import type { Reporter } from '../../src/reporter.ts'
import { createSettler } from '../../src/settle.ts'
import type { Lease, Settlement, Store } from '../../src/store/contract.ts'
import { delivered, died, draft, retried } from '../contract/harness.ts'

const entry: StoredEntry = { ...draft(1), seq: 1, attempts: 0, misses: 0, requeues: 0 }
const skipped = { type: 'drained', origin: 'here' } as const
const lease = (epoch: number): Lease => ({ epoch, lost: new AbortController().signal, release: async () => {} })

/** A settler on a store that refuses to record as long as there is a refusal. */
function makeSettler(...refusals: (OutboxError | undefined)[]) {
  const done: string[] = []
  const store = {
    async settle([settlement]: readonly Settlement[], { epoch }: { readonly epoch: number }) {
      const refusal = refusals.shift()
      if (refusal) throw refusal
      done.push(`recorded ${settlement?.kind} with ${epoch}`)
    },
  } as unknown as Store
  const reporter = { add: (event: OutboxEvent<unknown>) => void done.push(`told ${event.type}`) }
  const settler = createSettler(reporter as unknown as Reporter<unknown>, () => done.push('answered'))
  return { settler, store, done }
}

const lost = new OutboxError('OUTBOX_LEASE_LOST', 'another context drains')
const full = new OutboxError('OUTBOX_QUOTA', 'the disk is full')

describe('an outcome', () => {
  it('is recorded first, and told of then', async () => {
    const { settler, store, done } = makeSettler()
    await settler.record(delivered(entry), [skipped], store, lease(1))
    expect(done).toEqual(['recorded delivered with 1', 'answered', 'told drained'])
    expect(settler.recorded()).toBe(1)
  })

  it.each([delivered(entry), died(entry), retried(entry, 1)])(
    'that a full disk refuses is kept, and recorded and told of once there is room ($kind)',
    async (settlement) => {
      const { settler, store, done } = makeSettler(full)
      await expect(settler.record(settlement, [skipped], store, lease(1))).rejects.toBe(full)
      expect({ kept: settler.hasKept(), done, recorded: settler.recorded() }).toEqual({
        kept: true,
        done: [],
        recorded: 0,
      })
      await settler.recordKept(store, lease(2))
      await settler.recordKept(store, lease(2))
      expect(done).toEqual([`recorded ${settlement.kind} with 2`, 'answered', 'told drained'])
      expect(settler.hasKept()).toBe(false)
    },
  )

  it('that was delivered is kept when the lease was lost meanwhile: the remote has the entry, whoever drains', async () => {
    const { settler, store, done } = makeSettler(lost)
    await expect(settler.record(delivered(entry), [skipped], store, lease(1))).rejects.toBe(lost)
    await settler.recordKept(store, lease(3))
    expect(done).toEqual(['recorded delivered with 3', 'answered', 'told drained'])
  })

  it.each([died(entry), retried(entry, 1)])(
    'of a failed try is forgotten when the lease was lost meanwhile: it must not overwrite what another has recorded ($kind)',
    async (settlement) => {
      const { settler, store, done } = makeSettler(lost)
      await expect(settler.record(settlement, [skipped], store, lease(1))).rejects.toBe(lost)
      expect(settler.hasKept()).toBe(false)
      await settler.recordKept(store, lease(3))
      expect(done).toEqual([])
    },
  )

  it.each(['expired', 'unreadable'] as const)(
    'of an entry that was not pushed says nothing about the remote (%s)',
    async (code) => {
      const { settler, store, done } = makeSettler()
      const settlement = died(entry)
      if (settlement.kind !== 'dead') throw new Error(settlement.kind)
      await settler.record({ ...settlement, code }, [], store, lease(1))
      expect(done).toEqual(['recorded dead with 1'])
    },
  )

  it('of a try without an answer says nothing about the remote', async () => {
    const { settler, store, done } = makeSettler()
    const settlement = retried(entry, 0)
    if (settlement.kind !== 'retry') throw new Error(settlement.kind)
    await settler.record({ ...settlement, tries: { ...settlement.tries, misses: 1 } }, [], store, lease(1))
    expect(done).toEqual(['recorded retry with 1'])
  })
})
