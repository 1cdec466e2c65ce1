import type { Files } from './files.ts'
import { isCutBack } from './files.ts'

/**
 * Zeros behind the end of the own segment: a write that comes to stand where they are changes no length, and a sync of it alone takes
 * less time. They are never read as anything, and go when the segment is left.
 */
export interface RoomAhead {
  /**
   * Before a write that will end at `end`: where that is just where the room ends, makes it end further behind. The length of a file
   * may tell that its last frame is all there only if it is that frame which has made it so long.
   */
  widen(file: number, end: number): void
  /** After a write of `length` bytes that ends at `end`: makes room behind it if there is none, and more small writes are to be expected. */
  keep(file: number, end: number, length: number): void
  /** Cuts the segment at `end`; false when that fails. */
  isCutBack(file: number, end: number): boolean
  /** Cuts off what room is left behind `end`, where that is known, and knows nothing of this segment any more. */
  leave(file: number, end?: number): void
}

/** No more than that, bytes: larger room gains little. */
const mostBytes = 512 * 1024
/** A write is small when so many of them find room: for larger ones, writing zeros first costs more than it saves. */
const writesAhead = 32

export function createRoomAhead(files: Files): RoomAhead {
  const zeros = Buffer.alloc(mostBytes)
  /** Where it ends, if there is any. */
  let until = 0

  function cutBack(file: number, end: number): boolean {
    until = 0
    return isCutBack(files, file, end)
  }

  return {
    widen(file, end) {
      if (end !== until) return
      files.write(file, zeros.subarray(0, 1), end)
      until += 1
    },
    keep(file, end, length) {
      if (end <= until) return
      // As much as has been written at most, so that little is added to what takes up little.
      const bytes = Math.min(end, mostBytes)
      if (length * writesAhead > bytes) return
      try {
        files.write(file, zeros.subarray(0, bytes), end)
        until = end + bytes
      } catch {
        // Nothing is lost but time; the room that there is on the disk is for entries.
        cutBack(file, end)
      }
    },
    isCutBack: cutBack,
    leave(file, end = Infinity) {
      if (until > end) cutBack(file, end)
      until = 0
    },
  }
}
