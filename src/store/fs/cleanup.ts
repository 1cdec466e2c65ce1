import { errnoOf } from './files.ts'
import type { Directory } from './directory.ts'
import { firstAuditIn } from './auditTrail.ts'
import { freeWriters } from './claim.ts'
import type { Journal } from './journal.ts'
import type { Ledger } from './ledger.ts'
import type { Log } from './log.ts'
import { journalName, segmentName } from './names.ts'
import type { Processes } from './processes.ts'

/**
 * Removes segments in which everything is settled, and parts of journals that nothing points to.
 * The order is what makes it safe: a checkpoint that knows of the settlements is on the disk, and the lease is still held after
 * that, before a name goes.
 */
export async function cleanUp(deps: {
  readonly directory: Directory
  readonly log: Log
  readonly ledger: Ledger
  readonly journal: Journal
  readonly epoch: number
  readonly auditLimit: number
  readonly processes: Processes
  /** Brings the log up to date. */
  readonly refresh: () => void
  readonly isStillHeld: () => boolean
}): Promise<void> {
  const { directory, log, ledger, journal } = deps
  const free = freeWriters(directory, log, deps.processes)
  deps.refresh()
  const names = [...settledSegments(log, ledger, free), ...pastJournals(deps)]
  for (const { writer, end } of log.writers.values()) ledger.writer(writer).end = end
  journal.roll()
  await journal.sync()
  if (names.length === 0 || !deps.isStillHeld()) return
  for (const name of names) {
    try {
      directory.files.unlink(directory.at(name))
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error
    }
  }
  await directory.files.syncDirectory(directory.path)
}

function* settledSegments(log: Log, ledger: Ledger, free: ReadonlySet<number>): Generator<string> {
  for (const present of log.writers.values()) {
    const { writer, numbers, end } = present
    const { settled, heeded } = ledger.writer(writer)
    for (const [index, number] of numbers.entries()) {
      const next = numbers[index + 1]
      const header = next === undefined ? undefined : log.opening(writer, next)?.header
      const after = header ?? (next === undefined && free.has(writer) ? end : undefined)
      if (after === undefined || after.ordinal > settled.firstMissing() || after.specials > heeded) break
      yield segmentName(writer, number)
    }
  }
}

/** Whether a writer's first segment could go although its last is still needed; cheap enough to be asked after each settlement. */
export function hasSettledHead(log: Log, ledger: Ledger): boolean {
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
export function hasSettledSegment(log: Log, ledger: Ledger, free: ReadonlySet<number>): boolean {
  return settledSegments(log, ledger, free).next().done !== true
}

function* pastJournals({
  directory,
  ledger,
  journal,
  epoch,
  auditLimit,
}: {
  readonly directory: Directory
  readonly ledger: Ledger
  readonly journal: Journal
  readonly epoch: number
  readonly auditLimit: number
}): Generator<string> {
  const { journals } = directory.list()
  const inUse = new Set([...ledger.dead.values()].map((place) => journalName(place.epoch, place.part)))
  for (const [index, past] of journals.entries()) {
    const isPresent = past.epoch === epoch && past.part === journal.part()
    const next = journals[index + 1]
    if (isPresent || next === undefined) return
    const audited = (firstAuditIn(directory, next) ?? -Infinity) - 1
    const name = journalName(past.epoch, past.part)
    if (audited <= ledger.sums.audits - auditLimit && !inUse.has(name)) yield name
  }
}
