import { performance } from 'node:perf_hooks'

/**
 * Whether those who append at the same time are written all at once, or in two groups that take turns, so that one comes back while the
 * other is on its way to the disk. That pays where the event loop would wait for the disk, but not for longer than it works.
 */
export interface Turns {
  areTaken(): boolean
  /** Somebody appends again after nobody did: what the event loop has done since does not count. */
  onStart(): void
  /**
   * A group is on the disk.
   * @param appends - in the group.
   * @param callers - as many, and those who wait for their turn.
   * @param syncMs - how long the disk took.
   */
  onSynced(appends: number, callers: number, syncMs: number): void
}

/** For how long the event loop was at work since the last call, ms, and what part of the time that was, 0 to 1. */
export type Work = () => { readonly active: number; readonly utilization: number }

/** Where the event loop works for longer there is little to be gained, and two groups are more work than one. */
const mostAtWork = 0.8
/** The part of their time that syncing one of two groups may take: there are two of them to sync. */
const mostSyncing = 0.7
/** Where it took longer, so many groups are written all at once before turns are tried again. */
const groupsBetween = 4
/** After so many groups in turns, one is written all at once: only then does it show how long the event loop would wait. */
const groupsInTurns = 64

export function createTurns(work: Work = eventLoopWork()): Turns {
  let left = 0
  /** So many groups more are written all at once, whatever they show. */
  let paused = 0
  /** For each append, when all are written at once. */
  let workMs = 0
  /** Then too; smoothed. */
  let atWork = 1
  return {
    areTaken: () => left > 0,
    onStart: () => void work(),
    onSynced(appends, callers, syncMs) {
      const { active, utilization } = work()
      if (left > 0) {
        const isWorthwhile = syncMs < mostSyncing * workMs * callers
        left = isWorthwhile ? left - 1 : 0
        paused = isWorthwhile ? 0 : groupsBetween
        return
      }
      workMs = active / appends
      atWork += (utilization - atWork) / 4
      if (paused > 0) paused -= 1
      else if (syncMs < active && atWork < mostAtWork) left = groupsInTurns
    },
  }
}

function eventLoopWork(): Work {
  let last = performance.eventLoopUtilization()
  return () => {
    const present = performance.eventLoopUtilization()
    const since = performance.eventLoopUtilization(present, last)
    last = present
    return since
  }
}
