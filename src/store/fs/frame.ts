import { crc32 } from 'node:zlib'
import { OutboxError } from '../../errors.ts'

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

/** Puts the header into the first 64 bytes of a frame. */
export function writeHeader(frame: Buffer, header: FrameHeader): void {
  magic.copy(frame, 0)
  frame.writeUInt8(formatVersion, 4)
  frame.writeUInt8(header.kind, 5)
  frame.writeUInt16LE(header.writer, 6)
  frame.writeUInt32LE(header.file, 8)
  frame.writeUInt32LE(header.count, 12)
  frame.writeDoubleLE(header.ordinal, 16)
  frame.writeDoubleLE(header.seq, 24)
  frame.writeDoubleLE(header.bytesBefore, 32)
  frame.writeUInt32LE(header.bodyLength, 40)
  frame.writeUInt32LE(header.bodyCrc, 44)
  frame.writeDoubleLE(header.bytes, 48)
  frame.writeUInt32LE(header.specials, 56)
  frame.writeUInt32LE(crc32(frame.subarray(0, 60)), 60)
}

/**
 * The header at `at`; undefined when there is none, or it is damaged.
 * @throws OutboxError `OUTBOX_FORMAT` when a newer version of this package wrote it.
 */
export function readHeader(data: Buffer, at: number): FrameHeader | undefined {
  if (at + headerLength > data.length || data.readUInt32LE(at) !== magicNumber) return undefined
  if (crc32(data.subarray(at, at + 60)) !== data.readUInt32LE(at + 60)) return undefined
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

/** Numbers are given to writers in turns: `seq % seqStep` is the writer. */
export const seqStep = 64

/** The number of the frame's last entry. */
export function lastSeqOf({ count, seq }: FrameHeader): number {
  return count > 0 ? seq + (count - 1) * seqStep : seq
}
