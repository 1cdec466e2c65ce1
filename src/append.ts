import { utf8Length } from './codec.ts'
import type { Limits } from './limits.ts'
import type { Draft } from './entry.ts'
import { appendError, errorText, OutboxError } from './errors.ts'
import type { Settings } from './options.ts'
import { createPace } from './pace.ts'
import type { Batch, PreparedRequest } from './report.ts'
import type { Schema } from './schema.ts'
import { validated } from './schema.ts'
import type { Store } from './store/contract.ts'

/** The lane of entries that name none. */
const defaultLane = 'default'

interface Size {
  readonly entries: number
  readonly bytes: number
}

/** The way into the store: each batch is appended all or none, in the order of the calls, within the limits, and answered. */
export interface Appender<P> {
  add(batches: readonly Batch<P>[]): void
  /** Resolves when everything added so far is answered. */
  idle(): Promise<void>
}

export function createAppender<P>(deps: {
  readonly settings: Settings<P>
  readonly limits: () => Promise<Limits>
  readonly openStore: () => Promise<Store>
  /** The batch is durable. */
  readonly onKept: (batch: Batch<P>) => void
  /** Nothing of the batch was kept. */
  readonly onRefused: (batch: Batch<P>, error: Error) => void
}): Appender<P> {
  const { settings, openStore } = deps
  const pace = createPace(settings.clock)
  /** What the store has not answered yet. */
  const begun = { batches: 0, entries: 0, bytes: 0 }
  let whenAnswered: (() => void)[] = []
  let turn: Promise<void> = Promise.resolve()

  /** Begins one batch after the other, without waiting for the store's answers. Never rejects. */
  async function begin(batches: readonly Batch<P>[], previous: Promise<void>): Promise<void> {
    await previous
    const within = createPace(settings.clock)
    let place: { readonly store: Store; readonly limits: Limits } | undefined
    for (const batch of batches) {
      try {
        place ??= { store: await openStore(), limits: await deps.limits() }
        const { store, limits } = place
        const encoded = encodeAll(batch.requests, settings)
        // Waited for only if need be: a few promises for each entry cost more than the work.
        const drafts = encoded instanceof Promise ? await encoded : encoded
        let bytes = 0
        for (const draft of drafts) bytes += draft.bytes
        const size = { entries: drafts.length, bytes }
        if (limits.maxEntries < Infinity || limits.maxBytes < Infinity) await makeSureOfRoom(size, limits, store)
        keep(batch, size, store.append(drafts))
      } catch (error) {
        deps.onRefused(batch, appendError(error))
      }
      if (within.isDue()) await within.rest()
    }
    // Not before: those who came together are written together.
    if (pace.isDue()) await pace.rest()
  }

  function keep(batch: Batch<P>, size: Size, kept: Promise<void>): void {
    count(1, size)
    void kept.then(
      () => {
        count(-1, size)
        deps.onKept(batch)
        tellAnswered()
      },
      (error: unknown) => {
        count(-1, size)
        deps.onRefused(batch, appendError(error))
        tellAnswered()
      },
    )
  }

  function count(batches: 1 | -1, { entries, bytes }: Size): void {
    begun.batches += batches
    begun.entries += batches * entries
    begun.bytes += batches * bytes
  }

  function tellAnswered(): void {
    if (begun.batches > 0 || whenAnswered.length === 0) return
    const waiting = whenAnswered
    whenAnswered = []
    for (const resolve of waiting) resolve()
  }

  /** Resolves when the store has answered everything begun. */
  function answered(): Promise<void> {
    if (begun.batches === 0) return Promise.resolve()
    return new Promise((resolve) => whenAnswered.push(resolve))
  }

  /** What has been begun may or may not be in the store's counts, so near a limit everything begun is waited for. */
  async function makeSureOfRoom(size: Size, { maxEntries, maxBytes }: Limits, store: Store): Promise<void> {
    const before = await store.counts()
    const mayHold = before.pending + begun.entries + size.entries <= maxEntries
    if (mayHold && before.bytes + begun.bytes + size.bytes <= maxBytes) return
    await answered()
    const { pending, bytes } = await store.counts()
    if (pending + size.entries > maxEntries) throw fullError('maxEntries', maxEntries, `${pending} entries wait`)
    if (bytes + size.bytes > maxBytes)
      throw fullError('maxBytes', maxBytes, `${bytes} bytes wait, and ${size.bytes} came`)
  }

  return {
    add(batches) {
      turn = begin(batches, turn)
    },
    async idle() {
      await turn
      await answered()
    },
  }
}

function fullError(option: string, limit: number, present: string): OutboxError {
  return new OutboxError('OUTBOX_FULL', `the outbox is full: \`${option}\` is ${limit}; ${present}`)
}

function encodeAll<P>(
  batch: readonly PreparedRequest<P>[],
  writing: Writing<P>,
): readonly Draft[] | Promise<readonly Draft[]> {
  const drafts: Draft[] = []
  for (const request of batch) {
    const draft = draftOf(request, writing)
    if (draft instanceof Promise) return encodeOn(batch, drafts, draft, writing)
    drafts.push(draft)
  }
  return drafts
}

async function encodeOn<P>(
  batch: readonly PreparedRequest<P>[],
  drafts: Draft[],
  next: Promise<Draft>,
  writing: Writing<P>,
): Promise<readonly Draft[]> {
  drafts.push(await next)
  for (const request of batch.slice(drafts.length)) drafts.push(await draftOf(request, writing))
  return drafts
}

/** How payloads are written. */
type Writing<P> = Pick<Settings<P>, 'codec' | 'version' | 'schema'>

/**
 * The request as it is stored: its payload validated, and written by the codec. At once, unless schema or codec take their time.
 * @throws OutboxError `OUTBOX_PAYLOAD` when the schema refuses the payload.
 */
export function draftOf<P>(request: PreparedRequest<P>, writing: Writing<P>): Draft | Promise<Draft> {
  const { schema } = writing
  return schema === undefined
    ? written(request, writing)
    : mustFit(request.json, schema).then(() => written(request, writing))
}

function written<P>(request: PreparedRequest<P>, { codec, version }: Writing<P>): Draft | Promise<Draft> {
  const body: unknown = codec.encode(request.json)
  if (typeof body === 'string') return draftWith(body, request, codec.name, version)
  return Promise.resolve(body).then((text) => draftWith(text, request, codec.name, version))
}

function draftWith<P>(body: unknown, request: PreparedRequest<P>, codec: string, version: number): Draft {
  if (typeof body !== 'string') {
    throw new OutboxError('OUTBOX_OPTION', `\`codec.encode\` must answer a text, got ${typeof body}`)
  }
  const { id, meta, notBefore, items, enqueuedAt } = request
  const bytes = utf8Length(body)
  const draft: Writable<Draft> = { id, body, codec, version, lane: defaultLane, enqueuedAt, items, bytes }
  if (meta !== undefined) draft.meta = meta
  if (notBefore !== undefined) draft.notBefore = notBefore
  return draft
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] }

async function mustFit<P>(json: string, schema: Schema<P>): Promise<void> {
  try {
    await validated(JSON.parse(json), schema)
  } catch (error) {
    throw new OutboxError('OUTBOX_PAYLOAD', `the schema refuses the payload: ${errorText(error)}`, { cause: error })
  }
}
