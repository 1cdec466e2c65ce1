import { describe, expect, it } from 'vitest'
import type { Directory } from '../../src/store/fs/directory.ts'
import type { Journal } from '../../src/store/fs/journal.ts'
import { createJournal } from '../../src/store/fs/journal.ts'
import type { LedgerChange } from '../../src/store/fs/ledger.ts'
import { createLedger } from '../../src/store/fs/ledger.ts'
import { createLedgerReader } from '../../src/store/fs/ledgerReader.ts'
import { createReserve } from '../../src/store/fs/reserve.ts'
import type { WatchedDisk } from './support/watchedDisk.ts'
import { createWatchedDisk } from './support/watchedDisk.ts'

const first = 'journal-1-0.log'
const second = 'journal-1-1.log'

/** The holder of a lease, whose journal others read. */
function begin(): { readonly disk: WatchedDisk; readonly journal: Journal } {
  const disk = createWatchedDisk()
  const journal = createJournal(disk.directory, 1, createLedger(), createReserve(disk.directory, 0))
  return { disk, journal }
}

const skipped = (ordinal: number): LedgerChange => ({ is: 'skipped', writer: 0, ordinal, bytes: 1 })
const paused = (isPaused: boolean): LedgerChange => ({ is: 'control', control: { paused: isPaused } })

function delivered(ordinal: number): LedgerChange {
  const audit = { direction: 'push', id: 'a', attempts: 0, items: 1, bytes: 1, at: 1 } as const
  return { is: 'delivered', writer: 0, ordinal, bytes: 1, audit }
}

/** Which of the first entries are settled, as it stands there now. */
function settledIn(reader: ReturnType<typeof createLedgerReader>): number[] {
  reader.refresh()
  return [0, 1, 2, 3, 4].filter((ordinal) => reader.ledger().isSettled(0, ordinal))
}

function flip({ files, directory }: WatchedDisk, name: string, at: number): void {
  const file = files.open(directory.at(name))
  const byte = Buffer.alloc(1)
  files.read(file, byte, at)
  files.write(file, Buffer.from([(byte[0] ?? 0) ^ 0x10]), at)
  files.close(file)
}

describe('who reads a journal', () => {
  it('finds what was recorded since, also in the next part', () => {
    const { disk, journal } = begin()
    const reader = createLedgerReader(disk.directory)
    expect(settledIn(reader)).toEqual([])
    journal.record([skipped(0)])
    expect(settledIn(reader)).toEqual([0])
    journal.record([skipped(1)])
    journal.roll()
    journal.record([skipped(2)])
    expect(settledIn(reader)).toEqual([0, 1, 2])
    expect(disk.open()).toEqual([second])
  })

  it('opens no file when nothing was recorded since', () => {
    const { disk, journal } = begin()
    journal.record([skipped(0)])
    const reader = createLedgerReader(disk.directory)
    expect(settledIn(reader)).toEqual([0])
    disk.failNext('open')
    expect(settledIn(reader)).toEqual([0])
  })

  it('takes nothing twice that the last part begins with', () => {
    const { disk, journal } = begin()
    journal.record([delivered(0), paused(true)])
    journal.record([paused(false)])
    journal.roll()
    const reader = createLedgerReader(disk.directory)
    reader.refresh()
    expect(reader.ledger().sums).toMatchObject({ delivered: 1, audits: 1, control: { paused: false } })
  })

  it.each([
    ['header', 8],
    ['body', 70],
  ])('passes over a record of which the %s is damaged', (_, into) => {
    const { disk, journal } = begin()
    journal.record([skipped(0)])
    const at = journal.length()
    journal.record([skipped(1)])
    journal.record([skipped(2)])
    flip(disk, first, at + into)
    expect(settledIn(createLedgerReader(disk.directory))).toEqual([0, 2])
  })

  it('knows of nothing any more once all journals are gone', () => {
    const { disk, journal } = begin()
    const reader = createLedgerReader(disk.directory)
    journal.record([skipped(0)])
    expect(settledIn(reader)).toEqual([0])
    disk.files.unlink(disk.directory.at(first))
    expect(settledIn(reader)).toEqual([])
  })

  it('is not stopped by a part that is removed after it was listed', () => {
    const { disk, journal } = begin()
    journal.record([skipped(0)])
    const listing = disk.directory.list()
    const past: Directory = { ...disk.directory, list: () => listing }
    const slow = createLedgerReader(past)
    expect(settledIn(slow)).toEqual([0])
    journal.roll()
    disk.files.unlink(disk.directory.at(first))
    expect(settledIn(slow)).toEqual([0])
    expect(settledIn(createLedgerReader(past))).toEqual([])
  })
})
