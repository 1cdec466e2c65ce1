import { utf8Length } from './codec.ts'
import type { Limits } from './limits.ts'
import type { Draft } from './entry.ts'
import { OutboxError, errorText } from './errors.ts'
import type { Settings } from './options.ts'
import { createPace } from './pace.ts'
import type { PreparedRequest } from './report.ts'
import type { Schema } from './schema.ts'
import { validated } from './schema.ts'
import type { Store } from './store/contract.ts'

/** The lane of entries that name none. */
const defaultLane = 'default'

/** The way into the store: each batch is appended all or none, in the order of the calls, within the limits, and answered. */
export interface Appender<P> {
  add(batch: readonly PreparedRequest<P>[]): void
  /** Resolves when everything added so far is answered. */
  idle(): Promise<void>
}

export function createAppender<P>(deps: {
  readonly settings: Settings<P>
  readonly limits: () => Promise<Limits>
  readonly openStore: () => Promise<Store>
  /** The batch is durable. */
  readonly onKept: (batch: readonly PreparedRequest<P>[]) => void
  /** Nothing of the batch was kept. */
  readonly onRefused: (batch: readonly PreparedRequest<P>[], error: unknown) => void
}): Appender<P> {
  const { settings, openStore } = deps
  const pace = createPace()
  const answers = new Set<Promise<void>>()
  const keeping = new Set<Promise<void>>()
  const begun = { entries: 0, bytes: 0 }
  let turn: Promise<unknown> = Promise.resolve()

  function add(batch: readonly PreparedRequest<P>[]): void {
    const beginning = begin(batch, turn)
    turn = beginning.catch(() => undefined)
    const answer = answerTo(batch, beginning)
    answers.add(answer)
    void answer.then(() => answers.delete(answer))
  }

  async function answerTo(
    batch: readonly PreparedRequest<P>[],
    beginning: Promise<{ readonly kept: Promise<void> }>,
  ): Promise<void> {
    try {
      await (
        await beginning
      ).kept
    } catch (error) {
      return deps.onRefused(batch, error)
    }
    deps.onKept(batch)
  }

  /** Waits for its turn and begins; `kept` is wrapped, so that the next turn comes before the store has answered. */
  async function begin(
    batch: readonly PreparedRequest<P>[],
    previous: Promise<unknown>,
  ): Promise<{ readonly kept: Promise<void> }> {
    await previous
    if (pace.isDue()) await pace.rest()
    const store = await openStore()
    const drafts = await encodeAll(batch, settings)
    const size = { entries: drafts.length, bytes: drafts.reduce((sum, { bytes }) => sum + bytes, 0) }
    await makeSureOfRoom(size, store)
    return { kept: track(store.append(drafts), size) }
  }

  function track(kept: Promise<void>, { entries, bytes }: typeof begun): Promise<void> {
    const forget = () => {
      keeping.delete(kept)
      begun.entries -= entries
      begun.bytes -= bytes
    }
    keeping.add(kept)
    begun.entries += entries
    begun.bytes += bytes
    kept.then(forget, forget)
    return kept
  }

  /** What has been begun may or may not be in the store's counts, so near a limit everything begun is waited for. */
  async function makeSureOfRoom(size: typeof begun, store: Store): Promise<void> {
    const { maxEntries, maxBytes } = await deps.limits()
    if (maxEntries === Infinity && maxBytes === Infinity) return
    const before = await store.counts()
    const mayHold = before.pending + begun.entries + size.entries <= maxEntries
    if (mayHold && before.bytes + begun.bytes + size.bytes <= maxBytes) return
    await Promise.allSettled(keeping)
    const { pending, bytes } = await store.counts()
    if (pending + size.entries > maxEntries) throw fullError('maxEntries', maxEntries, `${pending} entries wait`)
    if (bytes + size.bytes > maxBytes)
      throw fullError('maxBytes', maxBytes, `${bytes} bytes wait, and ${size.bytes} came`)
  }

  return {
    add,
    async idle() {
      await Promise.all(answers)
    },
  }
}

function fullError(option: string, limit: number, present: string): OutboxError {
  return new OutboxError('OUTBOX_FULL', `the outbox is full: \`${option}\` is ${limit}; ${present}`)
}

async function encodeAll<P>(batch: readonly PreparedRequest<P>[], writing: Writing<P>): Promise<readonly Draft[]> {
  const drafts: Draft[] = []
  for (const request of batch) drafts.push(await draftOf(request, writing))
  return drafts
}

/** How payloads are written. */
type Writing<P> = Pick<Settings<P>, 'codec' | 'version' | 'schema'>

/**
 * The request as it is stored: its payload validated, and written by the codec.
 * @throws OutboxError `OUTBOX_PAYLOAD` when the schema refuses the payload.
 */
export async function draftOf<P>(request: PreparedRequest<P>, { codec, version, schema }: Writing<P>): Promise<Draft> {
  const { json, id, meta, notBefore, items, enqueuedAt } = request
  if (schema !== undefined) await mustFit(json, schema)
  const written = codec.encode(json)
  const body = typeof written === 'string' ? written : await written
  if (typeof body !== 'string') {
    throw new OutboxError('OUTBOX_OPTION', `\`codec.encode\` must answer a text, got ${typeof body}`)
  }
  return {
    id,
    body,
    codec: codec.name,
    version,
    lane: defaultLane,
    ...(meta && { meta }),
    enqueuedAt,
    ...(notBefore !== undefined && { notBefore }),
    items,
    bytes: utf8Length(body),
  }
}

async function mustFit<P>(json: string, schema: Schema<P>): Promise<void> {
  try {
    await validated(JSON.parse(json), schema)
  } catch (error) {
    throw new OutboxError('OUTBOX_PAYLOAD', `the schema refuses the payload: ${errorText(error)}`, { cause: error })
  }
}
