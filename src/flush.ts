import type { Actor, SnapshotFrom } from 'xstate'
import { restOf } from '../machines/setup.ts'
import type { SyncMachine } from './createSyncMachine.ts'
import { leftCount } from './status.ts'

/** How a flush came out. */
export interface Flushed {
  /** `empty`: what was pending at the call has left. Else why the rest has not. */
  readonly outcome: 'empty' | 'waiting' | 'offline' | 'paused' | 'held' | 'standby' | 'stopped'
  /** Entries delivered since the call. */
  readonly delivered: number
  /** Entries that still wait. */
  readonly pending: number
}

/** How many entries the actor has delivered. */
export function deliveredBy<P>(actor: Actor<SyncMachine<P>>): number {
  return actor.getSnapshot().context.tally.delivered
}

/**
 * Has the machine push now, cutting backoffs short, and answers as soon as it can be said how that went.
 * @param deliveredBefore - how many entries it had delivered when somebody asked.
 */
export async function flushActor<P>(actor: Actor<SyncMachine<P>>, deliveredBefore: number): Promise<Flushed> {
  const { context: before } = actor.getSnapshot()
  const goal = before.counts === undefined ? Infinity : leftCount(before) + before.counts.pending
  if (actor.getSnapshot().status === 'active') actor.send({ type: 'flush' })
  return snapshotAnswer(actor, (snapshot) => {
    const { context } = snapshot
    const outcome = outcomeIn(snapshot, leftCount(context) >= goal)
    return (
      outcome && {
        outcome,
        delivered: context.tally.delivered - deliveredBefore,
        pending: context.counts?.pending ?? 0,
      }
    )
  })
}

function outcomeIn<P>(snapshot: SnapshotFrom<SyncMachine<P>>, haveAllLeft: boolean): Flushed['outcome'] | undefined {
  if (snapshot.status !== 'active') return 'stopped'
  if (snapshot.matches('backoff')) return 'waiting'
  if (snapshot.context.counts === undefined) return undefined
  if (snapshot.matches('draining')) return haveAllLeft && snapshot.context.counts.pending > 0 ? 'empty' : undefined
  const rest = restOf(snapshot.context)
  return rest === 'ready' ? 'empty' : rest
}

/** The first answer that a snapshot of the actor gives, the present one and the last one included. */
export function snapshotAnswer<P, T>(
  actor: Actor<SyncMachine<P>>,
  answer: (snapshot: SnapshotFrom<SyncMachine<P>>) => T | undefined,
): Promise<T> {
  return new Promise((resolve) => {
    const subscriptions = new Set<{ unsubscribe(): void }>()
    const look = () => {
      const found = answer(actor.getSnapshot())
      if (found === undefined) return
      resolve(found)
      for (const subscription of subscriptions) subscription.unsubscribe()
    }
    subscriptions.add(actor.subscribe({ next: look, complete: look, error: look }))
    look()
  })
}
