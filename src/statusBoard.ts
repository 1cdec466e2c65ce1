import type { Actor, SnapshotFrom } from 'xstate'
import { afterReports, restOf } from '../machines/setup.ts'
import type { Clock } from './clock.ts'
import type { SyncMachine } from './createSyncMachine.ts'
import type { Untold } from './report.ts'
import type { Place, Status } from './status.ts'
import { isSameStatus, leftCount, statusOf } from './status.ts'

/** The actor's status, kept up to date. */
export interface StatusBoard {
  status(): Status
  subscribe(listener: () => void): () => void
}

/** @param untold - what the status is to show before the machine knows of it: somebody has been told that it is kept. */
export function createStatusBoard<P>(actor: Actor<SyncMachine<P>>, clock: Clock, untold: Untold<P>): StatusBoard {
  const listeners = new Set<() => void>()
  const first = actor.getSnapshot()
  let leftBefore = 0
  /** As the machine knows it, and as it was last shown. */
  let present = statusOf(placeOf(first), first.context, clock.now(), leftBefore)
  let shown = present

  function look(): void {
    const snapshot = actor.getSnapshot()
    const place = placeOf(snapshot)
    const hasMoved = place.state !== present.state || place.reason !== present.reason
    if (hasMoved && place.state === 'draining' && present.state !== 'draining') leftBefore = leftCount(snapshot.context)
    const next = statusOf(place, snapshot.context, hasMoved ? clock.now() : present.since, leftBefore)
    // What was shown may have been ahead of what has happened since.
    if (isSameStatus(next, present) && isSameStatus(next, shown)) return
    present = next
    for (const listener of listeners) listener()
  }

  function ahead(): Status {
    const reports = untold.reports()
    if (reports === undefined) return present
    const { context } = actor.getSnapshot()
    const { state, reason, since } = present
    return statusOf({ state, reason }, { ...context, ...afterReports(context, reports) }, since, leftBefore)
  }

  actor.subscribe({ next: look, complete: look, error: look })
  return {
    status() {
      const next = ahead()
      if (!isSameStatus(next, shown)) shown = next
      return shown
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
      }
    },
  }
}

function placeOf<P>(snapshot: SnapshotFrom<SyncMachine<P>>): Place {
  if (snapshot.status !== 'active') return { state: 'stopped', reason: 'stopped' }
  if (snapshot.matches('backoff')) return { state: 'backoff', reason: snapshot.context.wait?.kind ?? 'backoff' }
  if (snapshot.matches('idle')) return { state: 'idle', reason: restOf(snapshot.context) }
  return { state: 'draining', reason: snapshot.matches({ draining: 'stopping' }) ? 'stopping' : 'pushing' }
}
