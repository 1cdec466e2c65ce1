import { unlinkSync, writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Draft } from '../../../src/entry.ts'
import type { Directory } from '../../../src/store/fs/directory.ts'
import { createDirectory } from '../../../src/store/fs/directory.ts'
import { writeDrafts } from '../../../src/store/fs/entryCode.ts'
import type { Files } from '../../../src/store/fs/files.ts'
import { nodeFiles } from '../../../src/store/fs/files.ts'
import type { FrameKind } from '../../../src/store/fs/frame.ts'
import { frameKinds, seqStep, writeHeader } from '../../../src/store/fs/frame.ts'
import { createFrameBuffer } from '../../../src/store/fs/frameBuffer.ts'
import { segmentName } from '../../../src/store/fs/names.ts'
import { inDirectory } from './places.ts'

/** Where a frame came to stand, and its bytes. */
export interface HandWritten {
  readonly number: number
  readonly at: number
  readonly end: number
  /** Of its first entry. */
  readonly ordinal: number
  readonly seq: number
  readonly bytes: Buffer
}

/** Writes the segments of one writer as a store would. */
export interface Scribe {
  /** Writes the next segment: its opening, and a frame for each group. Answers where they are, the opening first. */
  segment(...groups: readonly (readonly Draft[])[]): readonly HandWritten[]
  /** Puts other bytes under the name of a segment. */
  rewrite(number: number, bytes: readonly Uint8Array[]): void
  remove(number: number): void
}

/** @param directory - there already. */
export function createScribe(directory: Directory, writer = 0): Scribe {
  const pathOf = (number: number) => directory.at(segmentName(writer, number))
  let file = 0
  let ordinal = 0
  let bytesBefore = 0
  let previous: { readonly number: number; readonly at: number } | undefined

  function frame(kind: FrameKind, drafts: readonly Draft[], at: number): HandWritten {
    const buffer = createFrameBuffer()
    const { bodyLength, bodyCrc } = buffer.add((into) => {
      if (kind === frameKinds.entries) writeDrafts(into, drafts)
      else into.text(JSON.stringify({ owner: { pid: 1 }, ...(previous && { previous }) }))
    })
    const data = Buffer.from(buffer.part(0, buffer.length()))
    const count = drafts.length
    const bytes = drafts.reduce((sum, each) => sum + each.bytes, 0)
    // The first entry of all has the number of one step; a frame without entries, that of the last before it.
    const seq = (count > 0 ? ordinal + 1 : ordinal) * seqStep + writer
    const sums = { ordinal, seq, bytesBefore, specials: 0 }
    writeHeader(data, { ...sums, kind, writer, file, count, bytes, bodyLength, bodyCrc })
    const place = { number: file, at, end: at + data.length, ordinal, seq, bytes: data }
    ordinal += count
    bytesBefore += bytes
    return place
  }

  return {
    segment(...groups) {
      file += 1
      const frames = [frame(frameKinds.opening, [], 0)]
      for (const group of groups) frames.push(frame(frameKinds.entries, group, frames.at(-1)?.end ?? 0))
      previous = { number: file, at: frames.at(-1)?.end ?? 0 }
      writeFileSync(pathOf(file), Buffer.concat(frames.map(({ bytes }) => bytes)))
      return frames
    },
    rewrite: (number, bytes) => {
      unlinkSync(pathOf(number))
      writeFileSync(pathOf(number), Buffer.concat(bytes))
    },
    remove: (number) => unlinkSync(pathOf(number)),
  }
}

/** Runs a test on a directory in which a scribe is to write. */
export function inScriptorium(
  test: (directory: Directory, scribe: Scribe) => void,
  files: Files = nodeFiles,
): Promise<void> {
  return inDirectory(async (place) => {
    const directory = createDirectory(files, join(place, 'box'))
    await mkdir(directory.path)
    test(directory, createScribe(directory))
  })
}

/** The same bytes with one of them changed. */
export function flipped(bytes: Uint8Array, at: number): Buffer {
  const copy = Buffer.from(bytes)
  copy[at] = (copy[at] ?? 0) ^ 0x10
  return copy
}
