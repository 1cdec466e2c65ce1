import { describe, expect, it } from 'vitest'
import { decodeEntry, endOfEntry } from '../../src/store/fs/entryCode.ts'
import { frameKinds, seqStep } from '../../src/store/fs/frame.ts'
import { readSegment } from '../../src/store/fs/frameReader.ts'
import { createLedger } from '../../src/store/fs/ledger.ts'
import { createLog } from '../../src/store/fs/log.ts'
import { rewriteSegment, sparseSegments } from '../../src/store/fs/rewrite.ts'
import { draft } from '../contract/harness.ts'
import type { Frame } from './support/frames.ts'
import { writeSegments } from './support/frames.ts'
import { createWatchedDisk } from './support/watchedDisk.ts'

const nowhere = { epoch: 1, part: 0, at: 0, length: 0 }

/** So many entries, each of some hundred bytes. */
function entries(first: number, count: number, more: Partial<Frame> = {}): Frame {
  const each = (_: unknown, index: number) => draft(first + index, { body: 'x'.repeat(400), bytes: 400 + index })
  return { kind: 'entries', drafts: Array.from({ length: count }, each), ...more }
}

/** The segments of one writer, and somebody who cleans up. */
function placeWith(...segments: readonly (readonly Frame[])[]) {
  const disk = createWatchedDisk()
  const { directory } = disk
  writeSegments(directory, 0, segments)
  const ledger = createLedger()
  const log = createLog(directory)
  log.refresh(ledger)

  function settle(from: number, to: number): void {
    ledger.apply({ is: 'skipped', writer: 0, ordinal: from, count: to - from, bytes: 0 }, nowhere)
  }

  /** The frames of the first segment: what they say, and the entries in them. */
  function contents() {
    const reader = readSegment(directory, 0, 1)
    const found = []
    for (let frame = reader.next(); frame?.kind === 'frame'; frame = reader.next()) {
      const { kind, count, ordinal, seq, bytesBefore, bytes, specials } = frame.header
      const body = frame.body() ?? expect.fail()
      const ids: string[] = []
      for (let at = 0; ids.length < count; at = endOfEntry(body, at)) ids.push(decodeEntry(body, at, seq).id)
      found.push({ kind, ordinal, seq, bytesBefore, bytes, specials, ids })
    }
    reader.close()
    return found
  }

  return {
    ...disk,
    ledger,
    settle,
    contents,
    sparse: (known: Readonly<Record<string, number>> = {}, sizeOf = (size: number | undefined) => size) => {
      const stat = (path: string) => {
        const facts = directory.files.stat(path)
        const size = sizeOf(facts?.size)
        return facts && size !== undefined ? { ...facts, size } : undefined
      }
      const seen = { ...directory, files: { ...directory.files, stat } }
      return [...sparseSegments(seen, log, ledger, new Map(Object.entries(known)))]
    },
    rewrite: (isRecorded = async () => true) =>
      rewriteSegment(directory, log, ledger, { writer: 0, number: 1, alive: NaN }, isRecorded),
  }
}

describe('a segment is worth to be rewritten', () => {
  const second = { writer: 0, number: 2 }
  const three = () => placeWith([entries(0, 40)], [entries(40, 20)], [entries(60, 1)])

  it('when less than a tenth of it is pending, and something is pending in front of it', () => {
    const { settle, sparse } = three()
    settle(40, 57)
    expect(sparse()).toEqual([])
    settle(57, 58)
    expect(sparse()).toEqual([])
    settle(58, 59)
    expect(sparse()).toEqual([{ ...second, alive: 1 }])
  })

  it('not when all in front of its end is settled: then it goes as a whole', () => {
    const { settle, sparse } = three()
    settle(0, 60)
    expect(sparse()).toEqual([])
    settle(60, 61)
    expect(sparse()).toEqual([])
  })

  it('again only when less than a tenth is left of what was', () => {
    const { settle, sparse } = three()
    settle(40, 59)
    expect(sparse({ 'seg-0-2.log': 5 })).toEqual([])
    expect(sparse({ 'seg-0-2.log': 11 })).toEqual([{ ...second, alive: 1 }])
  })

  it('not when it takes no more than one block of the disk, or is gone', () => {
    const { settle, sparse } = three()
    settle(40, 59)
    expect(sparse({}, () => 4_097)).toHaveLength(1)
    expect(sparse({}, () => 4_096)).toEqual([])
    expect(sparse({}, () => undefined)).toEqual([])
  })

  it('not before what it asks for was dealt with', () => {
    const { settle, sparse, ledger } = placeWith([entries(0, 40), { kind: 'command', command: {} }], [entries(40, 1)])
    settle(1, 40)
    expect(sparse()).toEqual([])
    ledger.apply({ is: 'heeded', writer: 0, special: 0 }, nowhere)
    expect(sparse()).toEqual([{ writer: 0, number: 1, alive: 1 }])
  })

  it('not when its opening is damaged', () => {
    const { settle, sparse } = placeWith([{ kind: 'opening', broken: 'header' }, entries(0, 40)], [entries(40, 1)])
    settle(1, 40)
    expect(sparse()).toEqual([])
  })
})

