import type { StoredEntry } from '../../entry.ts'
import type { Directory } from './directory.ts'
import { decodeEntry, endOfEntry } from './entryCode.ts'
import { unlessMissing } from './files.ts'
import type { FrameHeader } from './frame.ts'
import { frameKinds, lastSeqOf, seqStep } from './frame.ts'
import type { Found, FrameReader } from './frameReader.ts'
import { readSegment } from './frameReader.ts'
import type { FramePlace, Ledger } from './ledger.ts'
import type { Log } from './log.ts'

/** A pending entry and where it stands. */
export interface PendingEntry {
  readonly writer: number
  readonly ordinal: number
  readonly seq: number
  readonly frame: FramePlace
  readonly entry: StoredEntry
}

/** Entries that should stand in a segment, but cannot be read. */
export interface Missing {
  readonly writer: number
  readonly ordinal: number
  readonly count: number
  /** How many of them were not settled, and about how many bytes those held. */
  readonly lost: number
  readonly bytes: number
  /** Where the damaged bytes are, if they are still there. */
  readonly damage?: { readonly number: number; readonly at: number; readonly end: number }
}

/** The pending entries of one writer in their order. */
export interface EntryStream {
  /** The next one; undefined when there is none at present. */
  peek(): PendingEntry | undefined
  shift(): void
  close(): void
}

export interface StreamSource {
  readonly directory: Directory
  readonly log: Log
  ledger(): Ledger
  /** Hears of what cannot be read, each time it is passed. */
  onMissing(missing: Missing): void
}

/** @param after - only what has a greater number. */
export function createEntryStream(source: StreamSource, writer: number, after: number): EntryStream {
  const { directory, log, ledger, onMissing } = source
  let reader: FrameReader | undefined
  let number = -1
  let isBegun = false
  /** The frame that is being read, and what comes next in it. */
  let open:
    | { readonly place: FramePlace; readonly header: FrameHeader; readonly body: Buffer; index: number; at: number }
    | undefined
  let next: PendingEntry | undefined
  let damaged: Missing['damage']
  /** The ordinal that comes next, and the payload bytes before it; unknown until the first frame. */
  let expected: { ordinal: number; bytes: number } | undefined
  /** The ordinal behind the last frame. */
  let passed = 0

  function close(): void {
    reader?.close()
    reader = undefined
  }

  function begin(): void {
    isBegun = true
    const numbers = log.writers.get(writer)?.numbers ?? []
    const { settled, settledBytes, head } = ledger().writer(writer)
    const front = settled.firstMissing()
    // Bytes are summed up over all that is settled: what comes before the front is known if nothing behind it is.
    expected = { ordinal: front, bytes: settled.size() === front ? settledBytes : NaN }
    const first = head && numbers.includes(head.number) ? head.number : numbers[0]
    if (first === undefined) return
    let start = first
    for (const other of numbers) {
      if (other > start && (log.opening(writer, other)?.header.seq ?? Infinity) <= after) start = other
    }
    const isAtHead = start === head?.number && isStillThere(head)
    // What comes before the place where reading begins is nobody's concern.
    if (start !== first || isAtHead) expected = undefined
    openSegment(start, isAtHead ? head.at : 0)
  }

  /** Whether a frame stands where it did: a segment that was rewritten since has something else there, or nothing. */
  function isStillThere({ number: segment, at, ordinal }: FramePlace): boolean {
    openSegment(segment, at)
    const found = reader?.next()
    return found?.kind === 'frame' && found.header.ordinal === ordinal
  }

  function openSegment(segment: number, from = 0): void {
    close()
    reader = unlessMissing(() =>
      readSegment(directory, writer, segment, { from, until: () => log.endOf(writer, segment) }),
    )
    number = segment
  }

  function nextFrame(): Found | undefined {
    for (;;) {
      const found = reader?.next()
      if (found !== undefined) return found
      const following = log.writers.get(writer)?.numbers.find((other) => other > number)
      if (following === undefined) return undefined
      openSegment(following)
    }
  }

  function missing(from: number, to: number, bytes: number, damage?: Missing['damage']): void {
    const count = to - from
    const lost = count - ledger().writer(writer).settled.countIn(from, to)
    if (lost <= 0) return
    // What each of them held is not known.
    const lostBytes = Number.isNaN(bytes) ? 0 : Math.round((bytes * lost) / count)
    onMissing({ writer, ordinal: from, count, lost, bytes: lostBytes, ...(damage && { damage }) })
  }

  /** Goes to the next frame that may hold a pending entry; false at the end. */
  function enterFrame(): boolean {
    const found = nextFrame()
    if (found === undefined) {
      const end = log.writers.get(writer)?.end
      if (end && expected && expected.ordinal < end.ordinal) {
        missing(expected.ordinal, end.ordinal, end.bytes - expected.bytes)
        expected = { ordinal: end.ordinal, bytes: end.bytes }
      }
      return false
    }
    if (found.kind === 'damage') {
      damaged = { number, at: found.at, end: found.end }
      return true
    }
    const { header, at, end } = found
    // Only a copy of frames that were passed already can stand behind them.
    if (header.ordinal < passed) return true
    passed = header.ordinal + header.count
    if (expected && expected.ordinal < header.ordinal) {
      missing(expected.ordinal, header.ordinal, header.bytesBefore - expected.bytes, damaged)
    }
    damaged = undefined
    expected = { ordinal: header.ordinal + header.count, bytes: header.bytesBefore + header.bytes }
    const holdsEntries = header.kind === frameKinds.entries || header.kind === frameKinds.requeue
    if (!holdsEntries || lastSeqOf(header) <= after) return true
    if (ledger().writer(writer).settled.firstMissing() >= expected.ordinal) return true
    const body = found.body()
    if (body === undefined) {
      missing(header.ordinal, expected.ordinal, header.bytes, { number, at, end })
      return true
    }
    open = { place: { number, at, ordinal: header.ordinal }, header, body, index: 0, at: 0 }
    return true
  }

  function advance(): PendingEntry | undefined {
    if (!isBegun) begin()
    for (;;) {
      if (open === undefined || open.index >= open.header.count) {
        open = undefined
        if (!enterFrame()) return undefined
        continue
      }
      const { place, header, body, index, at: from } = open
      const ordinal = header.ordinal + index
      const seq = header.seq + index * seqStep
      open.index += 1
      open.at = endOfEntry(body, from)
      if (seq <= after || ledger().isSettled(writer, ordinal)) continue
      return { writer, ordinal, seq, frame: place, entry: decodeEntry(body, from, seq) }
    }
  }

  return {
    peek: () => (next ??= advance()),
    shift() {
      next = undefined
    },
    close,
  }
}
