import { appendFileSync, statSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import type { StoredEntry } from '../../src/entry.ts'
import type { Directory } from '../../src/store/fs/directory.ts'
import { createDirectory } from '../../src/store/fs/directory.ts'
import { nodeFiles } from '../../src/store/fs/files.ts'
import { createLedger } from '../../src/store/fs/ledger.ts'
import { createLog } from '../../src/store/fs/log.ts'
import { createPending } from '../../src/store/fs/pending.ts'
import { drafts } from '../contract/harness.ts'
import { createScribe, inScriptorium } from './support/handWritten.ts'
import { inDirectory } from './support/places.ts'

const nowhere = { epoch: 1, part: 0, at: 0, length: 0 }

/** One who reads what is pending. */
function readerOf(directory: Directory) {
  const log = createLog(directory)
  const ledger = createLedger()
  log.refresh(ledger)
  const pending = createPending({ directory, log, ledger: () => ledger, onMissing() {} })
  return {
    ...pending,
    settle(from: number, to = from + 1, writer = 0) {
      for (let ordinal = from; ordinal < to; ordinal += 1) {
        ledger.apply({ is: 'skipped', writer, ordinal, bytes: 12 }, nowhere)
      }
    },
    log,
    ledger,
    /** Answers the least number among what is new. */
    refresh: () => log.refresh(ledger),
    /** Looks at what is new, and says so. */
    follow() {
      const least = log.refresh(ledger)
      if (least < Infinity) pending.noticed(least)
    },
    ids: (limit: number, after?: number) => pending.read({ limit, ...(after !== undefined && { after }) }).map(idOf),
  }
}

/** Files of which it is known how often one was opened, and how many are. */
function countedFiles() {
  const counts = { opened: 0, open: 0 }
  const files: typeof nodeFiles = {
    ...nodeFiles,
    open(path) {
      const file = nodeFiles.open(path)
      counts.opened += 1
      counts.open += 1
      return file
    },
    close(file) {
      counts.open -= 1
      nodeFiles.close(file)
    },
  }
  const openedBy = (act: () => unknown) => {
    const before = counts.opened
    act()
    return counts.opened - before
  }
  return { files, counts, openedBy }
}

const idOf = ({ id }: StoredEntry) => id
const ids = (count: number, from = 1) => drafts(count, from).map(({ id }) => id)
/** The number of an entry of a scribe, the first being 1. */
const seqOf = (number: number, writer = 0) => number * 64 + writer
/** A frame for each of these entries. */
const single = (count: number, from = 1) => drafts(count, from).map((each) => [each])
/** More than are kept in memory. */
const many = 2_500

it('all entries are read page by page, however many there are', () =>
  inScriptorium((directory, scribe) => {
    scribe.segment(...drafts(many).map((each) => [each]))
    for (const limit of [700, 5_000]) {
      const { read } = readerOf(directory)
      const found: StoredEntry[] = []
      for (let page = read({ limit }); page.length > 0; page = read({ limit, after: page.at(-1)?.seq ?? NaN })) {
        expect(page.length).toBeLessThanOrEqual(limit)
        found.push(...page)
      }
      expect(found.map(idOf)).toEqual(ids(many))
    }
  }))

it('entries far behind the first are read from where the reader says, and not those that are settled', () =>
  inScriptorium((directory, scribe) => {
    scribe.segment(drafts(many))
    createScribe(directory, 1).segment(drafts(many, 10_001))
    const { ids: idsOf, settle } = readerOf(directory)
    // They alternate.
    expect(idsOf(3, seqOf(1_500, 1))).toEqual(['entry-1501', 'entry-11501', 'entry-1502'])
    settle(1_501, 1_503, 1)
    settle(1_502)
    expect(idsOf(3, seqOf(1_502))).toEqual(['entry-1504', 'entry-11504', 'entry-1505'])
    expect(idsOf(2, seqOf(1_400))).toEqual(['entry-11400', 'entry-1401'])
    expect(idsOf(2, seqOf(many))).toEqual([`entry-${many + 10_000}`])
    expect(idsOf(2, seqOf(many, 1))).toEqual([])
  }))

it('entries that follow on settled ones are all read', () =>
  inScriptorium((directory, scribe) => {
    scribe.segment(drafts(10))
    const { ids: idsOf, settle } = readerOf(directory)
    expect(idsOf(5)).toEqual(ids(5))
    settle(0)
    expect(idsOf(20)).toEqual(ids(9, 2))
  }))

it('what was read of the first entries is not read again', async () => {
  const { files, openedBy } = countedFiles()
  await inScriptorium((directory, scribe) => {
    scribe.segment(drafts(many))
    const { ids: idsOf, first, find } = readerOf(directory)
    expect(openedBy(() => idsOf(5))).toBeGreaterThan(0)
    const opened = openedBy(() => {
      expect(idsOf(5, seqOf(5))).toEqual(ids(5, 6))
      expect(idsOf(10)).toEqual(ids(10))
      expect(first()?.id).toBe('entry-1')
      for (const number of [1, 2, 3, 7, 9, 10]) expect(find(seqOf(number), `entry-${number}`)?.seq).toBe(seqOf(number))
    })
    expect(opened).toBe(0)
  }, files)
})

it('when as many are read as are kept, those are not read again, and those behind them page by page', async () => {
  const { files, openedBy } = countedFiles()
  await inScriptorium((directory, scribe) => {
    scribe.segment(drafts(many))
    const { ids: idsOf, read } = readerOf(directory)
    const last = read({ limit: many }).at(-1)?.seq ?? NaN
    const opened = openedBy(() => {
      expect(idsOf(5)).toEqual(ids(5))
      expect(idsOf(5, seqOf(10))).toEqual(ids(5, 11))
    })
    expect(opened).toBe(0)
    const next = read({ limit: 5, after: last }).at(-1)?.seq ?? NaN
    expect(openedBy(() => expect(read({ limit: 5, after: next })[0]?.seq).toBe(next + 64))).toBe(0)
  }, files)
})

it('an entry is found that was not read before, unless it is settled or has another id', () =>
  inScriptorium((directory, scribe) => {
    scribe.segment(...single(5))
    const { ids: idsOf, find, settle } = readerOf(directory)
    expect(find(seqOf(3), 'entry-3')).toMatchObject({ writer: 0, ordinal: 2, seq: seqOf(3) })
    idsOf(2)
    expect(find(seqOf(5), 'entry-5')?.ordinal).toBe(4)
    expect(find(seqOf(5), 'entry-4')).toBeUndefined()
    expect(find(seqOf(6), 'entry-6')).toBeUndefined()
    settle(4)
    expect(find(seqOf(5), 'entry-5')).toBeUndefined()
  }))

it('an entry that comes to light before those that were read is read in its place', () =>
  inScriptorium((directory, scribe) => {
    const other = createScribe(directory, 1)
    other.segment(drafts(1, 11))
    scribe.segment(drafts(5))
    const { ids: idsOf, refresh, noticed } = readerOf(directory)
    expect(idsOf(6)).toEqual(['entry-1', 'entry-11', ...ids(4, 2)])
    other.segment(drafts(2, 12))
    noticed(refresh())
    expect(idsOf(6)).toEqual(['entry-1', 'entry-11', 'entry-2', 'entry-12', 'entry-3', 'entry-13'])
  }))

it('the first entry may be one that has come to light before those that were read', () =>
  inScriptorium((directory, scribe) => {
    createScribe(directory, 1).segment(drafts(3, 11))
    const { ids: idsOf, first, refresh, noticed } = readerOf(directory)
    idsOf(3)
    scribe.segment(drafts(1))
    noticed(refresh())
    expect(first()?.id).toBe('entry-1')
  }))

it('an entry of which nobody has said that it comes before those that were read is met when more are read', () =>
  inScriptorium((directory, scribe) => {
    const other = createScribe(directory, 1)
    other.segment(drafts(1, 11))
    scribe.segment(drafts(5))
    const { ids: idsOf, refresh, settle } = readerOf(directory)
    idsOf(6)
    settle(0)
    other.segment(drafts(2, 12))
    refresh()
    expect(idsOf(9, seqOf(5))).toEqual([])
    expect(idsOf(9)).toEqual(['entry-11', 'entry-2', 'entry-12', 'entry-3', 'entry-13', 'entry-4', 'entry-5'])
  }))

it('what comes behind those that were read is read on from there', async () => {
  const { files, openedBy } = countedFiles()
  await inScriptorium((directory, scribe) => {
    const frames = scribe.segment(...single(6))
    const written = (count: number) => frames.slice(0, count + 1).map(({ bytes }) => bytes)
    scribe.rewrite(1, written(3))
    const { ids: idsOf, refresh, noticed, settle } = readerOf(directory)
    const grow = (count: number) => {
      const path = directory.at('seg-0-1.log')
      appendFileSync(path, Buffer.concat(written(count)).subarray(statSync(path).size))
      noticed(refresh())
    }
    expect(idsOf(9)).toEqual(ids(3))
    grow(5)
    expect(openedBy(() => expect(idsOf(9)).toEqual(ids(5)))).toBe(0)
    settle(0, 5)
    expect(idsOf(9)).toEqual([])
    grow(6)
    expect(openedBy(() => expect(idsOf(9)).toEqual(ids(1, 6)))).toBe(0)
  }, files)
})

it('no file stays open, whoever has read', async () => {
  const { files, counts } = countedFiles()
  await inScriptorium((directory, scribe) => {
    scribe.segment(drafts(many))
    const { ids: idsOf, all, find, reset } = readerOf(directory)
    for (const { ordinal } of all()) if (ordinal === 2) break
    expect(counts.open).toBe(0)
    expect([...all()]).toHaveLength(many)
    expect(counts.open).toBe(0)
    find(seqOf(3), 'entry-3')
    expect(counts.open).toBe(0)
    idsOf(5)
    idsOf(5, seqOf(2_000))
    idsOf(5, seqOf(2_100))
    expect(counts.open).toBe(2)
    reset()
    expect(counts.open).toBe(0)
  }, files)
})

it('entries that were settled are not kept in memory', () =>
  inDirectory(async (place) => {
    const directory = createDirectory(nodeFiles, place)
    createScribe(directory).segment(drafts(6))
    const { read, first, settle, reset } = readerOf(directory)
    const kept = read({ limit: 3 }).map((entry) => new WeakRef(entry))
    read({ limit: 4 })
    settle(0, 3)
    expect(first()?.id).toBe('entry-4')
    // What was made or looked at is kept until the present task ends.
    await setImmediate()
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    collect()
    expect(kept.map((entry) => entry.deref()?.id)).toEqual([undefined, undefined, undefined])
    reset()
  }))

it('a page holds each entry once, although the ledger knew of some before the log did', () =>
  inScriptorium((directory, scribe) => {
    const other = createScribe(directory, 1)
    other.segment(drafts(1, 11))
    scribe.segment(drafts(5))
    const reader = readerOf(directory)
    const before = reader.ids(6)
    other.segment(drafts(2, 12))
    other.segment(drafts(1, 14))
    // As a checkpoint says it that the holder has written meanwhile.
    reader.ledger.writer(1).end = readerOf(directory).log.writers.get(1)?.end
    reader.follow()
    const page = reader.ids(20)
    expect(page.toSorted()).toEqual([...before, 'entry-12', 'entry-13', 'entry-14'].toSorted())
    expect(page).toEqual(readerOf(directory).ids(20))
  }))

it('what the ledger knew of before the log did is new from the number on that follows what was known', () =>
  inScriptorium((directory, scribe) => {
    scribe.segment(drafts(2))
    const reader = readerOf(directory)
    const last = reader.log.writers.get(0)?.end.seq ?? NaN
    scribe.segment(drafts(1, 3))
    reader.ledger.writer(0).end = readerOf(directory).log.writers.get(0)?.end
    expect(reader.refresh()).toBe(last + 1)
    expect(reader.refresh()).toBe(Infinity)
  }))

it('a page begun anew in its middle holds each entry once', () =>
  inScriptorium((directory, scribe) => {
    const other = createScribe(directory, 1)
    other.segment(drafts(1, 11))
    scribe.segment(drafts(5))
    const reader = readerOf(directory)
    reader.ids(6)
    other.segment(drafts(2, 12))
    reader.refresh()
    expect(reader.ids(20)).toEqual(readerOf(directory).ids(20))
  }))

it('a page that goes on behind the first ones holds nothing that comes before them, whatever has come to light', () =>
  inScriptorium((directory, scribe) => {
    const other = createScribe(directory, 1)
    other.segment(drafts(1_300, 10_001))
    scribe.segment(drafts(2_500))
    const reader = readerOf(directory)
    reader.read({ limit: 2_000 })
    const after = reader.read({ limit: 500, after: 64 * 2_000 }).at(-1)?.seq ?? NaN
    other.segment(drafts(1_000, 20_001))
    reader.follow()
    expect(reader.read({ limit: 1_000, after })).toEqual(readerOf(directory).read({ limit: 1_000, after }))
  }))

it('the first one is not one that was settled before it was read', () =>
  inScriptorium((directory, scribe) => {
    createScribe(directory, 1).segment(drafts(1, 2))
    scribe.segment(drafts(1))
    scribe.segment(drafts(1, 3))
    const reader = readerOf(directory)
    expect(reader.ids(1)).toEqual(['entry-1'])
    reader.settle(0, 1, 1)
    reader.settle(0, 2)
    expect(reader.first()).toBeUndefined()
  }))
