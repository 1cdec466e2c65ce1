import { expect, it } from 'vitest'
import { pendingCount, readCounts } from '../../src/store/fs/counts.ts'
import { createDirectory } from '../../src/store/fs/directory.ts'
import { createLedger } from '../../src/store/fs/ledger.ts'
import { createLog, emptyEnd } from '../../src/store/fs/log.ts'
import { createPending } from '../../src/store/fs/pending.ts'
import { createSimulatedDisk } from './support/simulatedDisk.ts'

const nowhere = { epoch: 1, part: 0, at: 0, length: 0 }

/** Writers that have appended so much, and a ledger that knows of nothing. */
function countsOf(...ends: { readonly ordinal: number; readonly bytes: number }[]) {
  const directory = createDirectory(createSimulatedDisk().files, '/box')
  const log = createLog(directory)
  for (const [writer, end] of ends.entries()) log.own(writer, 1, { ...emptyEnd, number: 1, ...end })
  const known = createLedger()
  const ledger = () => known
  const pending = { ...createPending({ directory, log, ledger, onMissing() {} }), first: () => undefined }
  return {
    settle(writer: number, count: number, bytes: number) {
      known.apply({ is: 'cancelled', writer, ordinal: 0, count, bytes }, nowhere)
    },
    counts: () => readCounts({ pending, log, ledger }),
    pendingCount: () => pendingCount(log, known),
  }
}

it('what every writer has appended is pending until it is settled', () => {
  const { settle, counts, pendingCount: pendingNow } = countsOf({ ordinal: 5, bytes: 50 }, { ordinal: 4, bytes: 40 })
  expect(pendingNow()).toBe(9)
  expect(counts()).toMatchObject({ pending: 9, bytes: 90, totals: { enqueued: 9, cancelled: 0 } })
  settle(0, 2, 20)
  expect(pendingNow()).toBe(7)
  expect(counts()).toMatchObject({ pending: 7, bytes: 70, totals: { enqueued: 9, cancelled: 2 } })
  settle(0, 5, 30)
  settle(1, 4, 40)
  expect(pendingNow()).toBe(0)
  expect(counts()).toMatchObject({ pending: 0, bytes: 0, totals: { enqueued: 9, cancelled: 9 } })
})

it('more that is settled of one writer than can be read of it takes nothing from the others', () => {
  const { settle, counts, pendingCount: pendingNow } = countsOf({ ordinal: 2, bytes: 20 }, { ordinal: 4, bytes: 40 })
  settle(0, 5, 50)
  expect(pendingNow()).toBe(4)
  expect(counts()).toMatchObject({ pending: 4, bytes: 40, totals: { enqueued: 9, cancelled: 5 } })
})

it('a writer of whom nothing is pending weighs nothing, though it is not known what all that is settled weighed', () => {
  const { settle, counts } = countsOf({ ordinal: 2, bytes: 20 })
  settle(0, 2, 10)
  expect(counts()).toMatchObject({ pending: 0, bytes: 0 })
})
