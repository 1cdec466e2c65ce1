import { macrotask } from '../../clock.ts'
import type { Directory } from './directory.ts'
import type { BodyWriter } from './frameBuffer.ts'
import { createFrameBuffer } from './frameBuffer.ts'
import type { Reserve } from './reserve.ts'
import { storeError } from './storeError.ts'
import type { Tail, Unplaced } from './tail.ts'

/** What a frame holds, but for its body. */
export type FrameFacts = Pick<Unplaced, 'kind' | 'count' | 'bytes' | 'enqueuedAt' | 'onPlaced'>

/** Appends frames to the own log; calls that wait at the same time share one write and one sync. */
export interface Appender {
  /**
   * Resolves when the frame is on the disk; rejects when nothing of it is kept.
   * @param writeBody - called at once.
   */
  append(facts: FrameFacts, writeBody: (into: BodyWriter) => void): Promise<void>
  /** Ends what was begun. */
  close(): Promise<void>
}

interface Waiting extends Unplaced {
  resolve(): void
  reject(error: unknown): void
}

export function createAppender(deps: {
  readonly directory: Directory
  readonly tail: Tail
  readonly reserve: Reserve
  /** Something is on the disk that was not before. */
  readonly onAppended: () => void
}): Appender {
  const { directory, tail, reserve } = deps
  const buffer = createFrameBuffer()
  let waiting: Waiting[] = []
  let flushing: Promise<void> | undefined

  function startFlush(): void {
    flushing ??= flush().finally(() => {
      flushing = undefined
      // Who came after the last look and before this was not seen by either.
      if (waiting.length > 0) startFlush()
    })
  }

  async function flush(): Promise<void> {
    let wasShared = false
    while (waiting.length > 0) {
      // Those who were answered together come back together: let all of them in.
      if (wasShared) await macrotask()
      else await Promise.resolve()
      wasShared = waiting.length > 1
      await commit()
    }
  }

  /** Writes and syncs all that wait. */
  async function commit(): Promise<void> {
    const made = tail.isOpen() ? undefined : await failureOf(directory.make())
    const group = waiting
    waiting = []
    let kept: readonly Waiting[]
    try {
      if (made !== undefined) throw made.error
      if (reserve.isSpent() && !reserve.refillSometimes()) throw noRoom()
      kept = tail.write(group, buffer, (each, error) => rejectAll([each], error, 'append to'))
    } catch (error) {
      return rejectAll(group, error, 'append to')
    } finally {
      buffer.clear()
    }
    if (kept.length === 0) return
    try {
      await tail.sync()
    } catch (error) {
      return rejectAll(kept, error, 'sync what was appended to')
    }
    deps.onAppended()
    for (const { resolve } of kept) resolve()
  }

  function rejectAll(group: readonly Waiting[], error: unknown, what: string): void {
    const reason = storeError(error, `${what} ${directory.path}`)
    for (const { reject } of group) reject(reason)
  }

  return {
    append: (facts, writeBody) =>
      new Promise((resolve, reject) => {
        const { kind, count, bytes, enqueuedAt, onPlaced } = facts
        const { from, bodyLength, bodyCrc } = buffer.add(writeBody)
        const frame = { kind, count, bytes, enqueuedAt, from, bodyLength, bodyCrc, resolve, reject }
        waiting.push(onPlaced === undefined ? frame : { ...frame, onPlaced })
        startFlush()
      }),
    async close() {
      for (let last = flushing; last !== undefined; last = flushing) await last
    },
  }
}

async function failureOf(work: Promise<void>): Promise<{ readonly error: Error } | undefined> {
  try {
    await work
    return undefined
  } catch (error) {
    return { error: error as Error }
  }
}

function noRoom(): Error {
  return Object.assign(new Error('the disk is full, and the room put aside is for settlements'), { code: 'ENOSPC' })
}
