import type { Directory } from './directory.ts'
import { errnoOf, readWhole, unlinkQuietly } from './files.ts'
import { leaseName, temporaryName } from './names.ts'
import type { ProcessIdentity, Processes } from './processes.ts'

/** A lease that this store object holds on the disk. */
export interface HeldLease {
  readonly epoch: number
  /** Shows that the holder lives; false when somebody else has taken over. */
  isRenewed(): boolean
  /** Never throws. */
  release(): void
}

/** Takes leases in a directory. */
export interface LeaseFile {
  /** The next lease, if the last one was released or its holder is dead; else undefined. */
  tryTake(): HeldLease | undefined
}

const released = '\nreleased'

/** @param staleMs - a holder whose process cannot be looked at is dead when it has shown no life for so long. */
export function createLeaseFile(directory: Directory, processes: Processes, staleMs: number): LeaseFile {
  const { files } = directory
  let seen: { readonly epoch: number; readonly changedAt: number; readonly since: number } | undefined

  function isDead(epoch: number): boolean {
    const path = directory.at(leaseName(epoch))
    const text = readWhole(files, path)?.toString()
    const changedAt = files.stat(path)?.changedAt
    if (text === undefined || changedAt === undefined || text.endsWith(released)) return true
    const holder = parseHolder(text)
    if (holder === undefined || processes.fateOf(holder) === 'gone') return true
    // By this process's own clock: the wall clock may jump, and would make every holder look dead.
    const now = performance.now()
    if (seen?.epoch !== epoch || seen.changedAt !== changedAt) seen = { epoch, changedAt, since: now }
    return now - seen.since > staleMs
  }

  function take(epoch: number): HeldLease | undefined {
    const temporary = directory.at(temporaryName())
    const path = directory.at(leaseName(epoch))
    const file = files.create(temporary)
    let isTaken = false
    try {
      files.write(file, Buffer.from(JSON.stringify(processes.self())), 0)
      files.link(temporary, path)
      isTaken = true
      // Whoever was slow may have made one that is no longer the highest.
      const { leases } = directory.list()
      if ((leases.at(-1) ?? 0) <= epoch) {
        for (const old of leases) if (old < epoch) unlinkQuietly(files, directory.at(leaseName(old)))
        return heldLease(epoch, file)
      }
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') {
        if (isTaken) unlinkQuietly(files, path)
        files.close(file)
        throw error
      }
    } finally {
      unlinkQuietly(files, temporary)
    }
    if (isTaken) unlinkQuietly(files, path)
    files.close(file)
    return undefined
  }

  function heldLease(epoch: number, file: number): HeldLease {
    const path = directory.at(leaseName(epoch))
    return {
      epoch,
      isRenewed() {
        if (files.stat(path) === undefined || files.stat(directory.at(leaseName(epoch + 1))) !== undefined) return false
        files.touch(file)
        return true
      },
      release() {
        try {
          files.write(file, Buffer.from(released), files.size(file))
        } catch {
          // Without the mark, but also without the file, the lease is free; its journal keeps the epoch from being used again.
          unlinkQuietly(files, path)
        } finally {
          files.close(file)
        }
      },
    }
  }

  return {
    tryTake() {
      const { leases, journals } = directory.list()
      const last = leases.at(-1)
      if (last !== undefined && !isDead(last)) return undefined
      return take(Math.max(last ?? 0, journals.at(-1)?.epoch ?? 0) + 1)
    },
  }
}

function parseHolder(text: string): ProcessIdentity | undefined {
  try {
    const holder: unknown = JSON.parse(text)
    return typeof holder === 'object' && holder !== null ? (holder as ProcessIdentity) : undefined
  } catch {
    // A lease comes into being whole: one that is not was torn by a power cut, which its holder did not survive.
    return undefined
  }
}
