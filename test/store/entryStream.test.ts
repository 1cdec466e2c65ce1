import { expect, it } from 'vitest'
import type { Directory } from '../../src/store/fs/directory.ts'
import type { EntryStream, Missing } from '../../src/store/fs/entryStream.ts'
import { createEntryStream } from '../../src/store/fs/entryStream.ts'
import { nodeFiles } from '../../src/store/fs/files.ts'
import { createLedger } from '../../src/store/fs/ledger.ts'
import { createLog } from '../../src/store/fs/log.ts'
import { draft, drafts } from '../contract/harness.ts'
import { createScribe, flipped, inScriptorium } from './support/handWritten.ts'

/** One who reads the entries of writer 0. */
function readerOf(directory: Directory) {
  const log = createLog(directory)
  const ledger = createLedger()
  const told: Missing[] = []
  log.refresh(ledger)
  return {
    log,
    ledger,
    told,
    refresh: () => void log.refresh(ledger),
    settle: (from: number, to = from + 1) => {
      for (let ordinal = from; ordinal < to; ordinal += 1) {
        ledger.apply({ is: 'skipped', writer: 0, ordinal, bytes: 12 }, nowhere)
      }
    },
    stream: (after = -Infinity) =>
      createEntryStream(
        { directory, log, ledger: () => ledger, onMissing: (missing) => void told.push(missing) },
        0,
        after,
      ),
  }
}

/** The ids that are left in a stream, in their order. */
function rest(stream: EntryStream): string[] {
  const ids: string[] = []
  for (let next = stream.peek(); next !== undefined; next = stream.peek()) {
    ids.push(next.entry.id)
    stream.shift()
  }
  return ids
}

function idsIn(stream: EntryStream): string[] {
  try {
    return rest(stream)
  } finally {
    stream.close()
  }
}

const ids = (...numbers: number[]) => numbers.map((number) => `entry-${number}`)
/** A frame for each of these entries; what they hold weighs 12 bytes each. */
const single = (from: number, count: number) => drafts(count, from).map((each) => [each])

it('entries that are settled, or have no greater number than asked for, are left out of a frame that holds others', () =>
  inScriptorium((directory, scribe) => {
    const [, frame] = scribe.segment(drafts(4))
    const { stream, settle } = readerOf(directory)
    settle(2)
    expect(idsIn(stream())).toEqual(ids(1, 2, 4))
    expect(idsIn(stream(frame?.seq))).toEqual(ids(2, 4))
  }))

it('an entry says in which frame it stands, so that reading can begin there', () =>
  inScriptorium((directory, scribe) => {
    scribe.segment([draft(1)])
    const [, , second] = scribe.segment([draft(2)], drafts(2, 3))
    const { stream, settle } = readerOf(directory)
    settle(0, 3)
    const entries = stream()
    expect(entries.peek()).toMatchObject({ ordinal: 3, frame: { number: 2, at: second?.at, ordinal: 2 } })
    entries.close()
  }))

it('a writer of whom there is no segment is looked at again', () =>
  inScriptorium((directory, scribe) => {
    const { stream, ledger, refresh } = readerOf(directory)
    ledger.writer(0)
    refresh()
    const entries = stream()
    expect(rest(entries)).toEqual([])
    scribe.segment([draft(1)])
    refresh()
    expect(idsIn(entries)).toEqual(ids(1))
  }))

it('what comes to a segment after its end was met is read on', () =>
  inScriptorium((directory, scribe) => {
    scribe.segment(...single(1, 2))
    const { stream, refresh, told } = readerOf(directory)
    const entries = stream()
    expect(rest(entries)).toEqual(ids(1, 2))
    scribe.segment(...single(3, 1))
    refresh()
    expect(idsIn(entries)).toEqual(ids(3))
    expect(told).toEqual([])
  }))

it('what stands behind the place from which the next segment goes on is no entry: its writer was told that it was not kept', () =>
  inScriptorium((directory, scribe) => {
    const [, , refused] = createScribe(directory).segment([draft(1)], [draft(9)])
    const kept = scribe.segment([draft(1)])
    scribe.rewrite(
      1,
      [...kept, refused].flatMap((frame) => frame?.bytes ?? []),
    )
    scribe.segment([draft(2)])
    expect(idsIn(readerOf(directory).stream())).toEqual(ids(1, 2))
  }))

