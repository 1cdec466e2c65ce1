import { macrotask } from '../../clock.ts'
import type { Directory } from './directory.ts'
import type { BodyWriter } from './frameBuffer.ts'
import { createFrameBuffer } from './frameBuffer.ts'
import type { Reserve } from './reserve.ts'
import { storeError } from './storeError.ts'
import type { Tail, Unplaced } from './tail.ts'
import type { Turns } from './turns.ts'
import { createTurns } from './turns.ts'

/** What a frame holds, but for its body. */
export type FrameFacts = Pick<Unplaced, 'kind' | 'count' | 'bytes' | 'enqueuedAt' | 'onPlaced'>

/** Appends frames to the own log; calls that wait at the same time share one write and one sync, or two that take turns. */
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
  readonly turns?: Turns
}): Appender {
  const { directory, tail, reserve, turns = createTurns() } = deps
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
    let unanswered: readonly Waiting[] = []
    turns.onStart()
    await Promise.resolve()
    while (waiting.length > 0) {
      const synced = await commit(unanswered)
      if (turns.areTaken() && isBalanced(synced.length, waiting.length)) {
        unanswered = synced
        continue
      }
      // Those who were answered together come back together: let all of them in, or one half while the other is written.
      const first = turns.areTaken() && waiting.length === 0 ? Math.ceil(synced.length / 2) : synced.length
      unanswered = synced.slice(first)
      await answer(synced.slice(0, first))
      if (waiting.length === 0) {
        await answer(unanswered)
        unanswered = []
      }
    }
  }

  /** Writes and syncs all that wait, and answers those before while the disk is at work; who is on the disk then. */
  async function commit(before: readonly Waiting[]): Promise<readonly Waiting[]> {
    const made = tail.isOpen() ? undefined : await failureOf(directory.make())
    const group = waiting
    waiting = []
    let kept: readonly Waiting[] = []
    try {
      if (made !== undefined) throw made.error
      if (reserve.isSpent() && !reserve.refillSometimes()) throw noRoom()
      kept = tail.write(group, buffer, (each, error) => rejectAll([each], error, 'append to'))
    } catch (error) {
      rejectAll(group, error, 'append to')
    } finally {
      buffer.clear()
    }
    const beganAt = performance.now()
    const syncing = kept.length === 0 ? undefined : tail.sync()
    void answer(before)
    try {
      await syncing
    } catch (error) {
      rejectAll(kept, error, 'sync what was appended to')
      return []
    }
    if (kept.length > 0) {
      turns.onSynced(kept.length, kept.length + waiting.length, performance.now() - beganAt)
      deps.onAppended()
    }
    return kept
  }

  /** Resolves when those who were answered have come back, if they do so at once. */
  async function answer(group: readonly Waiting[]): Promise<void> {
    if (group.length === 0) return
    for (const { resolve } of group) resolve()
    if (group.length + waiting.length > 1) await macrotask()
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

/** Whether two groups may take turns: none waits long for the other. */
const isBalanced = (one: number, other: number): boolean => one <= 2 * other && other <= 2 * one

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
