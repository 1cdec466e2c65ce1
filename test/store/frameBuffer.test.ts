import { crc32 } from 'node:zlib'
import { expect, it } from 'vitest'
import { headerLength } from '../../src/store/fs/frame.ts'
import { createFrameBuffer } from '../../src/store/fs/frameBuffer.ts'

it('of a frame whose body could not be written nothing stays, and the next takes its place', () => {
  const buffer = createFrameBuffer()
  buffer.add((into) => into.text('first'))
  const length = buffer.length()
  const refused = new Error('no body')
  const add = () =>
    buffer.add((into) => {
      into.text('half of it')
      throw refused
    })
  expect(add).toThrow(refused)
  expect(buffer.length()).toBe(length)
  const { from, bodyLength } = buffer.add((into) => into.text('second'))
  expect([from, bodyLength]).toEqual([length, 6])
  expect(buffer.part(from + headerLength, buffer.length()).toString()).toBe('second')
})

it('frames stay as they are when more come than there was room for, whatever their text takes as UTF-8', () => {
  const buffer = createFrameBuffer()
  for (let round = 0; round < 2; round += 1) {
    const texts = ['a'.repeat(60_000), 'ä'.repeat(40_000), '€'.repeat(300_000), '😀'.repeat(30_000), 'end']
    const written = texts.map((text) => buffer.add((into) => into.text(text)))
    for (const [index, { from, bodyLength, bodyCrc }] of written.entries()) {
      const body = buffer.part(from + headerLength, from + headerLength + bodyLength)
      expect(body.toString() === texts[index]).toBe(true)
      expect(crc32(body)).toBe(bodyCrc)
    }
    buffer.clear()
    expect(buffer.length()).toBe(0)
  }
})
