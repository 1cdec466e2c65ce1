import type { Directory } from './directory.ts'
import { unlessMissing } from './files.ts'
import type { Missing } from './entryStream.ts'
import type { Log } from './log.ts'
import { quarantineName, segmentName } from './names.ts'

/** Copies damaged bytes into a file of their own, if they are still there; answers in words what happened. */
export function moveAside(
  directory: Directory,
  log: Log,
  writer: number,
  count: number,
  damage: Missing['damage'],
): string {
  const entries = count === 1 ? '1 entry' : `${count} entries`
  if (damage === undefined) return `${entries} of writer ${writer} are missing in ${directory.path}`
  const { files } = directory
  const bytes = unlessMissing(() => {
    const segment = files.open(log.pathOf(writer, damage.number))
    try {
      const data = Buffer.alloc(damage.end - damage.at)
      return data.subarray(0, files.read(segment, data, damage.at))
    } finally {
      files.close(segment)
    }
  })
  const name = quarantineName()
  const file = files.create(directory.at(name))
  try {
    files.write(file, bytes ?? Buffer.alloc(0), 0)
    files.syncNow(file)
  } finally {
    files.close(file)
  }
  const place = `${segmentName(writer, damage.number)} at ${damage.at}`
  return `${entries} in ${directory.path} (${place}) cannot be read: the bytes were moved aside to ${name}`
}
