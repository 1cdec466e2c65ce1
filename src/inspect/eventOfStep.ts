import type { OutboxEvent } from '../report.ts'
import type { StepEvent } from './step.ts'

/** An event that does to the machine what the recorded one did, as far as the machine looks at it: payloads it never does. */
export function eventOfStep(step: StepEvent): { readonly type: string } {
  const { type, id, wait, reason, paused, held } = step
  switch (type) {
    case 'enqueue':
      return { type, payload: undefined } as { readonly type: string }
    case 'enqueueAll':
      return { type, entries: [] } as { readonly type: string }
    case 'engine.reports':
      return { type, events: eventsOf(step), counts: step.counts, changed: step.changed } as { readonly type: string }
    default:
      return {
        type,
        ...(id !== undefined && { id }),
        ...(wait && { wait }),
        ...(reason !== undefined && (type.startsWith('xstate.error.') ? { error: new Error(reason) } : { reason })),
        ...(paused !== undefined && { paused }),
        ...(held !== undefined && { held }),
      }
  }
}

/** Reports that add up to the recorded ones; the last leaves the last error as it was left. */
function eventsOf({ emitted = {}, items = 0, lastError }: StepEvent): readonly OutboxEvent<unknown>[] {
  const times = (type: string, eventAt: (index: number) => object) =>
    Array.from({ length: emitted[type] ?? 0 }, (_, index) => eventAt(index))
  const events = [
    ...times('skipped', () => ({ type: 'skipped' })),
    ...times('dropped', () => ({ type: 'dropped' })),
    ...times('warning.OUTBOX_UNREADABLE', () => ({ type: 'warning', code: 'OUTBOX_UNREADABLE' })),
    ...times('warning.OUTBOX_STORE', () => ({ type: 'warning', code: 'OUTBOX_STORE' })),
    // Who had how many items is not recorded, and nobody asks.
    ...times('delivered', (index) => ({ type: 'delivered', entry: { items: index === 0 ? items : 0 } })),
    ...(typeof lastError === 'string' ? [{ type: 'retryScheduled', reason: lastError }] : []),
  ]
  return events as readonly OutboxEvent<unknown>[]
}
