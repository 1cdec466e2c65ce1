import { OutboxError } from '../../errors.ts'
import type { Directory } from './directory.ts'
import { errnoOf, unlinkQuietly } from './files.ts'
import { frameKinds, frameOf, seqStep, writeHeader } from './frame.ts'
import type { LogEnd } from './ledger.ts'
import type { Log, Opening, WriterLog } from './log.ts'
import { emptyEnd } from './log.ts'
import { segmentName, temporaryName } from './names.ts'
import type { Processes } from './processes.ts'

/** A segment to write to. */
export interface OwnSegment {
  readonly writer: number
  readonly file: number
  /** Which file it is, also when somebody else has put another under its name. */
  readonly inode: number | undefined
  /** Behind the first frame. */
  readonly end: LogEnd
}

/**
 * Makes the first segment of this store object, as a writer that nobody is any more, or nobody ever was.
 * @param refresh - brings the log up to date.
 */
export function claimWriter(directory: Directory, log: Log, processes: Processes, refresh: () => void): OwnSegment {
  for (let tries = 0; tries < 1_000; tries += 1) {
    refresh()
    const writer = freeWriter(directory, log, processes)
    const last = log.writers.get(writer)?.numbers.at(-1)
    // What its owner wrote between being looked at and being gone.
    refresh()
    if (log.writers.get(writer)?.numbers.at(-1) !== last) continue
    const segment = createSegment(directory, processes, writer, log.writers.get(writer)?.end ?? emptyEnd)
    if (segment === undefined) continue
    try {
      refresh()
    } catch (error) {
      giveBack(directory, segment)
      throw error
    }
    const present = log.writers.get(writer)
    const { number, ordinal } = segment.end
    const isMine =
      present?.numbers.at(-1) === number && present.end.number === number && present.end.ordinal === ordinal
    if (isMine) return segment
    giveBack(directory, segment)
  }
  throw new OutboxError('OUTBOX_STORE', `could not become a writer in ${directory.path}: others were always faster`)
}

function giveBack({ files, at }: Directory, { writer, file, end }: OwnSegment): void {
  files.close(file)
  unlinkQuietly(files, at(segmentName(writer, end.number)))
}

/** Makes the next segment of a writer; undefined when somebody else did. */
export function createSegment(
  directory: Directory,
  processes: Processes,
  writer: number,
  before: LogEnd,
): OwnSegment | undefined {
  const { files } = directory
  const previous = before.number > 0 ? { number: before.number, at: before.at } : undefined
  const opening: Opening = { owner: processes.self(), ...(previous && { previous }) }
  const { frame, bodyLength, bodyCrc } = frameOf(JSON.stringify(opening))
  const { ordinal, specials, seq, bytes: bytesBefore } = before
  const number = before.number + 1
  const sums = { ordinal, specials, seq, bytesBefore }
  writeHeader(frame, {
    ...sums,
    kind: frameKinds.opening,
    writer,
    file: number,
    count: 0,
    bytes: 0,
    bodyLength,
    bodyCrc,
  })

  const temporary = directory.at(temporaryName())
  const file = files.create(temporary)
  try {
    files.write(file, frame, 0)
    const inode = files.stat(temporary)?.inode
    files.link(temporary, directory.at(segmentName(writer, number)))
    return { writer, file, inode, end: { ...before, number, at: frame.length } }
  } catch (error) {
    files.close(file)
    if (errnoOf(error) === 'EEXIST') return undefined
    throw error
  } finally {
    unlinkQuietly(files, temporary)
  }
}

function freeWriter(directory: Directory, log: Log, processes: Processes): number {
  for (let writer = 0; writer < seqStep; writer += 1) {
    const present = log.writers.get(writer)
    if (present === undefined || isFree(directory, log, present, processes)) return writer
  }
  throw new OutboxError('OUTBOX_STORE', `a directory takes at most ${seqStep} stores that append at the same time`)
}

/** How long a writer of another container has written nothing before its place may be taken, ms. */
const strangerIdleMs = 600_000

/**
 * The writers whose last segment nobody will add to, brought up to date. Whom nobody was before the log was read has written all
 * that was read; whoever became that writer meanwhile has begun the next segment, which is not to be taken for an ended one.
 * @param refresh - brings the log up to date.
 */
export function endedWriters(
  directory: Directory,
  log: Log,
  processes: Processes,
  refresh: () => void,
): ReadonlySet<number> {
  const lastOfFree = new Map<number, number | undefined>()
  for (const present of log.writers.values()) {
    if (isFree(directory, log, present, processes)) lastOfFree.set(present.writer, present.numbers.at(-1))
  }
  refresh()
  const ended = new Set<number>()
  for (const [writer, last] of lastOfFree) {
    if (log.writers.get(writer)?.numbers.at(-1) === last) ended.add(writer)
  }
  return ended
}

/**
 * Whether nobody writes as this writer any more. A stranger from another container may live: it sees the next segment before it
 * writes, and before it acknowledges, and becomes another writer.
 */
function isFree(directory: Directory, log: Log, { writer, numbers, end }: WriterLog, processes: Processes): boolean {
  const last = numbers.at(-1)
  if (last === undefined || last === end.endedIn) return true
  // Segments come into being with their first frame: one without it was torn by a power cut, which nobody survived.
  const owner = log.ownerOf(writer, last)
  const fate = owner === undefined ? 'gone' : processes.fateOf(owner)
  if (fate !== 'unknown') return fate === 'gone'
  const writtenAt = directory.files.stat(directory.at(segmentName(writer, last)))?.changedAt ?? Infinity
  return Date.now() - writtenAt > strangerIdleMs
}
