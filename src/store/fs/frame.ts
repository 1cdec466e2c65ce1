import { crc32 } from 'node:zlib'
import { OutboxError } from '../../errors.ts'
import { headerSum, summedLength } from './headerSum.ts'

/** The newest format this code reads, and the one it writes. */
export const formatVersion = 1

/** Bytes before a frame's body. */
export const headerLength = 64

/** The bytes a frame begins with: no text in UTF-8 has them, and everything but headers is text, so no payload can look like a header. */
export const magic = Buffer.from([0xff, 0x58, 0x4f, 0xff])

/** What a frame holds. The first five stand in segments, the last two in journals. */
export const frameKinds = {
  opening: 1,
  entries: 2,
  requeue: 3,
  command: 4,
  ending: 5,
  checkpoint: 6,
  record: 7,
} as const

export type FrameKind = (typeof frameKinds)[keyof typeof frameKinds]

/** The fixed part of a frame. Sums are over all that the writer has ever written before this frame. */
export interface FrameHeader {
  readonly kind: FrameKind
  readonly writer: number
  /** The number of the segment, or the epoch of the journal: a file under another's name is not taken for it. */
  readonly file: number
  /** Entries in this frame; in a journal: audit records. */
  readonly count: number
  /** Entries before this frame. */
  readonly ordinal: number
  /** Of the first entry or audit record; without one, of the last before. */
  readonly seq: number
  /** Payload bytes before this frame. */
  readonly bytesBefore: number
  /** Payload bytes in this frame. */
  readonly bytes: number
  /** Frames of the kinds `requeue` and `command` before this one; in a journal: its part. */
  readonly specials: number
  readonly bodyLength: number
  readonly bodyCrc: number
}

/** A header is put together here: a view of each buffer would take longer to make. */
const assembled = new Uint8Array(headerLength)
const fields = new DataView(assembled.buffer)

/** Puts the header into the 64 bytes at `at`. */
export function writeHeader(data: Buffer, header: FrameHeader, at = 0): void {
  fields.setUint32(0, magicNumber, true)
  fields.setUint8(4, formatVersion)
  fields.setUint8(5, header.kind)
  fields.setUint16(6, header.writer, true)
  fields.setUint32(8, header.file, true)
  fields.setUint32(12, header.count, true)
  fields.setFloat64(16, header.ordinal, true)
  fields.setFloat64(24, header.seq, true)
  fields.setFloat64(32, header.bytesBefore, true)
  fields.setUint32(40, header.bodyLength, true)
  fields.setUint32(44, header.bodyCrc, true)
  fields.setFloat64(48, header.bytes, true)
  fields.setUint32(56, header.specials, true)
  fields.setUint32(summedLength, headerSum(assembled, 0), true)
  data.set(assembled, at)
}

/**
 * The header at `at`; undefined when there is none, or it is damaged.
 * @throws OutboxError `OUTBOX_FORMAT` when a newer version of this package wrote it.
 */
export function readHeader(data: Buffer, at: number): FrameHeader | undefined {
  if (at + headerLength > data.length || data.readUInt32LE(at) !== magicNumber) return undefined
  if (headerSum(data, at) !== data.readUInt32LE(at + summedLength)) return undefined
  const format = data.readUInt8(at + 4)
  if (format > formatVersion) {
    const message = `the directory must be of format ${formatVersion} or older, got ${format}; nothing was changed`
    throw new OutboxError('OUTBOX_FORMAT', message)
  }
  return {
    kind: data.readUInt8(at + 5) as FrameKind,
    writer: data.readUInt16LE(at + 6),
    file: data.readUInt32LE(at + 8),
    count: data.readUInt32LE(at + 12),
    ordinal: data.readDoubleLE(at + 16),
    seq: data.readDoubleLE(at + 24),
    bytesBefore: data.readDoubleLE(at + 32),
    bodyLength: data.readUInt32LE(at + 40),
    bodyCrc: data.readUInt32LE(at + 44),
    bytes: data.readDoubleLE(at + 48),
    specials: data.readUInt32LE(at + 56),
  }
}

const magicNumber = magic.readUInt32LE(0)

/** A frame whose header is not yet known: room for it, then the body. */
export function frameOf(body: string): {
  readonly frame: Buffer
  readonly bodyLength: number
  readonly bodyCrc: number
} {
  const bodyLength = Buffer.byteLength(body)
  const frame = Buffer.allocUnsafe(headerLength + bodyLength)
  frame.write(body, headerLength)
  return { frame, bodyLength, bodyCrc: crc32(frame.subarray(headerLength)) }
}

export function isSpecial(kind: FrameKind): boolean {
  return kind === frameKinds.requeue || kind === frameKinds.command
}

/** Whether a frame stands in a journal: one that has come into a segment is none of its frames, whatever its numbers are. */
export function isOfJournal(kind: FrameKind): boolean {
  return kind === frameKinds.checkpoint || kind === frameKinds.record
}

/** Numbers are given to writers in turns: `seq % seqStep` is the writer. */
export const seqStep = 64

/** The number of the frame's last entry. */
export function lastSeqOf({ count, seq }: FrameHeader): number {
  return count > 0 ? seq + (count - 1) * seqStep : seq
}
