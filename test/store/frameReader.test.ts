import { appendFileSync, writeFileSync } from 'node:fs'
import type { Directory } from '../../src/store/fs/directory.ts'
import { expect, it } from 'vitest'
import type { Found, FrameRange, FrameReader } from '../../src/store/fs/frameReader.ts'
import { createFrameReader, readAheadBytes } from '../../src/store/fs/frameReader.ts'
import { nodeFiles } from '../../src/store/fs/files.ts'
import { draft, drafts } from '../contract/harness.ts'
import { flipped, inScriptorium } from './support/handWritten.ts'

/** Bytes that are no frame. */
const junk = (length: number) => Buffer.alloc(length, 'x')

function read(directory: Directory, range: Partial<FrameRange>, test: (reader: FrameReader) => void): void {
  const reader = createFrameReader(nodeFiles, directory.at('file'), { isOwn: () => true, ...range })
  try {
    test(reader)
  } finally {
    reader.close()
  }
}

function factsOf(found: Found | undefined) {
  return found && { kind: found.kind, at: found.at, end: found.end }
}

it('bytes between two frames are damage, and where it ends does not depend on how much is read at once', () =>
  inScriptorium((directory, scribe) => {
    const [opening, first] = scribe.segment([draft(1)])
    if (opening === undefined || first === undefined) throw new Error('nothing was written')
    const near = [-70, -64, -63, -5, -4, -3, -2, -1, 0, 1, 60, 64, 65].map((more) => readAheadBytes + more)
    for (const length of [1, 64, ...near, 2 * readAheadBytes]) {
      writeFileSync(directory.at('file'), Buffer.concat([opening.bytes, junk(length), first.bytes]))
      for (const from of [0, opening.end]) {
        read(directory, { from }, (reader) => {
          const found = [reader.next(), reader.next(), reader.next(), reader.next()].map(factsOf)
          const start = opening.end
          const end = start + length
          const all = [
            { kind: 'frame', at: 0, end: start },
            { kind: 'damage', at: start, end },
            { kind: 'frame', at: end, end: end + first.bytes.length },
            undefined,
            undefined,
          ]
          expect({ length, found }).toEqual({ length, found: from === 0 ? all.slice(0, 4) : all.slice(1) })
        })
      }
    }
  }))

it('bytes that are no frame are read again when a frame has come behind them, however many they are', () =>
  inScriptorium((directory, scribe) => {
    const [, frame] = scribe.segment([draft(1)])
    const torn = junk(readAheadBytes + 1_000)
    writeFileSync(directory.at('file'), torn)
    read(directory, {}, (reader) => {
      expect(reader.next()).toBeUndefined()
      expect(reader.at()).toBe(0)
      appendFileSync(directory.at('file'), frame?.bytes ?? '')
      expect(reader.next()).toEqual({ kind: 'damage', at: 0, end: torn.length })
      expect(reader.next()).toMatchObject({ kind: 'frame', at: torn.length })
    })
  }))

it('a frame of which not all is there is none yet, and is read once it is whole', () =>
  inScriptorium((directory, scribe) => {
    const [opening, frame] = scribe.segment(drafts(3))
    if (opening === undefined || frame === undefined) throw new Error('nothing was written')
    for (const length of [1, 63, 64, frame.bytes.length - 1]) {
      writeFileSync(directory.at('file'), Buffer.concat([opening.bytes, frame.bytes.subarray(0, length)]))
      read(directory, {}, (reader) => {
        expect(reader.next()).toMatchObject({ kind: 'frame', at: 0 })
        expect(reader.next()).toBeUndefined()
        appendFileSync(directory.at('file'), frame.bytes.subarray(length))
        expect(factsOf(reader.next())).toEqual({ kind: 'frame', at: frame.at, end: frame.end })
      })
    }
  }))

it('nothing is read behind where the frames are said to end, until that is farther', () =>
  inScriptorium((directory, scribe) => {
    const [opening, ...frames] = scribe.segment([draft(1)], [draft(2)])
    if (opening === undefined) throw new Error('nothing was written')
    writeFileSync(directory.at('file'), Buffer.concat([opening, ...frames].map(({ bytes }) => bytes)))
    let end = opening.end
    read(directory, { until: () => end }, (reader) => {
      expect(reader.next()).toMatchObject({ at: 0 })
      for (const frame of frames) {
        expect(reader.next()).toBeUndefined()
        end = frame.end - 1
        expect(reader.next()).toBeUndefined()
        end = frame.end
        expect(reader.next()).toMatchObject({ at: frame.at, end })
      }
    })
  }))

it('the next intact header is found from where one stands, from before it, and from within another frame', () =>
  inScriptorium((directory, scribe) => {
    const [opening, first, second] = scribe.segment([draft(1)], [draft(2)])
    if (opening === undefined || first === undefined || second === undefined) throw new Error('nothing was written')
    const damaged = flipped(first.bytes, 20)
    writeFileSync(directory.at('file'), Buffer.concat([opening.bytes, damaged, second.bytes]))
    const places = [
      [0, 0],
      [1, second.at],
      [first.at, second.at],
      [second.at - 1, second.at],
      [second.at, second.at],
    ] as const
    for (const [from, to] of places) {
      read(directory, { from }, (reader) => {
        expect([from, reader.resync(), reader.at()]).toEqual([from, true, to])
        expect(reader.next()).toMatchObject({ kind: 'frame', at: to })
      })
    }
  }))

it('where no intact header is, the reader stays where it was', () =>
  inScriptorium((directory, scribe) => {
    const [, frame] = scribe.segment([draft(1)])
    if (frame === undefined) throw new Error('nothing was written')
    writeFileSync(directory.at('file'), junk(200))
    for (const from of [0, 100, 200]) {
      read(directory, { from }, (reader) => expect([reader.resync(), reader.at()]).toEqual([false, from]))
    }
    read(directory, { from: 200 }, (reader) => {
      expect(reader.resync()).toBe(false)
      appendFileSync(directory.at('file'), frame.bytes)
      expect(reader.next()).toMatchObject({ kind: 'frame', at: 200 })
    })
  }))
