import type { OwnSegment } from './claim.ts'
import { claimWriter, createSegment } from './claim.ts'
import type { Directory, Listing } from './directory.ts'
import { recentMs } from './directory.ts'
import type { FrameKind } from './frame.ts'
import { frameKinds, frameOf, headerLength, isSpecial, seqStep, writeHeader } from './frame.ts'
import type { FrameBuffer, Written } from './frameBuffer.ts'
import type { LogEnd } from './ledger.ts'
import type { Log } from './log.ts'
import { segmentName } from './names.ts'
import type { Processes } from './processes.ts'
import { createRoomAhead } from './roomAhead.ts'

/** A frame that waits for its place: its body is in the buffer, its header is not. */
export interface Unplaced extends Written {
  readonly kind: FrameKind
  readonly count: number
  readonly bytes: number
  /** When its first entry was enqueued, epoch ms. */
  readonly enqueuedAt: number
  /** Hears where the log ends behind it. */
  readonly onPlaced?: (end: LogEnd) => void
}

/** Where this store object writes: the end of its own log, in a segment that only it writes to. */
export interface Tail {
  /** The number of this store object as a writer, once it has one. */
  writer(): number | undefined
  isOpen(): boolean
  /**
   * Writes the frames, all that are in the buffer; answers which of them. If that fails, each by itself: one that is too large for
   * the disk does not take the others with it.
   */
  write<F extends Unplaced>(
    frames: readonly F[],
    buffer: FrameBuffer,
    onRefused: (frame: F, error: unknown) => void,
  ): readonly F[]
  /** Resolves when what was written is on the disk; what was is not kept when it rejects. */
  sync(): Promise<void>
  /** Says that nothing more comes. */
  close(): void
}

/** So many numbers go into a millisecond. */
const seqsPerMs = 2_048
/** Later than any clock should be (2096); beyond 2^53 numbers would no longer be told apart. */
const latestAt = 4e12

type Cursor = { -readonly [Key in keyof LogEnd]: LogEnd[Key] }

