import { expect, it } from 'vitest'
import { readAuditTrail } from '../../src/store/fs/auditTrail.ts'
import { createDirectory } from '../../src/store/fs/directory.ts'
import type { Files } from '../../src/store/fs/files.ts'
import { readWhole } from '../../src/store/fs/files.ts'
import { createJournal } from '../../src/store/fs/journal.ts'
import type { LedgerChange } from '../../src/store/fs/ledger.ts'
import { createLedger } from '../../src/store/fs/ledger.ts'
import { journalName } from '../../src/store/fs/names.ts'
import { createReserve } from '../../src/store/fs/reserve.ts'
import { createSimulatedDisk } from './support/simulatedDisk.ts'

const delivered = (number: number): LedgerChange => ({
  is: 'delivered',
  writer: 0,
  ordinal: number,
  bytes: 1,
  audit: { direction: 'push', id: `entry-${number}`, attempts: 0, items: 1, bytes: 1, at: number },
})

/** Journals on a disk in memory. */
function journals() {
  const disk = createSimulatedDisk()
  const directory = createDirectory(disk.files, '/box')
  disk.files.makeDirectory('/box')
  let ledger = createLedger()

  /** The journal of a new holder, who knows what the last has recorded so far. */
  function takeOver(epoch: number) {
    ledger = createLedger(structuredClone(ledger.toJSON()))
    return createJournal(directory, epoch, ledger, createReserve(directory, 0))
  }

  /** Which audit records are read, and by what number; every file that is read is closed again. */
  function read(after = -Infinity, limit = 100, change: Partial<Files> = {}): string[] {
    let open = 0
    const files: Files = {
      ...disk.files,
      ...change,
      open(path) {
        const file = (change.open ?? disk.files.open)(path)
        open += 1
        return file
      },
      close(file) {
        open -= 1
        disk.files.close(file)
      },
    }
    const found = readAuditTrail(createDirectory(files, '/box'), { after, limit })
    expect(open).toBe(0)
    return found.map(({ seq, id }) => `${seq} ${id}`)
  }

  /** Changes what stands in a journal's first part. */
  function damage(epoch: number, change: (data: Buffer) => Uint8Array) {
    const path = directory.at(journalName(epoch, 0))
    const data = change(readWhole(disk.files, path) ?? Buffer.alloc(0))
    disk.files.unlink(path)
    const file = disk.files.create(path)
    disk.files.write(file, data, 0)
    disk.files.close(file)
  }

  return { files: disk.files, takeOver, read, damage }
}

/** Two holders, one after the other: the first has recorded 1 and 2, the second 3 and 4. */
function twoHolders() {
  const { takeOver, ...rest } = journals()
  const first = takeOver(1)
  first.record([delivered(1)])
  first.record([delivered(2)])
  const second = takeOver(2)
  second.record([delivered(3), delivered(4)])
  return { ...rest, takeOver, first, second }
}

it('what a holder has recorded that had lost the lease is not read: the next holder has given the numbers anew', () => {
  const { first, read } = twoHolders()
  first.record([delivered(13)])
  first.record([delivered(14)])
  expect(read()).toEqual(['1 entry-1', '2 entry-2', '3 entry-3', '4 entry-4'])
  expect(read(2)).toEqual(['3 entry-3', '4 entry-4'])
  expect(read(-Infinity, 3)).toEqual(['1 entry-1', '2 entry-2', '3 entry-3'])
})

it('reading goes on anywhere, also amid what was recorded at once', () => {
  const { read } = twoHolders()
  expect([1, 2, 3, 4].map((after) => read(after, 1))).toEqual([['2 entry-2'], ['3 entry-3'], ['4 entry-4'], []])
})

it('what is no settlement has no number', () => {
  const { second, read } = twoHolders()
  second.record([{ is: 'control', control: { paused: true } }])
  second.record([{ is: 'cancelled', writer: 0, ordinal: 9, bytes: 1 }, delivered(5)])
  expect(read(3)).toEqual(['4 entry-4', '5 entry-5'])
})

it('a part of which a power cut has left nothing does not hide the others', () => {
  const { takeOver, damage, read } = twoHolders()
  takeOver(3)
  damage(3, () => Buffer.alloc(0))
  expect(read(1)).toEqual(['2 entry-2', '3 entry-3', '4 entry-4'])
})

it('a part whose beginning is damaged hides neither what stands before it nor what stands behind', () => {
  const { damage, read } = twoHolders()
  damage(2, (data) => data.fill(0, 0, 64))
  expect(read()).toEqual(['1 entry-1', '2 entry-2', '3 entry-3', '4 entry-4'])
})

it('a record that is damaged hides nothing but itself', () => {
  const { damage, read } = twoHolders()
  damage(1, (data) => {
    data.write('entry-X', data.indexOf('entry-1'))
    return data
  })
  expect(read()).toEqual(['2 entry-2', '3 entry-3', '4 entry-4'])
})

it('a part that is removed while it is read about does not hide the others', () => {
  const { files, read } = twoHolders()
  const open = (path: string) => {
    if (path.endsWith(journalName(1, 0))) throw Object.assign(new Error('no such file'), { code: 'ENOENT' })
    return files.open(path)
  }
  expect(read(-Infinity, 100, { open })).toEqual(['3 entry-3', '4 entry-4'])
})
