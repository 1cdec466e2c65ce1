import { readdir } from 'node:fs/promises'
import { appendFileSync, closeSync, openSync, utimesSync, writeSync } from 'node:fs'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Draft } from '../../src/entry.ts'
import { readAheadBytes } from '../../src/store/fs/frameReader.ts'
import { nodeFiles } from '../../src/store/fs/files.ts'
import type { Ledger } from '../../src/store/fs/ledger.ts'
import { createLedger } from '../../src/store/fs/ledger.ts'
import { createLog, emptyEnd } from '../../src/store/fs/log.ts'
import { draft, drafts } from '../contract/harness.ts'
import type { HandWritten } from './support/handWritten.ts'
import { createScribe, flipped, inScriptorium } from './support/handWritten.ts'
import { inDirectory, withStore } from './support/places.ts'

/** Where the log of writer 0 ends behind a frame that was its last, and holds so many entries. */
function endBehind(last: HandWritten | undefined, count: number) {
  if (last === undefined) throw new Error('the test needs a frame')
  const ordinal = last.ordinal + count
  return { number: last.number, at: last.end, ordinal, bytes: ordinal * draft(1).bytes, specials: 0, seq: ordinal * 64 }
}

function large(id: number, length: number): Draft {
  return { ...draft(id), body: JSON.stringify('x'.repeat(length)), bytes: draft(1).bytes }
}

function ledgerOf(count: number, bytes: number): Ledger {
  const ledger = createLedger()
  ledger.apply({ is: 'skipped', writer: 0, ordinal: 0, count, bytes }, { epoch: 1, part: 0, at: 0, length: 0 })
  return ledger
}

/** The files of this machine: how many are open, and how much was read. */
function meteredFiles() {
  const meter = { open: 0, read: 0 }
  const files = {
    ...nodeFiles,
    open(path: string) {
      meter.open += 1
      return nodeFiles.open(path)
    },
    close(file: number) {
      meter.open -= 1
      nodeFiles.close(file)
    },
    read(file: number, into: Uint8Array, at: number) {
      const count = nodeFiles.read(file, into, at)
      meter.read += count
      return count
    },
  }
  return { meter, files }
}

describe('the end of a log', () => {
  it('is known at the first look, and what was there then is new once', () =>
    inScriptorium((directory, scribe) => {
      scribe.segment(drafts(2))
      const [, , last] = scribe.segment([draft(3)], drafts(2, 4))
      const log = createLog(directory)
      const ledger = createLedger()
      expect(log.refresh(ledger)).toBe(3 * 64)
      expect(log.writers.get(0)).toEqual({ writer: 0, numbers: [1, 2], end: endBehind(last, 2) })
      expect(log.refresh(ledger)).toBe(Infinity)
      expect(log.lastSeq()).toBe(5 * 64)
    }))

  it('that the ledger knows makes nothing before it new', () =>
    inScriptorium((directory, scribe) => {
      scribe.segment([draft(1)])
      const [, first, second] = scribe.segment([draft(2)], [draft(3)])
      const known = createLedger()
      known.writer(0).end = endBehind(second, 1)
      const log = createLog(directory)
      expect(log.refresh(known)).toBe(Infinity)
      expect(log.writers.get(0)?.end).toEqual(endBehind(second, 1))
      known.writer(0).end = endBehind(first, 1)
      const late = createLog(directory)
      expect(late.refresh(known)).toBe(3 * 64)
      expect(late.writers.get(0)?.end).toEqual(endBehind(second, 1))
    }))

  it('stays behind the last frame when copies of others follow it', () =>
    inScriptorium((directory, scribe) => {
      const written = scribe.segment(drafts(2), [draft(3)])
      const [, first, last] = written
      scribe.rewrite(
        1,
        [...written, ...(first ? [first] : [])].map(({ bytes }) => bytes),
      )
      const log = createLog(directory)
      log.refresh(createLedger())
      const at = (last?.end ?? 0) + (first?.bytes.length ?? 0)
      expect(log.writers.get(0)?.end).toEqual({ ...endBehind(last, 1), at })
      expect(log.refresh(createLedger())).toBe(Infinity)
    }))

  it('is not before what is recorded of entries that cannot be read', () =>
    inScriptorium((directory, scribe) => {
      const [, last] = scribe.segment(drafts(2))
      const ledger = ledgerOf(10, 1_000)
      ledger.writer(0).heeded = 4
      const log = createLog(directory)
      log.refresh(ledger)
      expect(log.writers.get(0)?.end).toEqual({ ...endBehind(last, 2), ordinal: 10, specials: 4, bytes: 1_000 })
    }))

  it('is not before what was known of it, though fewer of its entries are settled', () =>
    inScriptorium((directory) => {
      const ledger = ledgerOf(10, 100)
      const end = { ...emptyEnd, number: 1, ordinal: 3, specials: 5, bytes: 200, seq: 192 }
      ledger.writer(0).end = end
      const log = createLog(directory)
      log.refresh(ledger)
      expect(log.writers.get(0)).toEqual({ writer: 0, numbers: [], end: { ...end, ordinal: 10 } })
    }))

  it('is in the segment before when the last one was torn by a power cut', () =>
    inScriptorium((directory, scribe) => {
      const [, last] = scribe.segment(drafts(2))
      scribe.segment([draft(3)])
      scribe.rewrite(2, [Buffer.alloc(200)])
      const log = createLog(directory)
      expect(log.refresh(createLedger())).toBe(64)
      expect(log.writers.get(0)?.end).toEqual(endBehind(last, 2))
      const known = createLedger()
      known.writer(0).end = endBehind(last, 2)
      const late = createLog(directory)
      expect(late.refresh(known)).toBe(Infinity)
      expect(late.writers.get(0)).toEqual({ writer: 0, numbers: [1, 2], end: endBehind(last, 2) })
    }))

  it('stays when the last segment is gone', () =>
    inScriptorium((directory, scribe) => {
      const [, last] = scribe.segment(drafts(2))
      const log = createLog(directory)
      log.refresh(createLedger())
      scribe.remove(1)
      log.refresh(createLedger())
      expect(log.writers.get(0)).toEqual({ writer: 0, numbers: [], end: endBehind(last, 2) })
    }))
})

