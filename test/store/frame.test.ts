import { crc32 } from 'node:zlib'
import { expect, it } from 'vitest'
import type { FrameHeader } from '../../src/store/fs/frame.ts'
import { frameKinds, headerLength, readHeader, writeHeader } from '../../src/store/fs/frame.ts'

const header: FrameHeader = {
  kind: frameKinds.entries,
  writer: 63,
  file: 0xffff_ffff,
  count: 3,
  ordinal: 2 ** 50,
  seq: 2 ** 52,
  bytesBefore: 2 ** 51,
  bytes: 2 ** 33,
  specials: 7,
  bodyLength: 0xffff_fffe,
  bodyCrc: 0x8000_0001,
}

it('a header is read as it was written, wherever it stands', () => {
  const data = Buffer.alloc(headerLength + 10)
  writeHeader(data, header, 7)
  expect(readHeader(data, 7)).toEqual(header)
})

it('bytes are no header if they do not begin like one, though their sum is right, or are too few', () => {
  const data = Buffer.alloc(headerLength)
  writeHeader(data, header)
  for (let length = 0; length < headerLength; length += 1) {
    expect(readHeader(data.subarray(0, length), 0)).toBeUndefined()
  }
  data.writeUInt8(0xfe, 0)
  data.writeUInt32LE(crc32(data.subarray(0, 60)), 60)
  expect(readHeader(data, 0)).toBeUndefined()
})
