import type { Tally } from '../../machines/setup.ts'
import type { Counts } from '../entry.ts'
import type { Cut, Wait } from '../report.ts'

/** Of a batch of reports, one emitted event: no payload, no result, no meta. */
export interface ShownReport {
  readonly type: string
  /** Set when another context did it. */
  readonly origin?: 'elsewhere'
  readonly id?: string
  /** Of a warning or a dead letter. */
  readonly code?: string
  /** Failed tries. */
  readonly attempts?: number
  readonly reason?: string
  /** The payload as JSON text, if payloads are to be shown. */
  readonly payload?: string
}

/** What may be shown of an event; which fields there are depends on `type`. Every text is bounded. */
export interface StepEvent {
  readonly type: string
  /** `retry`, `enqueue`: the entry it is about. */
  readonly id?: string
  /** How many entries an event enqueues. */
  readonly entries?: number
  /** The first of the payloads, as JSON text, if payloads are to be shown. */
  readonly payloads?: readonly string[]
  readonly wait?: Wait
  /** `engine.held`, and what an engine that failed says. */
  readonly reason?: string
  readonly paused?: boolean
  readonly held?: string
  /** `engine.reports`: how many of each type; a warning counts as `warning.<code>`, what another context did as `elsewhere.<type>`. */
  readonly emitted?: Readonly<Record<string, number>>
  /** Items in the entries that were delivered here. */
  readonly items?: number
  readonly counts?: Counts
  readonly changed?: boolean
  /** What the reports leave as the last error; null when they clear it, absent when they do not touch it. */
  readonly lastError?: string | null
  /** The first few of the reports. */
  readonly first?: readonly ShownReport[]
}

/** The context of the machine without its input, which may hold an address; every text is bounded. */
export interface StepContext {
  readonly paused: boolean
  readonly held?: string
  readonly offline: boolean
  readonly standby: boolean
  readonly dirty: boolean
  readonly cut: Cut
  readonly wait?: Wait
  readonly waitLeftMs: number
  readonly counts?: Counts
  readonly tally: Tally
  readonly lastError?: string
}

/** What one event did to the machine: no secret in it, and less than 4 kB as JSON, however much waits. */
export interface Step {
  readonly kind: 'step'
  /** When the machine was sent the event, epoch ms, by the clock of the outbox. */
  readonly at: number
  /** How long after that the machine was through with it, ms; absent when 0. */
  readonly tookMs?: number
  readonly event: StepEvent
  /** Where the machine is after it, dotted: `idle.ready`, `draining.pushing`, `backoff`, `stopped`. */
  readonly state: string
  readonly before: string
  /** After the event. */
  readonly context: StepContext
}

/** Where a session begins. */
export interface SessionHead {
  readonly kind: 'session'
  readonly version: 1
  readonly name: string
  /** Epoch ms. */
  readonly startedAt: number
  readonly initial: { readonly state: string; readonly context: StepContext }
}

/** One line of a recording. */
export type RecordedLine =
  | SessionHead
  | Step
  /** So many steps are missing here. */
  | { readonly kind: 'gap'; readonly dropped: number; readonly at: number }
  | { readonly kind: 'end'; readonly at: number }
