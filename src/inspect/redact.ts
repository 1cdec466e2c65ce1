import type { SyncContext } from '../../machines/setup.ts'
import { errorText } from '../errors.ts'
import type { Command, EngineEvent, EnqueueRequest, OutboxEvent, Wait } from '../report.ts'
import type { ShownReport, StepContext, StepEvent } from './step.ts'

/** What is shown of payloads: nothing (false), all, or what a function makes of each. */
export type ShownPayloads = boolean | ((payload: unknown) => unknown)

/** Reports and payloads of one event that are shown; the rest is counted. */
const shownAtMost = 3
const longestText = 120
const longestId = 256
const longestPayload = 160

/**
 * A text without control characters, of at most so many bytes as JSON: a step is small whatever it tells of. One that is shortened
 * stays as it is when it comes again.
 */
export function boundedText(text: unknown, longest: number = longestText): string {
  let kept = ''
  let fitting = ''
  let bytes = 0
  for (const letter of String(text).slice(0, longest + 1)) {
    const plain = /[\p{Cc}\u2028\u2029]/u.test(letter) ? ' ' : letter.toWellFormed()
    bytes += bytesOf(plain)
    if (bytes > longest) return `${fitting}…`
    kept += plain
    // What may have to be added when the rest does not fit.
    if (bytes <= longest - bytesOf('…')) fitting = kept
  }
  return kept
}

/** Of one letter in JSON: UTF-8, and a backslash before some. */
function bytesOf(letter: string): number {
  const code = letter.codePointAt(0) ?? 0
  if (code < 0x80) return letter === '"' || letter === '\\' ? 2 : 1
  if (code < 0x800) return 2
  return code < 0x10000 ? 3 : 4
}

/** A payload as bounded JSON text, or undefined when payloads are not to be shown. */
export function shownPayload(payload: unknown, payloads: ShownPayloads): string | undefined {
  if (payloads === false) return undefined
  try {
    const shown = typeof payloads === 'function' ? payloads(payload) : payload
    return boundedText(JSON.stringify(shown) ?? 'undefined', longestPayload)
  } catch {
    return 'a payload that cannot be shown'
  }
}

/** The context as it may be shown: flags, counts and bounded texts, without the input. */
export function shownContext(context: SyncContext): StepContext {
  const { paused, held, offline, standby, dirty, cut, wait, waitLeftMs, counts, tally, lastError } = context
  return {
    paused,
    ...(held !== undefined && { held: boundedText(held) }),
    offline,
    standby,
    dirty,
    cut,
    ...(wait && { wait: shownWait(wait) }),
    waitLeftMs,
    ...(counts && { counts }),
    tally,
    ...(lastError !== undefined && { lastError: boundedText(lastError) }),
  }
}

/** An event as it may be shown. One that is not what the machine knows under its type shows the type alone. */
export function shownEvent(event: { readonly type: string }, payloads: ShownPayloads): StepEvent {
  try {
    return shownFields(event as Command<unknown> | EngineEvent<unknown>, payloads)
  } catch {
    return { type: boundedText(event.type) }
  }
}

function shownFields(event: Command<unknown> | EngineEvent<unknown>, payloads: ShownPayloads): StepEvent {
  switch (event.type) {
    case 'enqueue':
      return { ...idOf(event), ...shownRequests(event.type, [event], payloads) }
    case 'enqueueAll':
      return shownRequests(event.type, event.entries, payloads)
    case 'retry':
      return { type: event.type, ...idOf(event) }
    case 'engine.waiting':
      return { type: event.type, wait: shownWait(event.wait) }
    case 'engine.held':
      return { type: event.type, reason: boundedText(event.reason) }
    case 'engine.control':
      return {
        type: event.type,
        paused: event.paused,
        ...(event.held !== undefined && { held: boundedText(event.held) }),
      }
    case 'engine.reports':
      return shownReports(event, payloads)
    case 'wake':
    case 'flush':
    case 'pause':
    case 'resume':
    case 'online':
    case 'offline':
    case 'stop':
    case 'engine.drained':
    case 'engine.halted':
    case 'engine.standby':
    case 'engine.leading':
    case 'engine.removed':
    case 'engine.closed':
      return { type: event.type }
    default:
      return shownForeign(event)
  }
}