it('a damaged frame is told of with its place and what it held, and what follows is read', () =>
  inScriptorium((directory, scribe) => {
    const frames = scribe.segment([draft(1)], drafts(2, 2), [draft(4)])
    const [opening, first, second, third] = frames.map(({ bytes }) => bytes)
    const at = frames[2]?.at ?? NaN
    const end = frames[2]?.end ?? NaN
    const told = { writer: 0, ordinal: 1, count: 2, lost: 2, bytes: 24, damage: { number: 1, at, end } }
    // In its header, and in its body.
    for (const where of [20, 70]) {
      scribe.rewrite(
        1,
        [opening, first, second && flipped(second, where), third].flatMap((bytes) => bytes ?? []),
      )
      const reader = readerOf(directory)
      expect(idsIn(reader.stream())).toEqual(ids(1, 4))
      expect(reader.told).toEqual([told])
      reader.settle(1)
      expect(idsIn(reader.stream())).toEqual(ids(1, 4))
      expect(reader.told.splice(1)).toEqual([{ ...told, lost: 1, bytes: 12 }])
      reader.settle(2)
      expect(idsIn(reader.stream())).toEqual(ids(1, 4))
      expect(reader.told).toHaveLength(1)
    }
  }))

it('a segment that is gone is told of with what it held and was not settled', () =>
  inScriptorium((directory, scribe) => {
    scribe.segment(...single(1, 2))
    scribe.segment(...single(3, 2))
    scribe.segment(...single(5, 1))
    scribe.remove(2)
    const { stream, told, settle } = readerOf(directory)
    expect(idsIn(stream())).toEqual(ids(1, 2, 5))
    expect(told.splice(0)).toEqual([{ writer: 0, ordinal: 2, count: 2, lost: 2, bytes: 24 }])
    settle(2)
    idsIn(stream())
    expect(told.splice(0)).toHaveLength(1)
    settle(3)
    idsIn(stream())
    expect(told).toEqual([])
  }))

it('a first segment that is gone is told of from the first entry on that is not settled', () =>
  inScriptorium((directory, scribe) => {
    scribe.segment(...single(1, 3))
    scribe.segment(...single(4, 1))
    scribe.remove(1)
    const { stream, told, settle } = readerOf(directory)
    expect(idsIn(stream())).toEqual(ids(4))
    expect(told.splice(0)).toEqual([{ writer: 0, ordinal: 0, count: 3, lost: 3, bytes: 36 }])
    settle(0)
    idsIn(stream())
    expect(told.splice(0)).toEqual([{ writer: 0, ordinal: 1, count: 2, lost: 2, bytes: 24 }])
    // How much came before the second is not known any more.
    settle(3)
    idsIn(stream())
    expect(told).toEqual([{ writer: 0, ordinal: 1, count: 2, lost: 2, bytes: 0 }])
  }))

it('a writer whose segments are all gone is told of with what it is known to have written', () =>
  inScriptorium((directory, scribe) => {
    const { stream, told, ledger, refresh } = readerOf(directory)
    const end = { number: 1, at: 400, ordinal: 3, bytes: 36, specials: 0, seq: 999 }
    ledger.writer(0).end = end
    ledger.apply({ is: 'skipped', writer: 0, ordinal: 0, bytes: 12 }, nowhere)
    refresh()
    const entries = stream()
    expect(rest(entries)).toEqual([])
    expect(rest(entries)).toEqual([])
    expect(told.splice(0)).toEqual([{ writer: 0, ordinal: 1, count: 2, lost: 2, bytes: 24 }])
    scribe.segment(...single(1, 3))
    scribe.segment(...single(4, 1))
    scribe.remove(1)
    refresh()
    expect(idsIn(entries)).toEqual(ids(4))
    expect(told).toEqual([])
  }))

it('entries at the end that a journal knows of, but nobody can read, are told of once by each who passes', () =>
  inScriptorium((directory, scribe) => {
    const [opening, first] = scribe.segment(...single(1, 4))
    scribe.rewrite(
      1,
      [opening, first].flatMap((frame) => frame?.bytes ?? []),
    )
    const { stream, ledger, refresh, told } = readerOf(directory)
    ledger.apply({ is: 'retry', writer: 0, ordinal: 2, tries: { attempts: 1, misses: 0 } }, nowhere)
    refresh()
    const entries = stream()
    expect(rest(entries)).toEqual(ids(1))
    expect(rest(entries)).toEqual([])
    expect(told.splice(0)).toEqual([{ writer: 0, ordinal: 1, count: 2, lost: 2, bytes: 0 }])
    // The scribe goes on behind what it has written, of which a fourth entry is gone as well.
    scribe.segment(...single(5, 1))
    refresh()
    expect(idsIn(entries)).toEqual(ids(5))
    expect(told).toMatchObject([{ ordinal: 3, count: 1 }])
  }))

const nowhere = { epoch: 1, part: 0, at: 0, length: 0 }

