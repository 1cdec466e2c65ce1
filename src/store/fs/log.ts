import type { Directory } from './directory.ts'
import type { FrameHeader } from './frame.ts'
import { frameKinds, isSpecial, lastSeqOf, seqStep } from './frame.ts'
import type { Found } from './frameReader.ts'
import { readAheadBytes, readSegment } from './frameReader.ts'
import { unlessMissing } from './files.ts'
import type { Ledger, LogEnd } from './ledger.ts'
import { segmentName } from './names.ts'
import type { ProcessIdentity } from './processes.ts'

/** What the first frame of a segment says besides its sums. */
export interface Opening {
  readonly owner: ProcessIdentity
  /** Where the writer's segment before this one ends: what stands behind it was never acknowledged. */
  readonly previous?: { readonly number: number; readonly at: number }
}

/** The segments of one writer. */
export interface WriterLog {
  readonly writer: number
  /** Numbers, ascending. */
  readonly numbers: readonly number[]
  /** How far they have been read. */
  readonly end: LogEnd
}

/** The segments of all writers. */
export interface Log {
  readonly writers: ReadonlyMap<number, WriterLog>
  /** Looks at what the other writers have added; answers the least number among what is new. */
  refresh(ledger: Ledger): number
  /** The greatest number of all. */
  lastSeq(): number
  /** This store object writes here now, and says itself how far. */
  own(writer: number, number: number, end: LogEnd): void
  /** Nothing more comes from the own writer. */
  disown(): void
  opening(writer: number, number: number): { readonly header: FrameHeader; readonly opening: Opening } | undefined
  /** Who writes, or wrote, to a segment; undefined when it is gone, or cannot be read. */
  ownerOf(writer: number, number: number): ProcessIdentity | undefined
  /** Where the frames of a segment end. */
  endOf(writer: number, number: number): number
  pathOf(writer: number, number: number): string
}

type FoundFrame = Found & { readonly kind: 'frame' }

type Writable<T> = { -readonly [Key in keyof T]: T[Key] }

/** A file that was changed so long ago is not being written to at this moment; one that seems unchanged is read all the same after so long, ms. */
const restMs = 1_000

export const emptyEnd: LogEnd = { number: 0, at: 0, ordinal: 0, bytes: 0, specials: 0, seq: 0 }