/** XState's own events, and what others send: of an error its message. */
function shownForeign(event: { readonly type: string; readonly error?: unknown }): StepEvent {
  const type = boundedText(event.type)
  return event.error === undefined ? { type } : { type, reason: boundedText(errorText(event.error)) }
}

function idOf({ id }: { readonly id?: string }): { readonly id?: string } {
  return id === undefined ? {} : { id: boundedText(id, longestId) }
}

function shownWait(wait: Wait): Wait {
  const { kind, attempts, misses, nextAttemptAt, leftMs, reason } = wait
  return {
    ...idOf(wait),
    kind,
    attempts,
    misses,
    nextAttemptAt,
    leftMs,
    ...(reason !== undefined && { reason: boundedText(reason) }),
  }
}

function shownRequests(type: string, requests: readonly EnqueueRequest<unknown>[], payloads: ShownPayloads): StepEvent {
  const first = requests.slice(0, shownAtMost).flatMap(({ payload }) => shownPayload(payload, payloads) ?? [])
  return { type, entries: requests.length, ...(first.length > 0 && { payloads: first }) }
}

function shownReports(
  { type, events, counts, changed }: Extract<EngineEvent<unknown>, { type: 'engine.reports' }>,
  payloads: ShownPayloads,
): StepEvent {
  const emitted: Record<string, number> = {}
  let items = 0
  let lastError: string | null | undefined
  for (const event of events) {
    const isHere = event.origin === 'here'
    const kind = event.type === 'warning' ? `warning.${event.code}` : event.type
    const name = isHere ? kind : `elsewhere.${kind}`
    emitted[name] = (emitted[name] ?? 0) + 1
    if (event.type === 'delivered' && isHere) items += event.entry.items
    lastError = lastErrorAfter(event, lastError)
  }
  return {
    type,
    emitted,
    items,
    ...(counts && { counts }),
    ...(changed !== undefined && { changed }),
    ...(lastError !== undefined && { lastError }),
    first: events.slice(0, shownAtMost).map((event) => shownReport(event, payloads)),
  }
}

/** As the machine's own `lastError` goes: what a failure says, null after a delivery. */
function lastErrorAfter(event: OutboxEvent<unknown>, before: string | null | undefined): string | null | undefined {
  if (event.type === 'delivered') return null
  if (event.type === 'dropped' || event.type === 'retryScheduled') return boundedText(event.reason)
  if (event.type !== 'warning' || (event.code !== 'OUTBOX_STORE' && event.code !== 'OUTBOX_UNREADABLE')) return before
  // A warning without a reason clears it, too.
  return event.reason === undefined ? null : boundedText(event.reason)
}

function shownReport(event: OutboxEvent<unknown>, payloads: ShownPayloads): ShownReport {
  const entry = 'entry' in event ? event.entry : undefined
  const id = entry?.id ?? ('id' in event ? event.id : undefined)
  const attempts = entry?.attempts ?? ('attempts' in event ? event.attempts : undefined)
  const reason = 'reason' in event ? event.reason : 'error' in event ? errorText(event.error) : undefined
  const payload = entry === undefined ? undefined : shownPayload(entry.payload, payloads)
  return {
    type: event.type,
    ...(event.origin === 'elsewhere' && { origin: event.origin }),
    ...(id !== undefined && { id: boundedText(id) }),
    ...('code' in event && { code: event.code }),
    ...(attempts !== undefined && { attempts }),
    ...(reason !== undefined && { reason: boundedText(reason) }),
    ...(payload !== undefined && { payload }),
  }
}