/** Files that remember what is read of them, and how many are open. */
function watchedFiles() {
  const paths = new Map<number, string>()
  const reads: { readonly path: string; readonly at: number }[] = []
  const files: typeof nodeFiles = {
    ...nodeFiles,
    open(path) {
      const file = nodeFiles.open(path)
      paths.set(file, path)
      return file
    },
    close(file) {
      paths.delete(file)
      nodeFiles.close(file)
    },
    read(file, into, at) {
      reads.push({ path: paths.get(file) ?? '', at })
      return nodeFiles.read(file, into, at)
    },
  }
  return { files, reads, open: paths }
}

it('one file is open at a time, and none once reading has ended', async () => {
  const { files, open } = watchedFiles()
  await inScriptorium((directory, scribe) => {
    for (let number = 1; number <= 4; number += 1) scribe.segment([draft(number)])
    const entries = readerOf(directory).stream()
    for (let number = 1; number <= 4; number += 1) {
      expect(entries.peek()?.entry.id).toBe(`entry-${number}`)
      entries.shift()
      expect(open.size).toBe(1)
    }
    entries.close()
    expect(open.size).toBe(0)
  }, files)
})

it('reading begins in the last segment that may hold what is asked for, and at the head of those that are pending', async () => {
  const { files, reads } = watchedFiles()
  await inScriptorium((directory, scribe) => {
    scribe.segment(...single(1, 2))
    const second = scribe.segment(...single(3, 2))
    const third = scribe.segment(...single(5, 3))
    const { stream, settle, ledger } = readerOf(directory)
    const seqOf = (ordinal: number) => (ordinal + 1) * 64
    // What the segments begin with is read once.
    expect(idsIn(stream(0))).toEqual(ids(1, 2, 3, 4, 5, 6, 7))

    const readIn = (number: number) => reads.filter(({ path }) => path.endsWith(`seg-0-${number}.log`))
    reads.splice(0)
    expect(idsIn(stream(seqOf(2)))).toEqual(ids(4, 5, 6, 7))
    expect(readIn(1)).toEqual([])
    reads.splice(0)
    expect(idsIn(stream(seqOf(4)))).toEqual(ids(6, 7))
    expect([...readIn(1), ...readIn(2)]).toEqual([])

    settle(0, 5)
    const head = third[2]
    if (head) ledger.writer(0).head = { number: 3, at: head.at, ordinal: head.ordinal }
    for (const after of [-Infinity, seqOf(0), seqOf(3)]) {
      reads.splice(0)
      expect(idsIn(stream(after))).toEqual(ids(6, 7))
      expect(reads.filter(({ path, at }) => !path.endsWith('seg-0-3.log') || at < (head?.at ?? 0))).toEqual([])
    }
    expect(second).toHaveLength(3)
  }, files)
})

it.each([
  { now: 'another frame', settled: [0, 1], left: [0, 3, 4], pending: [3, 4, 5] },
  { now: 'nothing', settled: [0, 1, 2], left: [0, 4], pending: [4, 5] },
  { now: 'the middle of a frame', settled: [0, 1], left: [3, 4], pending: [3, 4, 5] },
])('reading begins at the start of a segment that was rewritten, with $now where the head was', (each) =>
  inScriptorium((directory, scribe) => {
    const frames = scribe.segment(...single(1, 4))
    scribe.segment([draft(5)])
    const { stream, settle, ledger, told } = readerOf(directory)
    for (const ordinal of each.settled) settle(ordinal)
    const head = frames[2]
    if (head) ledger.writer(0).head = { number: 1, at: head.at, ordinal: head.ordinal }
    scribe.rewrite(
      1,
      each.left.flatMap((index) => frames[index]?.bytes ?? []),
    )
    expect(idsIn(stream())).toEqual(ids(...each.pending))
    expect(told).toEqual([])
  }),
)

it('a segment that goes while it is about to be read is passed over', () =>
  inScriptorium((directory, scribe) => {
    const [, first] = scribe.segment(...single(1, 2))
    const [, second] = scribe.segment(...single(3, 1))
    const { stream, log, settle, ledger, told } = readerOf(directory)
    settle(0, 2)
    if (first) ledger.writer(0).head = { number: 1, at: first.at, ordinal: first.ordinal }
    scribe.remove(1)
    expect(idsIn(stream())).toEqual(ids(3))
    expect(told).toEqual([])

    expect(log.opening(0, 2)).toBeDefined()
    settle(2)
    scribe.remove(2)
    expect(idsIn(stream(second?.seq))).toEqual([])
    expect(told).toEqual([])
  }))

it('nothing is missing before the segment in which reading begins', () =>
  inScriptorium((directory, scribe) => {
    scribe.segment(...single(1, 2))
    const [, , last] = scribe.segment(...single(3, 2))
    scribe.segment(...single(5, 2))
    const { stream, told } = readerOf(directory)
    expect(idsIn(stream(last?.seq))).toEqual(ids(5, 6))
    expect(told).toEqual([])
  }))
