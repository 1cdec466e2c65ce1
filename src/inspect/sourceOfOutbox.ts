import type { Outbox, PageRange } from '../createOutbox.ts'
import type { DeadLetter, ListedEntry, Meta, StoredAuditRecord } from '../entry.ts'
import { OutboxError } from '../errors.ts'
import { lastAuditSeq } from './lastAuditSeq.ts'
import { observeLater, sessionHead } from './observeSteps.ts'
import type { ShownPayloads } from './redact.ts'
import { boundedText, shownPayload } from './redact.ts'
import type {
  InspectorSource,
  ListPage,
  Lists,
  Order,
  PageRequest,
  ShownEntry,
  ShownLetter,
  ShownRecord,
} from './source.ts'

/** What an inspector may show and do. */
export interface InspectorOptions {
  /** What the page is titled; default: the `name` in the actor's input, or `outbox`. */
  readonly name?: string
  /** What is shown of payloads, as bounded JSON text; default false, nothing. */
  readonly payloads?: ShownPayloads
  /** Whether a person may pause, resume, retry, cancel, requeue and discard; default false. */
  readonly control?: boolean
}

/** The inspector's source for an outbox in this context. */
export function sourceOfOutbox<P>(outbox: Outbox<P>, options: InspectorOptions = {}): InspectorSource {
  const { name, payloads = false, control: mayControl = false } = options
  const auditEnd = lastAuditSeq(outbox)

  const read: { readonly [What in keyof Lists]: (request: PageRequest) => Promise<ListPage<Lists[What]>> } = {
    entries: (request) => forward(request, outbox.list, (entry) => shownEntry(entry, payloads)),
    dead: (request) => forward(request, outbox.deadLetters.list, (letter) => shownLetter(letter, payloads)),
    async audit({ from, limit }) {
      const end = from ?? (await auditEnd()) + 1
      const after = Math.max(0, end - 1 - limit)
      const records = await outbox.history({ after, limit })
      const rows = records.filter(({ seq }) => seq < end).map(shownRecord)
      return { rows: rows.toReversed(), ...(after > 0 && rows.length > 0 && { next: after + 1 }) }
    },
  }

  return {
    kind: 'live',
    snapshot: async () => ({ head: sessionHead(outbox, name), control: mayControl, payloads: payloads !== false }),
    steps(onLine) {
      onLine(sessionHead(outbox, name))
      const endSteps = observeLater(outbox, onLine, { payloads })
      const end = () => onLine({ kind: 'end', at: Date.now() })
      const subscription = outbox.actor.subscribe({ complete: end, error: end })
      return () => {
        endSteps()
        subscription.unsubscribe()
      }
    },
    page: (what, request) => read[what](request),
    async control(order) {
      if (!mayControl)
        throw new OutboxError('OUTBOX_OPTION', 'this inspector only looks: it was made without `control`')
      return carryOut(outbox, order)
    },
  }
}

/** Characters of what a row shows besides its facts. */
const longestReason = 500
const longestMeta = 500

async function carryOut<P>(outbox: Outbox<P>, order: Order): Promise<number> {
  switch (order.type) {
    case 'pause':
    case 'resume':
    case 'retry':
      outbox[order.type]()
      return outbox.status().pending
    case 'cancel':
      return (await outbox.cancel(order.id)) ? 1 : 0
    case 'requeue':
      return outbox.deadLetters.requeue(order.id)
    case 'discard':
      return outbox.deadLetters.discard(order.id)
    case 'requeueAll':
      return outbox.deadLetters.requeueAll()
    default:
      return (order satisfies never, 0)
  }
}

/** A page of a list that is read forwards. A store may answer fewer than were asked for: only an empty answer is the end. */
async function forward<Row extends { readonly seq: number }, Shown>(
  { from, limit }: PageRequest,
  list: (range: PageRange) => Promise<readonly Row[]>,
  show: (row: Row) => Shown,
): Promise<ListPage<Shown>> {
  const rows: Row[] = []
  let after = from
  while (rows.length <= limit) {
    const more = await list({ limit: limit + 1 - rows.length, ...(after !== undefined && { after }) })
    if (more.length === 0) break
    rows.push(...more)
    after = rows.at(-1)?.seq
  }
  const page = rows.slice(0, limit)
  const next = rows.length > limit ? page.at(-1)?.seq : undefined
  return { rows: page.map(show), ...(next !== undefined && { next }) }
}

function shownEntry<P>(entry: ListedEntry<P>, payloads: ShownPayloads): ShownEntry {
  const { seq, id, enqueuedAt, items, bytes, attempts, misses, requeues, nextAttemptAt, lastError, meta } = entry
  const unreadable = 'unreadable' in entry ? entry.unreadable : undefined
  const payload = unreadable === undefined ? shownPayload(entry.payload, payloads) : undefined
  return {
    seq,
    id,
    enqueuedAt,
    items,
    bytes,
    attempts,
    misses,
    requeues,
    ...(nextAttemptAt !== undefined && { nextAttemptAt }),
    ...(lastError !== undefined && { lastError }),
    ...(meta && { meta: shownMeta(meta) }),
    ...(payload !== undefined && { payload }),
    ...(unreadable !== undefined && { unreadable: boundedText(unreadable, longestReason) }),
  }
}

function shownLetter<P>({ seq, at, code, reason, entry }: DeadLetter<P>, payloads: ShownPayloads): ShownLetter {
  return { seq, at, code, reason: boundedText(reason, longestReason), entry: shownEntry(entry, payloads) }
}

function shownRecord({ meta, ...record }: StoredAuditRecord): ShownRecord {
  return { ...record, ...(meta && { meta: shownMeta(meta) }) }
}

function shownMeta(meta: Meta): string {
  return boundedText(JSON.stringify(meta), longestMeta)
}
