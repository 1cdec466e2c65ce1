import type { StoredAuditRecord } from '../entry.ts'
import type { RecordedLine, SessionHead, Step } from './step.ts'

/** A waiting entry as the page shows it: facts, and no payload unless it was asked for. */
export interface ShownEntry {
  readonly seq: number
  readonly id: string
  readonly enqueuedAt: number
  readonly items: number
  readonly bytes: number
  readonly attempts: number
  readonly misses: number
  readonly requeues: number
  readonly nextAttemptAt?: number
  readonly lastError?: string
  /** JSON, bounded. */
  readonly meta?: string
  /** JSON, bounded; only when payloads are shown. */
  readonly payload?: string
  /** Why the payload cannot be read back. */
  readonly unreadable?: string
}

/** A dead letter as the page shows it. */
export interface ShownLetter {
  readonly seq: number
  readonly at: number
  readonly code: string
  readonly reason: string
  readonly entry: ShownEntry
}

/** An audit record as the page shows it; `meta` is JSON, bounded. */
export interface ShownRecord extends Omit<StoredAuditRecord, 'meta'> {
  readonly meta?: string
}

/** What can be listed, by its name. Entries and dead letters come oldest first, audit records newest first. */
export interface Lists {
  readonly entries: ShownEntry
  readonly dead: ShownLetter
  readonly audit: ShownRecord
}

/** A page of a list; `next` is where the page after it begins, if there is one. */
export interface ListPage<Row> {
  readonly rows: readonly Row[]
  readonly next?: number
}

/** Which page of a list: `from` is a `next` of an earlier one, nothing for the first. */
export interface PageRequest {
  readonly from?: number
  readonly limit: number
}

/** What a person may order from the page. */
export type Order =
  | { readonly type: 'pause' | 'resume' | 'retry' | 'requeueAll' }
  | { readonly type: 'cancel' | 'requeue' | 'discard'; readonly id: string }

/** Where a session starts, and what the source lets one do. */
export interface SourceSnapshot {
  readonly head: SessionHead
  readonly control: boolean
  readonly payloads: boolean
}

/** A line of the session, or that its source cannot be reached for now. */
export type SourceLine = RecordedLine | { readonly kind: 'lost' }

/** What the page is shown from: an outbox, the stream of a server, or a recording. */
export interface InspectorSource {
  readonly kind: 'live' | 'recording'
  snapshot(): Promise<SourceSnapshot>
  /**
   * Calls back with the head and with every line after it, until what it returns is called. A new head starts anew. A step may come
   * as what makes it: whoever leaves steps out is spared their making.
   */
  steps(onLine: (line: SourceLine | (() => Step)) => void): () => void
  page<What extends keyof Lists>(what: What, request: PageRequest): Promise<ListPage<Lists[What]>>
  /** Carries an order out; resolves with how many entries it concerned. Rejects where nothing may be ordered. */
  control(order: Order): Promise<number>
}
