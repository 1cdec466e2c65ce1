import type { Directory } from './directory.ts'
import { recentMs } from './directory.ts'
import { errnoOf, unlinkQuietly } from './files.ts'
import { reserveName, spentName, temporaryName } from './names.ts'

/**
 * Room on the disk kept for settlements: on a full disk entries still leave, which is what makes room again. Once it is in use
 * appends are refused, so that they do not take it.
 */
export interface Reserve {
  /** Whether it is in use, by whomever; by others as of a moment ago. */
  isSpent(): boolean
  /** The same, as of the last `withRoom` or `refill` here: costs nothing. */
  isInUse(): boolean
  /** Runs `work`, if there is no room for it again with the reserve. */
  withRoom<T>(work: () => T): T
  /** Puts room aside, if there is any; answers whether it is there now. */
  refill(): boolean
  /** The same, but not within a second of a failure: each try writes as much as there is room for. */
  refillSometimes(): boolean
}

const refillEveryMs = 1_000

export function createReserve(directory: Directory, bytes: number): Reserve {
  const { files } = directory
  const path = directory.at(reserveName)
  const spent = directory.at(spentName)

  let isInUse = false
  let failedAt = -Infinity

  function spend(): boolean {
    if (files.stat(path) === undefined) return false
    isInUse = true
    files.unlink(path)
    if (files.stat(spent) === undefined) files.close(files.create(spent))
    directory.changed()
    return true
  }

  function refill(): boolean {
    const temporary = directory.at(temporaryName())
    try {
      if (bytes === 0 || files.stat(path) !== undefined) return true
      const file = files.create(temporary)
      try {
        files.write(file, Buffer.alloc(bytes), 0)
      } finally {
        files.close(file)
      }
      files.rename(temporary, path)
      if (files.stat(spent) !== undefined) files.unlink(spent)
      isInUse = false
      return true
    } catch {
      // There is no room to put aside; what was written of it must not take any.
      unlinkQuietly(files, temporary)
      isInUse = true
      failedAt = performance.now()
      return false
    }
  }

  return {
    isSpent: () => directory.list(recentMs).isSpent && directory.list().isSpent,
    isInUse: () => isInUse,
    withRoom(work) {
      try {
        return work()
      } catch (error) {
        if (!isFull(error) || !spend()) throw error
        return work()
      }
    },
    refill,
    refillSometimes: () => performance.now() - failedAt > refillEveryMs && refill(),
  }
}

/** Whether there was no room on the disk, or no more for this user. */
export function isFull(error: unknown): boolean {
  const errno = errnoOf(error)
  return errno === 'ENOSPC' || errno === 'EDQUOT'
}
