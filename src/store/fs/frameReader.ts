import { crc32 } from 'node:zlib'
import type { Directory } from './directory.ts'
import type { Files } from './files.ts'
import type { FrameHeader } from './frame.ts'
import { headerLength, isOfJournal, magic, readHeader } from './frame.ts'
import type { JournalName } from './names.ts'
import { journalName, segmentName } from './names.ts'

/** A frame, or bytes between two frames that are none. */
export type Found =
  | {
      readonly kind: 'frame'
      readonly header: FrameHeader
      readonly at: number
      readonly end: number
      /** The body, until the next call of the reader; undefined when it is damaged. */
      body(): Buffer | undefined
    }
  | { readonly kind: 'damage'; readonly at: number; readonly end: number }

/** Reads the frames of a file, one after the other. */
export interface FrameReader {
  /** The next frame; undefined when there is none, or not yet all of it. It may be asked again when the file has grown. */
  next(): Found | undefined
  /** Goes to the next intact header, wherever it is; false when there is none. */
  resync(): boolean
  /** Where the next frame is looked for. */
  at(): number
  close(): void
}

/** How much is read at once. */
export const readAheadBytes = 256 * 1024

/** Which frames of a file to read. */
export interface FrameRange {
  /** Whether a frame belongs to this file: one of another file, under its name, does not. */
  readonly isOwn: (header: FrameHeader) => boolean
  readonly from?: number
  /** Where the frames end, if that is not the end of the file. */
  readonly until?: () => number
}

export function createFrameReader(
  files: Files,
  path: string,
  { isOwn, from = 0, until = () => Infinity }: FrameRange,
): FrameReader {
  const file = files.open(path)
  let chunk = Buffer.alloc(0)
  let chunkAt = from
  let filled = 0
  let at = from

  /** Whether so many bytes from `at` on are there; if so, they are in the chunk. */
  function has(length: number): boolean {
    if (at + length > until()) return false
    if (at >= chunkAt && at + length <= chunkAt + filled) return true
    // What stands behind the end is not there yet, and may be something else once it is.
    const available = Math.min(files.size(file), until()) - at
    if (available < length) return false
    const capacity = Math.min(Math.max(length, readAheadBytes), available)
    if (chunk.length < capacity) chunk = Buffer.allocUnsafeSlow(capacity)
    chunkAt = at
    // If the read fails, nothing of the chunk may be taken for what stands here.
    filled = 0
    filled = files.read(file, chunk.subarray(0, capacity), at)
    return filled >= length
  }

  function ownHeader(): FrameHeader | undefined {
    const header = readHeader(chunk, at - chunkAt)
    return header !== undefined && isOwn(header) ? header : undefined
  }

  /** Where the next intact header is, after a damaged one; undefined when there is none. */
  function nextHeaderAt(): number | undefined {
    const start = at
    try {
      for (at = start + 1; has(headerLength); at += 1) {
        const found = chunk.subarray(0, filled).indexOf(magic, at - chunkAt)
        if (found < 0) {
          at = chunkAt + filled - headerLength
          continue
        }
        at = chunkAt + found
        if (has(headerLength) && ownHeader() !== undefined) return at
      }
      return undefined
    } finally {
      at = start
    }
  }

  return {
    next() {
      if (!has(headerLength)) return undefined
      const start = at
      const header = ownHeader()
      if (header === undefined) {
        const end = nextHeaderAt()
        if (end === undefined) return undefined
        at = end
        return { kind: 'damage', at: start, end }
      }
      const length = headerLength + header.bodyLength
      if (!has(length)) return undefined
      at = start + length
      return {
        kind: 'frame',
        header,
        at: start,
        end: at,
        body() {
          const body = chunk.subarray(start - chunkAt + headerLength, start - chunkAt + length)
          return crc32(body) === header.bodyCrc ? body : undefined
        },
      }
    },
    resync() {
      at -= 1
      const found = nextHeaderAt()
      at = found ?? at + 1
      return found !== undefined
    },
    at: () => at,
    close: () => files.close(file),
  }
}

export function readSegment(
  directory: Directory,
  writer: number,
  number: number,
  range: Omit<FrameRange, 'isOwn'> = {},
): FrameReader {
  const isOwn = (header: FrameHeader) => !isOfJournal(header.kind) && header.writer === writer && header.file === number
  return createFrameReader(directory.files, directory.at(segmentName(writer, number)), { ...range, isOwn })
}

export function readJournal(directory: Directory, { epoch, part }: Omit<JournalName, 'kind'>, from = 0): FrameReader {
  const isOwn = (header: FrameHeader) => isOfJournal(header.kind) && header.file === epoch && header.specials === part
  return createFrameReader(directory.files, directory.at(journalName(epoch, part)), { from, isOwn })
}
