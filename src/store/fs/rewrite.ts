import { crc32 } from 'node:zlib'
import type { Directory } from './directory.ts'
import { decodeEntry, endOfEntry } from './entryCode.ts'
import { unlinkQuietly } from './files.ts'
import type { FrameHeader } from './frame.ts'
import { frameKinds, headerLength, seqStep, writeHeader } from './frame.ts'
import { readSegment } from './frameReader.ts'
import type { Ledger } from './ledger.ts'
import type { Log } from './log.ts'
import { segmentName, temporaryName } from './names.ts'

/** A segment of which so little is still pending that a copy of that takes its place. */
export interface Sparse {
  readonly writer: number
  readonly number: number
  /** Entries still pending in it. */
  readonly alive: number
}

/** A segment is sparse when less than this part of it is alive. */
const sparsePart = 0.1
/** A file takes a block of the disk at least: to rewrite one that has no more gains nothing. */
const blockBytes = 4_096

/**
 * Finds segments that one stuck entry would otherwise keep on the disk; never the last of a writer, which may still grow.
 * @param known - how many entries were left in segments that were rewritten.
 */
export function* sparseSegments(
  { files, at }: Directory,
  log: Log,
  ledger: Ledger,
  known: ReadonlyMap<string, number>,
): Generator<Sparse> {
  for (const { writer, numbers } of log.writers.values()) {
    const { settled, heeded } = ledger.writer(writer)
    for (const [index, number] of numbers.entries()) {
      const next = numbers[index + 1]
      const from = log.opening(writer, number)?.header.ordinal
      const after = next === undefined ? undefined : log.opening(writer, next)?.header
      if (from === undefined || after === undefined || after.specials > heeded) continue
      // Segments in front of which nothing is pending are removed as a whole.
      if (after.ordinal <= settled.firstMissing()) continue
      const alive = after.ordinal - from - settled.countIn(from, after.ordinal)
      const name = segmentName(writer, number)
      const present = known.get(name) ?? after.ordinal - from
      if (alive >= present * sparsePart) continue
      if ((files.stat(at(name))?.size ?? 0) > blockBytes) yield { writer, number, alive }
    }
  }
}

/**
 * Writes what is pending in a segment into a file that takes its name; entries keep their numbers.
 * @param isRecorded - makes sure that what is left out is on the disk as settled; false when that is not ours to say any more.
 */
export async function rewriteSegment(
  directory: Directory,
  log: Log,
  ledger: Ledger,
  { writer, number }: Sparse,
  isRecorded: () => Promise<boolean>,
): Promise<void> {
  const { files } = directory
  const temporary = directory.at(temporaryName())
  const file = files.create(temporary)
  try {
    let at = 0
    for (const frame of pendingFrames(directory, log, ledger, writer, number)) {
      // What is damaged is moved aside by whoever reads it, and until then stays as it is.
      if (frame === undefined) return unlinkQuietly(files, temporary)
      files.write(file, frame, at)
      at += frame.length
    }
    await files.sync(file)
    if (!(await isRecorded())) return unlinkQuietly(files, temporary)
    files.rename(temporary, directory.at(segmentName(writer, number)))
  } catch (error) {
    unlinkQuietly(files, temporary)
    throw error
  } finally {
    files.close(file)
  }
}

/** The opening of a segment, and each pending entry in a frame of its own; undefined where it is damaged. */
function* pendingFrames(
  directory: Directory,
  log: Log,
  ledger: Ledger,
  writer: number,
  number: number,
): Generator<Buffer | undefined> {
  const reader = readSegment(directory, writer, number, { until: () => log.endOf(writer, number) })
  try {
    for (let found = reader.next(); found !== undefined; found = reader.next()) {
      const body = found.kind === 'damage' ? undefined : found.body()
      if (found.kind === 'damage' || body === undefined) return yield undefined
      const { header } = found
      if (header.kind === frameKinds.opening) yield frameWith(header, body)
      if (header.kind !== frameKinds.entries && header.kind !== frameKinds.requeue) continue
      let { bytesBefore } = header
      for (let index = 0, at = 0; index < header.count; index += 1) {
        const end = endOfEntry(body, at)
        const ordinal = header.ordinal + index
        const seq = header.seq + index * seqStep
        const { bytes } = decodeEntry(body, at, seq)
        const specials = header.specials + (header.kind === frameKinds.requeue ? 1 : 0)
        const single = { ...header, kind: frameKinds.entries, count: 1, ordinal, seq, bytesBefore, bytes, specials }
        if (!ledger.isSettled(writer, ordinal)) yield frameWith(single, body.subarray(at, end))
        bytesBefore += bytes
        at = end
      }
    }
  } finally {
    reader.close()
  }
}

function frameWith(header: FrameHeader, body: Buffer): Buffer {
  const frame = Buffer.allocUnsafe(headerLength + body.length)
  body.copy(frame, headerLength)
  writeHeader(frame, { ...header, bodyLength: body.length, bodyCrc: crc32(body) })
  return frame
}