describe('a long segment of which nothing is known', () => {
  it('is read from near its end', () => {
    const { meter, files } = meteredFiles()
    return inScriptorium((directory, scribe) => {
      const frames = scribe.segment(...Array.from({ length: 40 }, (_, index) => [large(index + 1, 50_000)]))
      const log = createLog(directory)
      log.refresh(createLedger())
      expect(log.writers.get(0)?.end).toEqual(endBehind(frames.at(-1), 1))
      expect(meter.open).toBe(0)
      expect(meter.read).toBeLessThanOrEqual(2 * readAheadBytes)
    }, files)
  })

  it.each([300_000, 1_500_000])('is read from further ahead when its last frame takes %i bytes', (length) =>
    inScriptorium((directory, scribe) => {
      const groups = Array.from({ length: 20 }, (_, index) => [large(index + 1, 60_000)])
      const frames = scribe.segment(...groups, [large(21, length)])
      const log = createLog(directory)
      log.refresh(createLedger())
      expect(log.writers.get(0)?.end).toEqual(endBehind(frames.at(-1), 1))
    }),
  )
})

describe('a segment with room ahead', () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  const room = Buffer.alloc(200_000)

  it.each([
    { name: 'the last whole record', broken: 70 },
    { name: 'the last record that is written to its end', broken: undefined },
  ])('ends behind $name', ({ broken }) =>
    inScriptorium((directory, scribe) => {
      const written = scribe.segment([large(1, 90_000)], [draft(2)], [draft(3)])
      const bytes = written.map((frame) => frame.bytes)
      const last = bytes.pop() ?? Buffer.alloc(0)
      scribe.rewrite(1, [...bytes, broken === undefined ? last : flipped(last, broken), room])
      const log = createLog(directory)
      expect(log.refresh(createLedger())).toBeLessThan(Infinity)
      expect(log.writers.get(0)?.end).toEqual(
        broken === undefined ? endBehind(written[3], 1) : endBehind(written[2], 1),
      )
    }),
  )

  it('ends behind the last whole record also where only a torn one is near its end', () =>
    inScriptorium((directory, scribe) => {
      const written = scribe.segment([draft(1)], [large(2, 300_000)], [large(3, 50_000)])
      const bytes = written.map((frame) => frame.bytes)
      const torn = (bytes.pop() ?? Buffer.alloc(0)).subarray(0, 10_000)
      scribe.rewrite(1, [...bytes, torn, room])
      const log = createLog(directory)
      log.refresh(createLedger())
      expect(log.writers.get(0)?.end).toEqual(endBehind(written[2], 1))
    }))

  /** Writes a record into room that somebody has looked at before, as if both had been at the times given. */
  const afterALook = (looked: number, changed: number, laterMs = 0) => {
    const { meter, files } = meteredFiles()
    let isRead: boolean | undefined
    let end: unknown
    let last: HandWritten | undefined
    vi.useFakeTimers({ toFake: ['performance'] })
    return inScriptorium((directory, scribe) => {
      const written = scribe.segment([draft(1)], [draft(2)])
      const bytes = written.map((frame) => frame.bytes)
      last = written[2]
      const next = bytes.pop() ?? Buffer.alloc(0)
      scribe.rewrite(1, [...bytes, room])
      const log = createLog(directory)
      const path = log.pathOf(0, 1)
      utimesSync(path, looked, looked)
      log.refresh(createLedger())
      log.refresh(createLedger())
      const before = meter.read
      log.refresh(createLedger())
      isRead = meter.read > before
      const file = openSync(path, 'r+')
      writeSync(file, next, 0, next.length, last?.at)
      closeSync(file)
      utimesSync(path, changed, changed)
      vi.advanceTimersByTime(laterMs)
      log.refresh(createLedger())
      end = log.writers.get(0)?.end
    }, files).then(() => ({ isRead, isSeen: JSON.stringify(end) === JSON.stringify(endBehind(last, 1)) }))
  }

  it('is not read again as long as it has not changed', async () => {
    const now = Date.now() / 1_000
    await expect(afterALook(now - 10, now)).resolves.toEqual({ isRead: false, isSeen: true })
    await expect(afterALook(now - 10, now - 5)).resolves.toEqual({ isRead: false, isSeen: true })
  })

  it('is read again after a second, also where the system does not say that it has changed', async () => {
    const then = Date.now() / 1_000 - 10
    await expect(afterALook(then, then, 1_000)).resolves.toEqual({ isRead: false, isSeen: true })
    await expect(afterALook(then, then)).resolves.toEqual({ isRead: false, isSeen: false })
  })

  it('is read again after a change so short ago that another would not show', async () => {
    const now = Math.floor(Date.now() / 1_000) + 0.5
    await expect(afterALook(now, now)).resolves.toEqual({ isRead: true, isSeen: true })
  })
})

