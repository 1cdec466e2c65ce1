import { crc32 } from 'node:zlib'
import { headerLength } from './frame.ts'

/** Where a frame stands in a `FrameBuffer`; its header is still to be written. */
export interface Written {
  readonly from: number
  readonly bodyLength: number
  readonly bodyCrc: number
}

/** Frames one behind the other, written in place and used again: a buffer for each frame costs more than what is in it. */
export interface FrameBuffer {
  /** Adds a frame with room for its header; `writeBody` adds the body. When that throws, nothing was added. */
  add(writeBody: (into: BodyWriter) => unknown): Written
  /** The bytes from `from` up to `to`, until the next `add`. */
  part(from: number, to: number): Buffer
  length(): number
  /** Forgets what is in it. */
  clear(): void
}

/** Writes the body of a frame. */
export interface BodyWriter {
  /** Leaves room for so many bytes; answers where. */
  skip(bytes: number): number
  /** Adds text as UTF-8; answers how many bytes that are. */
  text(text: string): number
  uint32(value: number, at: number): void
}

const leastBytes = 64 * 1024
/** A buffer that has become larger is not kept. */
const mostKeptBytes = 1024 * 1024

export function createFrameBuffer(): FrameBuffer {
  let data = Buffer.allocUnsafeSlow(leastBytes)
  let length = 0

  function makeRoom(bytes: number): void {
    if (length + bytes <= data.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(data.length * 2, length + bytes))
    data.copy(larger, 0, 0, length)
    data = larger
  }

  const writer: BodyWriter = {
    skip(bytes) {
      makeRoom(bytes)
      const at = length
      length += bytes
      return at
    },
    text(text) {
      // A code unit takes at most three bytes; how many it does take is known once they are written.
      if (length + text.length * 3 > data.length) makeRoom(Buffer.byteLength(text))
      const bytes = data.write(text, length)
      length += bytes
      return bytes
    },
    uint32: (value, at) => void data.writeUInt32LE(value, at),
  }

  return {
    add(writeBody) {
      const from = length
      try {
        writer.skip(headerLength)
        writeBody(writer)
      } catch (error) {
        length = from
        throw error
      }
      const body = data.subarray(from + headerLength, length)
      return { from, bodyLength: body.length, bodyCrc: crc32(body) }
    },
    part: (from, to) => data.subarray(from, to),
    length: () => length,
    clear() {
      length = 0
      if (data.length > mostKeptBytes) data = Buffer.allocUnsafeSlow(leastBytes)
    },
  }
}
