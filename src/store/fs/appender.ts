import type { Directory } from './directory.ts'
import { macrotask } from '../../clock.ts'
import type { OwnSegment } from './claim.ts'
import { claimWriter, createSegment } from './claim.ts'
import { isCutBack } from './files.ts'
import type { FrameKind } from './frame.ts'
import { frameKinds, frameOf, isSpecial, seqStep, writeHeader } from './frame.ts'
import type { LogEnd } from './ledger.ts'
import type { Log } from './log.ts'
import { segmentName } from './names.ts'
import type { Processes } from './processes.ts'
import type { Reserve } from './reserve.ts'
import { storeError } from './storeError.ts'

/** A frame that waits for its place. */
export interface Unplaced {
  readonly kind: FrameKind
  /** Room for the header, then the body. */
  readonly frame: Buffer
  readonly bodyLength: number
  readonly bodyCrc: number
  readonly count: number
  readonly bytes: number
  /** When its first entry was enqueued, epoch ms. */
  readonly enqueuedAt: number
}

/** Writes to this store object's own segments; frames that wait at the same time share one write and one sync. */
export interface Appender {
  /** Resolves when the frame is on the disk, with the end of the log then; rejects when nothing of it is kept. */
  append(unplaced: Unplaced): Promise<LogEnd>
  /** The number of this store object as a writer, once it has appended. */
  writer(): number | undefined
  /** Ends what was begun, and says that nothing more comes. */
  close(): Promise<void>
}

interface Waiting {
  readonly unplaced: Unplaced
  resolve(end: LogEnd): void
  reject(error: unknown): void
}

/** So many numbers go into a millisecond. */
const seqsPerMs = 2_048
/** Later than any clock should be (2096); beyond 2^53 numbers would no longer be told apart. */
const latestAt = 4e12