describe('the end of a segment', () => {
  it('is what the next one says, and of the last one what was read', () =>
    inScriptorium((directory, scribe) => {
      const ends = [1, 2, 3].map((id) => scribe.segment([draft(id)]).at(-1)?.end)
      const log = createLog(directory)
      log.refresh(createLedger())
      // What a failed write has left.
      for (const number of [1, 2, 3]) appendFileSync(log.pathOf(0, number), Buffer.alloc(9))
      log.refresh(createLedger())
      expect([1, 2, 3].map((number) => log.endOf(0, number))).toEqual(ends)
    }))

  it('is not known when nobody says it', () =>
    inScriptorium((directory, scribe) => {
      for (const id of [1, 2, 3]) scribe.segment([draft(id)])
      scribe.remove(2)
      const log = createLog(directory)
      log.refresh(createLedger())
      expect(log.endOf(0, 1)).toBe(Infinity)
      expect(log.endOf(0, 9)).toBe(Infinity)
      expect(log.endOf(5, 1)).toBe(Infinity)
    }))
})

it('segments of several writers are told apart, however many there are', () =>
  inScriptorium((directory, scribe) => {
    for (let number = 1; number <= 65; number += 1) scribe.segment()
    createScribe(directory, 1).segment()
    const log = createLog(directory)
    const headerOf = (writer: number, number: number) => log.opening(writer, number)?.header
    expect(headerOf(0, 65)).toMatchObject({ writer: 0, file: 65 })
    expect(headerOf(1, 1)).toMatchObject({ writer: 1, file: 1 })
    expect(headerOf(0, 64)).toMatchObject({ writer: 0, file: 64 })
  }))

it('the segments that this store object has made are known before they are listed', () =>
  inScriptorium((directory) => {
    const log = createLog(directory)
    log.own(3, 1, { ...emptyEnd, number: 1, at: 80 })
    expect(log.writers.get(3)?.numbers).toEqual([1])
    log.own(3, 2, { ...emptyEnd, number: 2, at: 80 })
    log.own(3, 2, { ...emptyEnd, number: 2, at: 160 })
    expect(log.writers.get(3)).toEqual({ writer: 3, numbers: [1, 2], end: { ...emptyEnd, number: 2, at: 160 } })
  }))

it('a store object goes on as the writer that another of the same process has ended', () =>
  inDirectory(async (directory) => {
    await withStore(directory, {}, (store) => store.append([draft(1)]))
    await withStore(directory, {}, (store) => store.append([draft(2)]))
    expect((await readdir(directory)).toSorted()).toEqual(['seg-0-1.log', 'seg-0-2.log'])
  }))
