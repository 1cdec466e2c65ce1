import type { AuditRecord, Control, StoredDeadLetter, Totals, Tries } from '../../entry.ts'
import { seqStep } from './frame.ts'
import type { Spans, SpansJson } from './spans.ts'
import { createSpans } from './spans.ts'

/** One thing that was recorded in a journal. `writer` and `ordinal` name an entry, `bytes` is what it weighed. */
export type LedgerChange =
  | {
      readonly is: 'delivered'
      readonly writer: number
      readonly ordinal: number
      readonly bytes: number
      readonly audit: AuditRecord
    }
  | {
      readonly is: 'skipped' | 'cancelled' | 'quarantined'
      readonly writer: number
      readonly ordinal: number
      /** How many entries from `ordinal` on; default 1. */
      readonly count?: number
      readonly bytes: number
    }
  | { readonly is: 'retry'; readonly writer: number; readonly ordinal: number; readonly tries: Tries }
  | {
      readonly is: 'dead'
      readonly writer: number
      readonly ordinal: number
      readonly bytes: number
      readonly letter: StoredDeadLetter
      readonly audit: AuditRecord
    }
  /** The dead letter stands here now; its old place may go. */
  | { readonly is: 'moved'; readonly letter: StoredDeadLetter }
  | { readonly is: 'discarded' | 'lost'; readonly dead: readonly number[] }
  /** The dead letters stand at the tail again. Never in a journal: it follows from the segments until it is heeded. */
  | { readonly is: 'returned'; readonly dead: readonly number[] }
  /** The special frame `special` of `writer` has been dealt with; if it put dead letters back, these. */
  | {
      readonly is: 'heeded'
      readonly writer: number
      readonly special: number
      readonly dead?: readonly number[]
      readonly answer?: number
    }
  /** What stands behind the last frame of a segment has been looked at. */
  | { readonly is: 'looked'; readonly writer: number; readonly number: number }
  | { readonly is: 'control'; readonly control: Control }

/** Where a dead letter stands. */
export interface DeadPlace {
  readonly id: string
  readonly epoch: number
  readonly part: number
  readonly at: number
  readonly length: number
}

/** How far a writer's segments have been read: the sums are over all before `at`. */
export interface LogEnd {
  readonly number: number
  readonly at: number
  readonly ordinal: number
  readonly bytes: number
  readonly specials: number
  readonly seq: number
  /** The segment behind which, as its writer has said, nothing more comes. */
  readonly endedIn?: number
}

/** Where a frame of a segment begins, and how many entries were before it. */
export interface FramePlace {
  readonly number: number
  readonly at: number
  readonly ordinal: number
}

export interface WriterLedger {
  /** The ordinals of the entries that are settled for good. */
  readonly settled: Spans
  /** Payload bytes of those entries. */
  settledBytes: number
  /** How many special frames have been dealt with. */
  heeded: number
  /** Up to which segment it was looked what stands behind the last frame. */
  looked: number
  /** A frame before which everything is settled: reading begins there. */
  head: FramePlace | undefined
  /** Where the segments ended when the ledger was last written. */
  end: LogEnd | undefined
}

/** Everything that has become of the entries: what journals record, summed up. */
export interface Ledger {
  readonly writers: ReadonlyMap<number, WriterLedger>
  readonly tries: ReadonlyMap<number, Tries>
  readonly dead: ReadonlyMap<number, DeadPlace>
  readonly sums: Readonly<LedgerSums>
  writer(writer: number): WriterLedger
  isSettled(writer: number, ordinal: number): boolean
  triesOf(writer: number, ordinal: number): Tries | undefined
  answer(writer: number, special: number): number | undefined
  /** So much the writer has appended at least, since something is recorded of it. */
  leastEnd(writer: number): Pick<LogEnd, 'ordinal' | 'specials' | 'bytes'>
  apply(change: LedgerChange, place: Omit<DeadPlace, 'id'>): void
  toJSON(): LedgerJson
}

interface LedgerSums extends Omit<Totals, 'enqueued'> {
  /** Audit records so far: the number of the last. */
  audits: number
  deaths: number
  requeued: number
  lastDeliveredAt?: number
  control: Control
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] }

export interface LedgerJson {
  readonly sums: Readonly<LedgerSums>
  readonly writers: readonly WriterLedgerJson[]
  readonly tries: readonly (readonly [number, Tries])[]
  readonly dead: readonly (readonly [number, DeadPlace])[]
  readonly answers: readonly (readonly [string, number])[]
}

type WriterLedgerJson = Omit<WriterLedger, 'settled' | 'head' | 'end'> & {
  readonly writer: number
  readonly settled: SpansJson
  readonly head?: FramePlace
  readonly end?: LogEnd
}