export function createTail(deps: {
  readonly directory: Directory
  readonly log: Log
  readonly processes: Processes
  readonly segmentBytes: number
  /** Brings the log up to date. */
  readonly refresh: () => void
}): Tail {
  const { directory, log, processes } = deps
  const { files } = directory
  const room = createRoomAhead(files)
  let own: OwnSegment | undefined
  /** Where the own log ends; what stands behind it was never acknowledged. */
  let end: LogEnd | undefined
  /** Where it will end once what was written is on the disk. */
  let written: LogEnd | undefined
  let writer: number | undefined
  let isNameDirty = false
  /** What was in the directory when the own segment was last seen to be that. */
  let seen: Listing | undefined

  function isStillOwn({ writer: as, inode, end: { number } }: OwnSegment, maxAgeMs = 0): boolean {
    // The next segment, or another file under the name of this one, would be a change.
    const listing = directory.list(maxAgeMs)
    const isOwn =
      listing === seen ||
      (files.stat(directory.at(segmentName(as, number)))?.inode === inode &&
        files.stat(directory.at(segmentName(as, number + 1))) === undefined)
    if (isOwn) seen = listing
    return isOwn
  }

  function isUsable(segment: OwnSegment, at: LogEnd): boolean {
    // The look while it is synced tells all the same.
    return at.at < deps.segmentBytes && isStillOwn(segment, recentMs)
  }

  /** The segment to write to, and where: the next one when there is none, or it is full. */
  function place(): { readonly own: OwnSegment; readonly end: LogEnd } {
    if (own !== undefined && end !== undefined && isUsable(own, end)) return { own, end }
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
    seen = undefined
    publish(next.end)
    return { own: next, end: next.end }
  }

  function publish(to: LogEnd): void {
    end = to
    if (own !== undefined) log.own(own.writer, to.number, to)
  }

  /** Leaves a file that cannot be trusted alone: the next segment says where this one ends. */
  function abandon(): void {
    if (own !== undefined && end !== undefined) room.isCutBack(own.file, end.at)
    // Others may have read what was written, and settled it: its numbers are never given again.
    if (end !== undefined && written !== undefined && written.ordinal >= end.ordinal) {
      const { ordinal, specials, bytes, seq } = written
      end = { ...end, ordinal, specials, bytes, seq }
    }
    letGo()
  }

  function letGo(): void {
    if (own === undefined) return
    room.leave(own.file, end?.at)
    files.close(own.file)
    own = undefined
  }

  return {
    writer: () => writer,
    isOpen: () => own !== undefined,

    write(frames, buffer, onRefused) {
      const { own: segment, end: from } = place()
      const cursor: Cursor = { ...from, seq: Math.max(from.seq, log.lastSeq()) }
      const whole = buffer.part(0, buffer.length())
      try {
        for (const frame of frames) advance(cursor, frame, whole, segment.writer)
        written = cursor
        room.widen(segment.file, cursor.at)
        files.write(segment.file, whole, from.at)
        room.keep(segment.file, cursor.at, whole.length)
        return frames
      } catch (error) {
        if (!room.isCutBack(segment.file, from.at)) {
          abandon()
          throw error
        }
        if (frames.length === 1) throw error
      }
      const kept = []
      let after: Cursor = { ...from, seq: Math.max(from.seq, log.lastSeq()) }
      for (const frame of frames) {
        const before = { ...after }
        try {
          advance(after, frame, whole, segment.writer)
          written = { ...after }
          files.write(segment.file, partOf(whole, frame), before.at)
          kept.push(frame)
        } catch (error) {
          after = before
          onRefused(frame, error)
          if (!room.isCutBack(segment.file, before.at)) {
            abandon()
            throw error
          }
        }
      }
      written = after
      return kept
    },

    async sync() {
      if (own === undefined || written === undefined) return
      const segment = own
      const after = written
      try {
        const syncs = [files.sync(segment.file)]
        if (isNameDirty) syncs.push(files.syncDirectory(directory.path))
        // Whoever takes this writer's place after the look has read what is being synced.
        if (!(await askedDuring(Promise.all(syncs), () => isStillOwn(segment)))) {
          writer = undefined
          end = undefined
          throw new Error('somebody else has become this writer')
        }
      } catch (error) {
        abandon()
        throw error
      }
      isNameDirty = false
      publish(after)
    },

    close() {
      if (own !== undefined && end !== undefined && isStillOwn(own)) {
        const { frame, ...body } = frameOf('')
        const after = { ...end }
        advance(
          after,
          { ...body, from: 0, kind: frameKinds.ending, count: 0, bytes: 0, enqueuedAt: 0 },
          frame,
          own.writer,
        )
        try {
          files.write(own.file, frame, end.at)
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

/** What is answered while the work is under way; in any case it comes to its end first. */
async function askedDuring<T>(work: Promise<unknown>, ask: () => T): Promise<T> {
  try {
    return ask()
  } finally {
    await work
  }
}

const partOf = (data: Buffer, { from, bodyLength }: Unplaced) => data.subarray(from, from + headerLength + bodyLength)

/** Writes the header of a frame that comes at the cursor, and moves the cursor behind it. */
function advance(cursor: Cursor, frame: Unplaced, data: Buffer, writer: number): void {
  const { kind, from, bodyLength, bodyCrc, count, bytes, enqueuedAt } = frame
  const { number: file, ordinal, bytes: bytesBefore, specials } = cursor
  if (count > 0) cursor.seq = nextSeq(writer, cursor.seq, enqueuedAt)
  const { seq } = cursor
  writeHeader(
    data,
    { kind, writer, file, count, ordinal, seq, bytesBefore, bytes, specials, bodyLength, bodyCrc },
    from,
  )
  cursor.at += headerLength + bodyLength
  cursor.ordinal += count
  cursor.bytes += bytes
  if (isSpecial(kind)) cursor.specials += 1
  if (count > 0) cursor.seq += (count - 1) * seqStep
  frame.onPlaced?.({ ...cursor })
}

/** The least number of this writer that is greater than `last` and not before its time. */
function nextSeq(writer: number, last: number, enqueuedAt: number): number {
  const timed = enqueuedAt > 0 ? Math.floor(Math.min(enqueuedAt, latestAt) * seqsPerMs) : 0
  const least = Math.max(last + 1, timed)
  return least + ((((writer - least) % seqStep) + seqStep) % seqStep)
}