export function createLog(directory: Directory): Log {
  const writers = new Map<number, Writable<WriterLog>>()
  const openings = new Map<number, NonNullable<ReturnType<Log['opening']>>>()
  let own: number | undefined
  /** Behind which there was nothing to read, until it is changed: its length does not tell. */
  const passed = new Map<number, { number: number; at: number; changedAt: number; until: number }>()

  const pathOf = (writer: number, number: number) => directory.at(segmentName(writer, number))

  /** Reads on in a segment from `log.end`; answers the least number among what is new, undefined when nothing was found. */
  function readOn(log: Writable<WriterLog>): number | undefined {
    const { writer } = log
    const { number } = log.end
    const lookedAt = Date.now()
    const { size = 0, changedAt = 0 } = directory.files.stat(pathOf(writer, number)) ?? {}
    if (size === log.end.at) return undefined
    if (isPassed(log, changedAt)) return undefined
    if (size < log.end.at) log.end = { ...log.end, at: 0 }
    let least: number | undefined
    function take(found: FoundFrame): void {
      if (found.header.count > 0) least = Math.min(least ?? Infinity, found.header.seq)
      else least ??= Infinity
      absorb(log, number, found)
    }
    unlessMissing(() => {
      const reader = readSegment(directory, writer, number, { from: log.end.at })
      try {
        let last: FoundFrame | undefined
        for (let found = reader.next(); found !== undefined; found = reader.next()) {
          if (found.kind === 'damage') continue
          if (last !== undefined) take(last)
          last = found
        }
        // With room behind it, its length does not tell whether it has been written to its end.
        if (last !== undefined && (last.end === size || isWhole(writer, number, last))) take(last)
      } finally {
        reader.close()
      }
    })
    if (Math.abs(lookedAt - changedAt) > restMs)
      passed.set(writer, { number, at: log.end.at, changedAt, until: performance.now() + restMs })
    return least
  }

  function isPassed({ writer, end }: WriterLog, changedAt: number): boolean {
    const known = passed.get(writer)
    const isSame = known?.number === end.number && known.at === end.at && known.changedAt === changedAt
    // There are file systems that are slow to say that a file was changed.
    return isSame && performance.now() < known.until
  }

  function isWhole(writer: number, number: number, { at, end }: FoundFrame): boolean {
    const reader = readSegment(directory, writer, number, { from: at, until: () => end })
    try {
      const found = reader.next()
      return found?.kind === 'frame' && found.body() !== undefined
    } finally {
      reader.close()
    }
  }

  function absorb(log: Writable<WriterLog>, number: number, { header, end }: FoundFrame): void {
    if (number === log.end.number && header.ordinal < log.end.ordinal) {
      // A copy of frames that stand before it: numbers are never given twice.
      log.end = { ...log.end, at: end }
      return
    }
    log.end = {
      number,
      at: end,
      ordinal: header.ordinal + header.count,
      bytes: header.bytesBefore + header.bytes,
      specials: header.specials + (isSpecial(header.kind) ? 1 : 0),
      seq: lastSeqOf(header),
      ...(header.kind === frameKinds.ending && { endedIn: number }),
    }
  }

  /** Finds the end of a writer not looked at before, from the last segment that can be read. */
  function findEnd(log: Writable<WriterLog>, known: LogEnd | undefined): number | undefined {
    log.end = known ?? emptyEnd
    for (const number of log.numbers.toReversed()) {
      if (number < log.end.number) break
      if (number !== known?.number) log.end = { ...log.end, number, at: lateHeaderIn(log.writer, number) }
      const least = readOn(log)
      if (least !== undefined) return least
      log.end = known ?? emptyEnd
    }
    return undefined
  }

  /** Where to begin reading a segment of which only the end matters: the sums in any header are over all before it. */
  function lateHeaderIn(writer: number, number: number): number {
    return (
      unlessMissing(() => {
        const size = directory.files.stat(pathOf(writer, number))?.size ?? 0
        for (let back = readAheadBytes; back < size; back *= 4) {
          const reader = readSegment(directory, writer, number, { from: size - back })
          try {
            if (!reader.resync()) continue
            const at = reader.at()
            const found = reader.next()
            if (found?.kind === 'frame' && found.body() !== undefined) return at
          } finally {
            reader.close()
          }
        }
        return 0
      }) ?? 0
    )
  }

  function follow(log: Writable<WriterLog>): number {
    let least = Infinity
    for (;;) {
      least = Math.min(least, readOn(log) ?? Infinity)
      const next = log.numbers.find((number) => number > log.end.number)
      if (next === undefined) return least
      log.end = { ...log.end, number: next, at: 0 }
    }
  }

  function readOpening(writer: number, number: number): ReturnType<Log['opening']> {
    return unlessMissing(() => {
      const reader = readSegment(directory, writer, number)
      try {
        const found = reader.next()
        const isOpening = found?.kind === 'frame' && found.header.kind === frameKinds.opening
        const opening = isOpening ? parseOpening(found.body()) : undefined
        return isOpening && opening ? { header: found.header, opening } : undefined
      } finally {
        reader.close()
      }
    })
  }

  const log: Log = {
    writers,
    pathOf,

    refresh(ledger) {
      let least = Infinity
      const { segments } = directory.list()
      for (const [writer, { end }] of ledger.writers) {
        if (!writers.has(writer) && !segments.has(writer)) {
          writers.set(writer, { writer, numbers: [], end: end ?? emptyEnd })
        }
      }
      for (const present of writers.values()) {
        if (!segments.has(present.writer)) present.numbers = []
        const known = ledger.writers.get(present.writer)?.end
        if (known === undefined || known.number <= present.end.number || present.writer === own) continue
        // What is passed over here came after what was known.
        if (known.ordinal > present.end.ordinal) least = Math.min(least, present.end.seq + 1)
        present.end = known
      }
      for (const [writer, numbers] of segments) {
        const present = writers.get(writer)
        if (present === undefined) {
          const found = { writer, numbers, end: emptyEnd }
          writers.set(writer, found)
          least = Math.min(least, findEnd(found, ledger.writers.get(writer)?.end) ?? Infinity)
          continue
        }
        present.numbers = numbers
        if (writer !== own) least = Math.min(least, follow(present))
      }
      for (const present of writers.values()) {
        if (present.writer !== own) present.end = atLeast(present.end, ledger.leastEnd(present.writer))
      }
      return least
    },

    lastSeq() {
      let last = 0
      for (const { end } of writers.values()) last = Math.max(last, end.seq)
      return last
    },

    own(writer, number, end) {
      own = writer
      const numbers = writers.get(writer)?.numbers ?? []
      writers.set(writer, {
        writer,
        numbers: numbers.includes(number) ? numbers : [...numbers, number],
        end,
      })
    },

    disown() {
      own = undefined
    },

    opening(writer, number) {
      const key = number * seqStep + writer
      let found = openings.get(key)
      if (found === undefined) {
        found = readOpening(writer, number)
        if (found !== undefined) openings.set(key, found)
      }
      return found
    },

    // Not from memory: a name that was given back may be somebody else's by now.
    ownerOf: (writer, number) => readOpening(writer, number)?.opening.owner,

    endOf(writer, number) {
      const present = writers.get(writer)
      if (present?.end.number === number) return present.end.at
      const next = present?.numbers.find((other) => other > number)
      const previous = next === undefined ? undefined : log.opening(writer, next)?.opening.previous
      return previous?.number === number ? previous.at : Infinity
    },
  }
  return log
}

/** Where a log ends of which more is recorded than can be read: what comes next must not be taken for what is settled already. */
function atLeast(end: LogEnd, { ordinal, specials, bytes }: ReturnType<Ledger['leastEnd']>): LogEnd {
  if (end.ordinal >= ordinal && end.specials >= specials) return end
  return {
    ...end,
    ordinal: Math.max(end.ordinal, ordinal),
    specials: Math.max(end.specials, specials),
    bytes: Math.max(end.bytes, bytes),
  }
}

function parseOpening(body: Buffer | undefined): Opening | undefined {
  return body && (JSON.parse(body.toString()) as Opening)
}