describe('a segment that is rewritten', () => {
  it('has what is pending in it, each as it was, and what is in front of it says so', async () => {
    const returned = entries(10, 3, { kind: 'requeue', dead: [1, 2, 3] })
    const { settle, contents, rewrite, names, open, done } = placeWith(
      [entries(0, 4), { kind: 'command', command: {} }, returned, entries(20, 2), { kind: 'ending' }],
      [entries(30, 1)],
    )
    settle(0, 1)
    settle(2, 3)
    settle(4, 6)
    settle(7, 8)
    await rewrite()
    const entry = { kind: frameKinds.entries }
    expect(contents()).toEqual([
      { kind: frameKinds.opening, ordinal: 0, seq: 0, bytesBefore: 0, bytes: 0, specials: 0, ids: [] },
      { ...entry, ordinal: 1, seq: 2 * seqStep, bytesBefore: 400, bytes: 401, specials: 0, ids: ['entry-1'] },
      { ...entry, ordinal: 3, seq: 4 * seqStep, bytesBefore: 1_203, bytes: 403, specials: 0, ids: ['entry-3'] },
      { ...entry, ordinal: 6, seq: 7 * seqStep, bytesBefore: 2_407, bytes: 402, specials: 2, ids: ['entry-12'] },
      { ...entry, ordinal: 8, seq: 9 * seqStep, bytesBefore: 3_209, bytes: 401, specials: 2, ids: ['entry-21'] },
    ])
    expect([names(), open()]).toEqual([['seg-0-1.log', 'seg-0-2.log'], []])
    expect(done).toEqual([expect.stringMatching(/^sync tmp-/), 'rename seg-0-1.log'])
  })

  it('has nothing of what stands behind its end, which was refused', async () => {
    const { contents, rewrite } = placeWith([entries(0, 1), entries(7, 1, { isRefused: true })], [entries(1, 1)])
    await rewrite()
    expect(contents().map(({ ids }) => ids)).toEqual([[], ['entry-0']])
  })

  it.each(['header', 'body'] as const)('stays as it is when the %s of a frame is damaged', async (broken) => {
    const { settle, rewrite, sizeOf, names, open } = placeWith(
      [entries(0, 4), entries(4, 1, { broken }), entries(5, 1)],
      [entries(6, 1)],
    )
    settle(1, 4)
    const before = sizeOf('seg-0-1.log')
    await rewrite()
    expect(sizeOf('seg-0-1.log')).toBe(before)
    expect([names(), open()]).toEqual([['seg-0-1.log', 'seg-0-2.log'], []])
  })

  it.each(['write', 'sync', 'rename'] as const)(
    'stays as it is when a %s fails, of which one is told',
    async (call) => {
      const { settle, rewrite, sizeOf, names, open, failNext } = placeWith([entries(0, 4)], [entries(4, 1)])
      settle(1, 4)
      const before = sizeOf('seg-0-1.log')
      failNext(call)
      await expect(rewrite()).rejects.toThrow('EIO')
      expect(sizeOf('seg-0-1.log')).toBe(before)
      expect([names(), open()]).toEqual([['seg-0-1.log', 'seg-0-2.log'], []])
    },
  )

  it('stays as it is when what is left out is not on the disk as settled', async () => {
    const { settle, rewrite, sizeOf, names } = placeWith([entries(0, 4)], [entries(4, 1)])
    settle(1, 4)
    const before = sizeOf('seg-0-1.log')
    await rewrite(async () => false)
    expect([sizeOf('seg-0-1.log'), names()]).toEqual([before, ['seg-0-1.log', 'seg-0-2.log']])
  })
})
