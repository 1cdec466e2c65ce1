import type { Draft } from '../../../src/entry.ts'
import type { Directory } from '../../../src/store/fs/directory.ts'
import { writeEntries } from '../../../src/store/fs/entryCode.ts'
import type { FrameKind } from '../../../src/store/fs/frame.ts'
import { frameKinds, headerLength, isSpecial, seqStep, writeHeader } from '../../../src/store/fs/frame.ts'
import { createFrameBuffer } from '../../../src/store/fs/frameBuffer.ts'
import { segmentName } from '../../../src/store/fs/names.ts'

/** A frame of a segment, to be written by hand. */
export interface Frame {
  readonly kind: 'opening' | 'entries' | 'requeue' | 'command' | 'ending'
  readonly drafts?: readonly Draft[]
  /** The dead letters that the entries were. */
  readonly dead?: readonly number[]
  readonly command?: object
  /** What of it is destroyed. */
  readonly broken?: 'header' | 'body'
  /** Never acknowledged: the next segment begins where this frame does. */
  readonly isRefused?: boolean
}

/** Writes the segments of one writer, the first as number 1, each with an opening in front, unless it has one. */
export function writeSegments(directory: Directory, writer: number, segments: readonly (readonly Frame[])[]): void {
  const { files } = directory
  let sums = { ordinal: 0, bytesBefore: 0, specials: 0 }
  let previous: { readonly number: number; readonly at: number } | undefined
  for (const [index, frames] of segments.entries()) {
    const number = index + 1
    const file = files.create(directory.at(segmentName(writer, number)))
    let at = 0
    const put = (
      kind: FrameKind,
      text: string | undefined,
      { drafts = [], dead, broken, isRefused }: Partial<Frame>,
    ) => {
      const buffer = createFrameBuffer()
      const { bodyLength, bodyCrc } = buffer.add((into) => {
        if (text !== undefined) into.text(text)
        writeEntries(
          into,
          drafts.map((each, of) => placing(each, dead?.[of])),
        )
      })
      const data = Buffer.from(buffer.part(0, buffer.length()))
      const count = drafts.length
      const bytes = drafts.reduce((sum, each) => sum + each.bytes, 0)
      const seq = (count > 0 ? sums.ordinal + 1 : sums.ordinal) * seqStep + writer
      writeHeader(data, { ...sums, kind, writer, file: number, count, seq, bytes, bodyLength, bodyCrc })
      if (broken !== undefined)
        data.fill(0, broken === 'header' ? 0 : headerLength, broken === 'header' ? 8 : headerLength + 8)
      files.write(file, data, at)
      at += data.length
      if (isRefused === true) return
      previous = { number, at }
      const { ordinal, bytesBefore, specials } = sums
      sums = {
        ordinal: ordinal + count,
        bytesBefore: bytesBefore + bytes,
        specials: specials + (isSpecial(kind) ? 1 : 0),
      }
    }
    const opening = { owner: { pid: 1 }, ...(previous && { previous }) }
    for (const frame of frames[0]?.kind === 'opening' ? frames : [{ kind: 'opening' } as const, ...frames]) {
      const body = frame.kind === 'opening' ? opening : frame.command
      put(frameKinds[frame.kind], body && JSON.stringify(body), frame)
    }
    files.close(file)
  }
}

const placing = (draft: Draft, dead: number | undefined) => ({
  draft,
  requeues: dead === undefined ? 0 : 1,
  ...(dead !== undefined && { dead }),
})
