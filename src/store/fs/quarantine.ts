import type { Directory } from './directory.ts'
import { unlessMissing } from './files.ts'
import type { Missing } from './entryStream.ts'
import type { Ledger } from './ledger.ts'
import type { Log } from './log.ts'
import { quarantineName, segmentName } from './names.ts'

/** Copies the bytes of entries that cannot be read into a file of their own, if they are still there; answers in words what happened. */
export function quarantine(directory: Directory, { writer, lost, damage }: Missing): string {
  const entries = lost === 1 ? '1 entry' : `${lost} entries`
  if (damage === undefined)
    return `${entries} of writer ${writer} ${lost === 1 ? 'is' : 'are'} missing in ${directory.path}`
  const { number, at, end } = damage
  const name = moveAside(directory, readPart(directory, writer, number, at, end))
  const place = `${segmentName(writer, number)} at ${at}`
  return `${entries} in ${directory.path} (${place}) cannot be read: the bytes were moved aside to ${name}`
}

/** What stands behind the last intact frame of a segment that nobody writes to any more. */
export interface Remains {
  readonly writer: number
  readonly number: number
  /** In words; undefined when nothing stands there. */
  readonly reason?: string
}

/**
 * Looks behind the ends of segments that were not looked at before: a torn write is no loss, but a damaged last record looks the
 * same, so the bytes are kept and told of.
 */
export function* keepRemains(
  directory: Directory,
  log: Log,
  ledger: Ledger,
  ended: ReadonlySet<number>,
): Generator<Remains> {
  for (const { writer, numbers, end: last } of log.writers.values()) {
    for (const [index, number] of numbers.entries()) {
      if (number <= ledger.writer(writer).looked) continue
      if (index === numbers.length - 1 && !ended.has(writer)) break
      const end = number > last.number ? 0 : log.endOf(writer, number)
      const size = directory.files.stat(log.pathOf(writer, number))?.size ?? 0
      const remains = withoutRoom(size > end ? readPart(directory, writer, number, end, size) : Buffer.alloc(0))
      if (remains.length === 0) {
        yield { writer, number }
        continue
      }
      const name = moveAside(directory, remains)
      const place = `behind the last record of ${segmentName(writer, number)}`
      yield {
        writer,
        number,
        reason: `${remains.length} bytes in ${directory.path} ${place} cannot be read: they were moved aside to ${name}`,
      }
    }
  }
}

/** Without the zeros at its end. */
function withoutRoom(data: Buffer): Buffer {
  return data.subarray(0, data.findLastIndex((byte) => byte !== 0) + 1)
}

function readPart(directory: Directory, writer: number, number: number, from: number, to: number): Buffer {
  const { files } = directory
  const data = unlessMissing(() => {
    const segment = files.open(directory.at(segmentName(writer, number)))
    try {
      const part = Buffer.alloc(to - from)
      return part.subarray(0, files.read(segment, part, from))
    } finally {
      files.close(segment)
    }
  })
  return data ?? Buffer.alloc(0)
}

function moveAside(directory: Directory, bytes: Buffer): string {
  const { files } = directory
  const name = quarantineName()
  const file = files.create(directory.at(name))
  try {
    files.write(file, bytes, 0)
    files.syncNow(file)
  } finally {
    files.close(file)
  }
  return name
}
