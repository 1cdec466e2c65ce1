import type { Actor, SnapshotFrom } from 'xstate'
import { restOf } from '../machines/setup.ts'
import type { Clock } from './clock.ts'
import type { SyncMachine } from './createSyncMachine.ts'
import type { Place, Status } from './status.ts'
import { isSameStatus, leftCount, statusOf } from './status.ts'

/** The actor's status, kept up to date. */
export interface StatusBoard {
  status(): Status
  subscribe(listener: () => void): () => void
}

export function createStatusBoard<P>(actor: Actor<SyncMachine<P>>, clock: Clock): StatusBoard {
  const listeners = new Set<() => void>()
  const first = actor.getSnapshot()
  let leftBefore = 0
  let present = statusOf(placeOf(first), first.context, clock.now(), leftBefore)

  function look(): void {
    const snapshot = actor.getSnapshot()
    const place = placeOf(snapshot)
    const hasMoved = place.state !== present.state || place.reason !== present.reason
    if (hasMoved && place.state === 'draining' && present.state !== 'draining') leftBefore = leftCount(snapshot.context)
    const next = statusOf(place, snapshot.context, hasMoved ? clock.now() : present.since, leftBefore)
    if (isSameStatus(next, present)) return
    present = next
    for (const listener of listeners) listener()
  }

  actor.subscribe({ next: look, complete: look, error: look })
  return {
    status: () => present,
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
