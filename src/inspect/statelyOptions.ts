import type { AnyMachineSnapshot } from 'xstate'
import type { SyncContext } from '../../machines/setup.ts'
import type { StepOptions } from './observeSteps.ts'
import { boundedText, shownContext, shownEvent } from './redact.ts'
import type { ShownPayloads } from './redact.ts'

/** A message of `@statelyai/inspect`, as far as it is looked at. */
interface Message {
  readonly type: string
  readonly event?: { readonly type: string }
  readonly snapshot?: unknown
}

/** Options for the inspectors of `@statelyai/inspect`. */
export interface StatelyOptions {
  /** Takes out of a message what must not be seen. */
  serialize<M>(message: M): M
  /** Deep enough for the definition of the machine. */
  readonly serializationDepthLimit: number
}

/** Events and messages that have been made fit to be shown: an inspector may serialize them twice. */
const shown = new WeakSet<object>()

/**
 * To spread into `createBrowserInspector` or `createWebSocketInspector`: nothing leaves the app but types of events, ids, counts,
 * flags and bounded texts; no payload, unless asked for, no result, no meta, no address. Of actors other than outboxes only types
 * of events and the status are left: an inspector of its own is best.
 */
export function statelyOptions({ payloads = false }: StepOptions = {}): StatelyOptions {
  return {
    serialize: <M>(message: M) => serialized(message as Message, payloads) as M,
    serializationDepthLimit: 30,
  }
}

function serialized(message: Message, payloads: ShownPayloads): Message {
  if (shown.has(message)) return message
  const redacted = {
    ...message,
    ...(message.event && { event: redactedEvent(message.event, payloads) }),
    ...('snapshot' in message && { snapshot: redactedSnapshot(message.snapshot) }),
  }
  // A class instance among the fields could not be posted to another window.
  const plain = JSON.parse(JSON.stringify(redacted)) as Message
  shown.add(plain)
  return plain
}

/** The event as it may be shown; one that has been through here stays as it is. */
export function redactedEvent(event: { readonly type: string }, payloads: ShownPayloads): { readonly type: string } {
  if (shown.has(event)) return event
  const redacted = shownEvent(event, payloads)
  shown.add(redacted)
  return redacted
}

/** The snapshot as it may be shown: of an outbox its place and context, of any other actor its status. */
export function redactedSnapshot(snapshot: unknown): object {
  if (typeof snapshot !== 'object' || snapshot === null) return {}
  const { status, value, context, output, error } = snapshot as AnyMachineSnapshot
  if (!isSyncContext(context)) return { status: boundedText(status) }
  return {
    status,
    value,
    context: shownContext(context),
    ...(output !== undefined && { output }),
    ...(error !== undefined && { error: 'failed' }),
    children: {},
  }
}

function isSyncContext(context: unknown): context is SyncContext {
  return typeof context === 'object' && context !== null && 'waitLeftMs' in context && 'tally' in context
}
