import { describe, expect, it } from 'vitest'
import type { Tries } from '../../src/entry.ts'
import type { Ledger, LedgerChange, LedgerJson } from '../../src/store/fs/ledger.ts'
import { createLedger } from '../../src/store/fs/ledger.ts'
import { draft } from '../contract/harness.ts'

const place = { epoch: 1, part: 0, at: 0, length: 0 }
const someTries: Tries = { attempts: 1, misses: 0 }

function ledgerWith(...changes: readonly LedgerChange[]): Ledger {
  const ledger = createLedger()
  for (const change of changes) ledger.apply(change, place)
  return ledger
}

/** What the next part of a journal says of it. */
function kept(ledger: Ledger): Ledger {
  return createLedger(JSON.parse(JSON.stringify(ledger)) as LedgerJson)
}

function skipped(writer: number, ordinal: number, count = 1): LedgerChange {
  return { is: 'skipped', writer, ordinal, count, bytes: 10 * count }
}

const retry = (writer: number, ordinal: number): LedgerChange => ({ is: 'retry', writer, ordinal, tries: someTries })

function answered(special: number, answer?: number): LedgerChange {
  return { is: 'heeded', writer: 2, special, ...(answer !== undefined && { answer }) }
}

function death(ordinal: number): LedgerChange {
  const seq = ordinal + 1
  const entry = { ...draft(seq), seq, requeues: 0, attempts: 1, misses: 0 }
  const audit = { direction: 'drop', id: entry.id, attempts: 1, items: 1, bytes: 1, at: 1, reason: 'no' } as const
  const letter = { seq, entry, code: 'permanent', reason: 'no', at: 1 } as const
  return { is: 'dead', writer: 0, ordinal, bytes: 10, letter, audit }
}

describe('a ledger', () => {
  it('of which nothing is recorded has settled nothing of anybody', () => {
    const ledger = createLedger()
    expect(ledger.isSettled(3, 0)).toBe(false)
    expect(ledger.triesOf(3, 0)).toBeUndefined()
    expect(ledger.leastEnd(3)).toEqual({ ordinal: 0, specials: 0, bytes: 0 })
    expect(ledger.writers.size).toBe(0)
  })

  it('weighs what is settled once, however often that is recorded', () => {
    const ledger = ledgerWith(skipped(3, 0, 2), skipped(3, 0, 2), skipped(3, 1))
    expect(ledger.sums.skipped).toBe(2)
    expect(ledger.leastEnd(3)).toEqual({ ordinal: 2, specials: 0, bytes: 20 })
  })

  it('keeps the tries of an entry until it is settled, and of no other writer', () => {
    const ledger = ledgerWith(retry(3, 4), retry(3, 5), retry(3, 6), retry(3, 7), retry(4, 5))
    ledger.apply(skipped(3, 4, 3), place)
    expect([4, 5, 6, 7].map((ordinal) => ledger.triesOf(3, ordinal))).toEqual([
      undefined,
      undefined,
      undefined,
      someTries,
    ])
    expect(ledger.triesOf(4, 5)).toEqual(someTries)
    ledger.apply(skipped(3, 7), place)
    ledger.apply(skipped(4, 5), place)
    expect(ledger.tries.size).toBe(0)
  })

  it('knows that a writer has appended at least what was tried, or is settled', () => {
    const ledger = ledgerWith(retry(3, 7), retry(3, 6), retry(5, 80), skipped(4, 9))
    expect(ledger.leastEnd(3).ordinal).toBe(8)
    expect(ledger.leastEnd(4).ordinal).toBe(10)
    expect(ledger.leastEnd(5).ordinal).toBe(81)
    ledger.apply(skipped(3, 20), place)
    expect(ledger.leastEnd(3).ordinal).toBe(21)
  })

  it('counts dead letters that stand at the tail again, once', () => {
    const ledger = ledgerWith(death(0), death(1))
    ledger.apply({ is: 'returned', dead: [1] }, place)
    expect([...ledger.dead.keys()]).toEqual([2])
    expect(ledger.sums.requeued).toBe(1)
    // Nobody's special frame has been dealt with by that.
    expect([...ledger.writers.keys()]).toEqual([0])
    ledger.apply({ is: 'heeded', writer: 2, special: 0, dead: [1, 2] }, place)
    expect(ledger.dead.size).toBe(0)
    expect(ledger.sums.requeued).toBe(2)
  })

  it('has answers for those who asked for one, and forgets the oldest when there are too many', () => {
    const ledger = ledgerWith(answered(0, 0), answered(1))
    for (let special = 2; special < 65; special += 1) ledger.apply(answered(special, special * 2), place)
    expect(ledger.answer(2, 0)).toBe(0)
    expect(ledger.answer(2, 1)).toBeUndefined()
    ledger.apply(answered(65, 130), place)
    expect(ledger.answer(2, 0)).toBeUndefined()
    expect(ledger.answer(2, 2)).toBe(4)
    expect(ledger.answer(2, 65)).toBe(130)
    expect(ledger.writer(2).heeded).toBe(66)
  })

  it('keeps what was asked of the whole store when a writer was only looked at', () => {
    const control = { paused: true }
    const ledger = ledgerWith({ is: 'control', control }, { is: 'looked', writer: 0, number: 3 })
    expect(ledger.sums.control).toEqual(control)
    expect(ledger.writer(0).looked).toBe(3)
  })

  it('is the same when it is read again', () => {
    const ledger = ledgerWith(skipped(3, 0, 2), skipped(3, 5), retry(3, 7), death(0), answered(0, 7), answered(1))
    const head = { number: 1, at: 64, ordinal: 2 }
    const end = { number: 2, at: 640, ordinal: 9, bytes: 90, specials: 1, seq: 600 }
    Object.assign(ledger.writer(3), { head, end, looked: 1 })
    const again = kept(ledger)
    expect(again.writer(3)).toMatchObject({ head, end, looked: 1, settledBytes: 30 })
    expect(again.isSettled(3, 5)).toBe(true)
    expect(again.triesOf(3, 7)).toEqual(someTries)
    expect([...again.dead]).toEqual([...ledger.dead])
    expect(again.answer(2, 0)).toBe(7)
    expect(again.answer(2, 1)).toBeUndefined()
    expect(again.writer(2)).toMatchObject({ heeded: 2, head: undefined, end: undefined })
    expect(again.sums).toEqual(ledger.sums)
  })
})