export function createAppender(deps: {
  readonly directory: Directory
  readonly log: Log
  readonly processes: Processes
  readonly segmentBytes: number
  readonly reserve: Reserve
  /** Brings the log up to date. */
  readonly refresh: () => void
}): Appender {
  const { directory, log, processes } = deps
  const { files } = directory
  let waiting: Waiting[] = []
  let flushing: Promise<void> | undefined
  let own: OwnSegment | undefined
  /** Where the own log ends; what stands behind it was never acknowledged. */
  let end: LogEnd | undefined
  let writer: number | undefined
  let isNameDirty = false

  function startFlush(): void {
    flushing ??= flush().finally(() => {
      flushing = undefined
      // Who came after the last look and before this was not seen by either.
      if (waiting.length > 0) startFlush()
    })
  }

  async function flush(): Promise<void> {
    let wasShared = false
    while (waiting.length > 0) {
      // Those who were answered together come back together: let all of them in.
      if (wasShared) await macrotask()
      else await Promise.resolve()
      const group = waiting
      waiting = []
      wasShared = group.length > 1
      await commit(group)
    }
  }

  async function commit(group: readonly Waiting[]): Promise<void> {
    let written: readonly (readonly [Waiting, LogEnd])[]
    try {
      if (deps.reserve.isSpent() && !deps.reserve.refillSometimes()) throw noRoom()
      if (own === undefined) await directory.make()
      if (own === undefined || !isStillOwn(own) || isFull()) open()
      written = write(group)
    } catch (error) {
      return rejectAll(group, error, 'append to')
    }
    const last = written.at(-1)
    if (own === undefined || last === undefined) return
    try {
      await Promise.all([files.sync(own.file), isNameDirty ? files.syncDirectory(directory.path) : undefined])
      if (!isStillOwn(own)) throw new Error('somebody else has become this writer')
    } catch (error) {
      abandon()
      return rejectAll(
        written.map(([each]) => each),
        error,
        'sync what was appended to',
      )
    }
    isNameDirty = false
    publish(last[1])
    for (const [each, after] of written) each.resolve(after)
  }

  /** Writes the group; if that fails, each by itself: one that is too large for the disk does not take the others with it. */
  function write(group: readonly Waiting[]): readonly (readonly [Waiting, LogEnd])[] {
    if (own === undefined || end === undefined) return []
    const written: (readonly [Waiting, LogEnd])[] = []
    let after = end
    try {
      for (const each of group) written.push([each, (after = place(each.unplaced, own.writer, after))])
      files.write(own.file, Buffer.concat(group.map(({ unplaced }) => unplaced.frame)), end.at)
      return written
    } catch (error) {
      if (!isCutBack(files, own.file, end.at)) {
        abandon()
        throw error
      }
      if (group.length === 1) throw error
    }
    const kept: (readonly [Waiting, LogEnd])[] = []
    after = end
    for (const each of group) {
      const from = after
      try {
        after = place(each.unplaced, own.writer, from)
        files.write(own.file, each.unplaced.frame, from.at)
        kept.push([each, after])
      } catch (error) {
        after = from
        rejectAll([each], error, 'append to')
        if (!isCutBack(files, own.file, from.at)) {
          abandon()
          throw error
        }
      }
    }
    return kept
  }

  function place(
    { kind, frame, bodyLength, bodyCrc, count, bytes, enqueuedAt }: Unplaced,
    as: number,
    before: LogEnd,
  ): LogEnd {
    const seq = count > 0 ? nextSeq(as, Math.max(before.seq, log.lastSeq()), enqueuedAt) : before.seq
    const { ordinal, specials, bytes: bytesBefore } = before
    writeHeader(frame, {
      kind,
      writer: as,
      file: before.number,
      count,
      ordinal,
      seq,
      bytesBefore,
      bytes,
      specials,
      bodyLength,
      bodyCrc,
    })
    return {
      number: before.number,
      at: before.at + frame.length,
      ordinal: ordinal + count,
      bytes: bytesBefore + bytes,
      specials: specials + (isSpecial(kind) ? 1 : 0),
      seq: count > 0 ? seq + (count - 1) * seqStep : seq,
    }
  }

  const isFull = () => end !== undefined && end.at >= deps.segmentBytes

  function isStillOwn({ writer: as, inode, end: { number } }: OwnSegment): boolean {
    const present = files.stat(directory.at(segmentName(as, number)))
    return present?.inode === inode && files.stat(directory.at(segmentName(as, number + 1))) === undefined
  }

  /** Begins the next segment. */
  function open(): void {
    let next: OwnSegment | undefined
    if (writer !== undefined && end !== undefined && (own === undefined || isStillOwn(own))) {
      next = createSegment(directory, processes, writer, end)
    }
    letGo()
    log.disown()
    next ??= claimWriter(directory, log, processes, deps.refresh)
    own = next
    writer = next.writer
    isNameDirty = true
    publish(next.end)
  }

  function publish(to: LogEnd): void {
    end = to
    if (own !== undefined) log.own(own.writer, to.number, to, processes.self())
  }

  /** Leaves a file that cannot be trusted alone: the next segment says where this one ends. */
  function abandon(): void {
    if (own !== undefined && end !== undefined) isCutBack(files, own.file, end.at)
    letGo()
  }

  function letGo(): void {
    if (own !== undefined) files.close(own.file)
    own = undefined
  }

  function rejectAll(group: readonly Waiting[], error: unknown, what: string): void {
    const reason = storeError(error, `${what} ${directory.path}`)
    for (const { reject } of group) reject(reason)
  }

  return {
    append(unplaced) {
      return new Promise((resolve, reject) => {
        waiting.push({ unplaced, resolve, reject })
        startFlush()
      })
    },
    writer: () => writer,
    async close() {
      for (let last = flushing; last !== undefined; last = flushing) await last
      if (own !== undefined && end !== undefined && isStillOwn(own)) {
        const ending = { kind: frameKinds.ending, ...frameOf(''), count: 0, bytes: 0, enqueuedAt: 0 }
        const after = place(ending, own.writer, end)
        try {
          files.write(own.file, ending.frame, end.at)
          publish(after)
        } catch {
          // Nobody waits for it: the writer is free anyway once this process is gone.
        }
      }
      letGo()
      log.disown()
      writer = undefined
      end = undefined
    },
  }
}

function noRoom(): Error {
  return Object.assign(new Error('the disk is full, and the room put aside is for settlements'), { code: 'ENOSPC' })
}

/** The least number of this writer that is greater than `last` and not before its time. */
function nextSeq(writer: number, last: number, enqueuedAt: number): number {
  const timed = enqueuedAt > 0 ? Math.floor(Math.min(enqueuedAt, latestAt) * seqsPerMs) : 0
  const least = Math.max(last + 1, timed)
  return least + ((((writer - least) % seqStep) + seqStep) % seqStep)
}