/** How many answers to commands are kept for those who asked. */
const answersKept = 64

export function createLedger(json?: LedgerJson): Ledger {
  const writers = new Map<number, WriterLedger>()
  const tries = new Map(json?.tries)
  const dead = new Map(json?.dead)
  const answers = new Map(json?.answers)
  const sums: Writable<LedgerSums> = { ...(json?.sums ?? emptySums) }
  for (const { writer, settled, head, end, ...numbers } of json?.writers ?? []) {
    writers.set(writer, { ...numbers, settled: createSpans(settled), head, end })
  }

  function writerOf(writer: number): WriterLedger {
    let found = writers.get(writer)
    if (found === undefined) {
      found = newWriter()
      writers.set(writer, found)
    }
    return found
  }

  const keyOf = (writer: number, ordinal: number) => ordinal * seqStep + writer

  function settle(writer: number, ordinal: number, bytes: number, count = 1): number {
    const ledger = writerOf(writer)
    const added = ledger.settled.add(ordinal, ordinal + count)
    if (added > 0) ledger.settledBytes += bytes
    if (tries.size > 0) for (let index = 0; index < count; index += 1) tries.delete(keyOf(writer, ordinal + index))
    return added
  }

  function bury(letter: StoredDeadLetter, place: Omit<DeadPlace, 'id'>): void {
    const { epoch, part, at, length } = place
    dead.set(letter.seq, { id: letter.entry.id, epoch, part, at, length })
  }

  function forget(numbers: readonly number[]): number {
    return numbers.filter((number) => dead.delete(number)).length
  }

  return {
    writers,
    tries,
    dead,
    sums,
    writer: writerOf,
    isSettled: (writer, ordinal) => writers.get(writer)?.settled.has(ordinal) ?? false,
    triesOf: (writer, ordinal) => (tries.size > 0 ? tries.get(keyOf(writer, ordinal)) : undefined),
    answer: (writer, special) => answers.get(`${writer}-${special}`),

    leastEnd(writer) {
      const { settled, settledBytes, heeded } = writers.get(writer) ?? newWriter()
      let ordinal = settled.end()
      for (const key of tries.keys()) {
        if (key % seqStep === writer) ordinal = Math.max(ordinal, Math.floor(key / seqStep) + 1)
      }
      return { ordinal, specials: heeded, bytes: settledBytes }
    },

    apply(change, place) {
      switch (change.is) {
        case 'delivered':
          sums.delivered += settle(change.writer, change.ordinal, change.bytes)
          sums.audits += 1
          sums.lastDeliveredAt = change.audit.at
          return
        case 'skipped':
        case 'cancelled':
        case 'quarantined':
          sums[change.is] += settle(change.writer, change.ordinal, change.bytes, change.count)
          return
        case 'retry':
          tries.set(keyOf(change.writer, change.ordinal), change.tries)
          return
        case 'dead': {
          const isNew = settle(change.writer, change.ordinal, change.bytes) > 0
          sums.audits += 1
          // A copy of the record must not bring a letter back that was dealt with since.
          if (!isNew) return
          sums.deaths = change.letter.seq
          return bury(change.letter, place)
        }
        case 'moved':
          return bury(change.letter, place)
        case 'discarded':
          sums.discarded += forget(change.dead)
          return
        case 'lost':
          sums.quarantined += forget(change.dead)
          return
        case 'returned':
          sums.requeued += forget(change.dead)
          return
        case 'heeded':
          writerOf(change.writer).heeded = change.special + 1
          sums.requeued += forget(change.dead ?? [])
          if (change.answer !== undefined) answers.set(`${change.writer}-${change.special}`, change.answer)
          for (const [key] of answers) {
            if (answers.size <= answersKept) break
            answers.delete(key)
          }
          return
        case 'looked':
          writerOf(change.writer).looked = change.number
          return
        case 'control':
          sums.control = change.control
      }
    },

    toJSON: () => ({
      sums,
      writers: [...writers].map(([writer, { settled, head, end, ...numbers }]) => ({
        ...numbers,
        writer,
        settled: settled.toJSON(),
        ...(head && { head }),
        ...(end && { end }),
      })),
      tries: [...tries],
      dead: [...dead],
      answers: [...answers],
    }),
  }
}

function newWriter(): WriterLedger {
  return { settled: createSpans(), settledBytes: 0, heeded: 0, looked: 0, head: undefined, end: undefined }
}

const emptySums: LedgerSums = {
  audits: 0,
  deaths: 0,
  requeued: 0,
  delivered: 0,
  skipped: 0,
  cancelled: 0,
  discarded: 0,
  quarantined: 0,
  control: { paused: false },
}
