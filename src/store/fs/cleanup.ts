import { errnoOf, unlinkQuietly } from './files.ts'
import type { Directory } from './directory.ts'
import { firstAuditIn } from './auditTrail.ts'
import { endedWriters } from './claim.ts'
import type { Journal } from './journal.ts'
import { readDeadLetter } from './deadLetters.ts'
import type { DeadPlace, Ledger } from './ledger.ts'
import type { Log } from './log.ts'
import { journalName, segmentName } from './names.ts'
import type { Processes } from './processes.ts'
import { rewriteSegment, sparseSegments } from './rewrite.ts'

/** What cleaning up needs, and what it remembers from one time to the next. */
export interface Cleaning {
  readonly directory: Directory
  readonly log: Log
  readonly ledger: Ledger
  readonly journal: Journal
  readonly epoch: number
  readonly auditLimit: number
  readonly processes: Processes
  /** How many entries were left in segments that were rewritten. */
  readonly rewritten: Map<string, number>
  /** Brings the log up to date. */
  readonly refresh: () => void
  readonly isStillHeld: () => boolean
}

/**
 * Removes segments in which everything is settled, rewrites those in which nearly everything is, and removes parts of journals
 * that nothing points to. The order is what makes it safe: a checkpoint that knows of the settlements is on the disk, and the
 * lease is still held after that, before a name goes.
 */
export async function cleanUp(cleaning: Cleaning): Promise<void> {
  const { directory, log, ledger, journal, rewritten, isStillHeld } = cleaning
  const ended = endedWriters(directory, log, cleaning.processes, cleaning.refresh)
  moveLonelyLetters(cleaning)
  const names = [...settledSegments(log, ledger, ended), ...pastJournals(cleaning)]
  const sparse = [...sparseSegments(directory, log, ledger, rewritten)]
  for (const { writer, end } of log.writers.values()) ledger.writer(writer).end = end
  journal.roll()
  await journal.sync()
  if (names.length + sparse.length === 0 || !isStillHeld()) return
  for (const name of names) {
    try {
      directory.files.unlink(directory.at(name))
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error
    }
  }
  const isRecorded = async () => {
    await journal.sync()
    return isStillHeld()
  }
  for (const each of sparse) {
    await rewriteSegment(directory, log, ledger, each, isRecorded)
    if (!isStillHeld()) return
    rewritten.set(segmentName(each.writer, each.number), each.alive)
  }
  await directory.files.syncDirectory(directory.path)
}

/** Nobody takes so long to make a file, ms. */
const oldMs = 600_000

/** Removes files that were only half made when a process was killed. */
export function removeLitter({ files, at, list }: Directory): void {
  for (const name of list().temporary) {
    const changedAt = files.stat(at(name))?.changedAt ?? Infinity
    if (Date.now() - changedAt > oldMs) unlinkQuietly(files, at(name))
  }
}

/** Whether there is something to clean up. */
export function hasCleaning(
  directory: Directory,
  log: Log,
  ledger: Ledger,
  rewritten: ReadonlyMap<string, number>,
): boolean {
  return hasSettledHead(log, ledger) || sparseSegments(directory, log, ledger, rewritten).next().done !== true
}

/** Writes the few dead letters in an old part of a journal anew, so that they do not keep all of it. */
function moveLonelyLetters({ directory, ledger, journal, epoch }: Cleaning): void {
  const lonely = new Map<string, { readonly letters: [number, DeadPlace][]; bytes: number }>()
  for (const [seq, place] of ledger.dead) {
    if (place.epoch === epoch && place.part === journal.part()) continue
    const name = journalName(place.epoch, place.part)
    const part = lonely.get(name) ?? { letters: [], bytes: 0 }
    part.letters.push([seq, place])
    part.bytes += place.length
    lonely.set(name, part)
  }
  for (const [name, { letters, bytes }] of lonely) {
    const size = directory.files.stat(directory.at(name))?.size ?? 0
    if (bytes > size * lonelyPart) continue
    for (const [seq, place] of letters) {
      const letter = readDeadLetter(directory, seq, place)
      if (letter !== undefined) journal.record([{ is: 'moved', letter }])
    }
  }
}

/** Dead letters are lonely when they are less than this part of a journal's part. */
const lonelyPart = 0.1

function* settledSegments(log: Log, ledger: Ledger, ended: ReadonlySet<number>): Generator<string> {
  for (const present of log.writers.values()) {
    const { writer, numbers, end } = present
    const { settled, heeded } = ledger.writer(writer)
    for (const [index, number] of numbers.entries()) {
      const next = numbers[index + 1]
      const header = next === undefined ? undefined : log.opening(writer, next)?.header
      const after = header ?? (next === undefined && ended.has(writer) ? end : undefined)
      if (after === undefined || after.ordinal > settled.firstMissing() || after.specials > heeded) break
      yield segmentName(writer, number)
    }
  }
}

/** Whether a writer's first segment could go although its last is still needed. */
function hasSettledHead(log: Log, ledger: Ledger): boolean {
  for (const { writer, numbers } of log.writers.values()) {
    const next = numbers[1]
    if (next === undefined) continue
    const { settled, heeded } = ledger.writer(writer)
    const header = log.opening(writer, next)?.header
    if (header && header.ordinal <= settled.firstMissing() && header.specials <= heeded) return true
  }
  return false
}

/** Whether any segment could go. */
export function hasSettledSegment(log: Log, ledger: Ledger, ended: ReadonlySet<number>): boolean {
  return settledSegments(log, ledger, ended).next().done !== true
}

function* pastJournals({ directory, ledger, journal, epoch, auditLimit }: Cleaning): Generator<string> {
  const { journals } = directory.list()
  const inUse = new Set([...ledger.dead.values()].map((place) => journalName(place.epoch, place.part)))
  for (const [index, past] of journals.entries()) {
    const isPresent = past.epoch === epoch && past.part === journal.part()
    const next = journals[index + 1]
    if (isPresent || next === undefined) return
    // A part whose successor cannot be read may hold the latest: it goes when that one has a successor of its own.
    const audited = (firstAuditIn(directory, next) ?? Infinity) - 1
    const name = journalName(past.epoch, past.part)
    if (audited <= ledger.sums.audits - auditLimit && !inUse.has(name)) yield name
  }
}
