import type { Codec } from './codec.ts'
import { jsonOf, utf8Length } from './codec.ts'
import type { Draft, Meta } from './entry.ts'
import { OutboxError, errorText, isOutboxError } from './errors.ts'
import type { Settings } from './options.ts'
import { createPace } from './pace.ts'
import type { EnqueueRequest, PreparedRequest } from './report.ts'
import type { Reporter } from './reporter.ts'
import type { Store } from './store/contract.ts'

/** The lane of entries that name none. */
const defaultLane = 'default'

/**
 * Checks and copies a request and gives it its id: what happens to the caller's objects afterwards changes nothing.
 * @throws OutboxError `OUTBOX_PAYLOAD` naming what cannot be kept, or `OUTBOX_OPTION` naming the function that failed.
 */
export function prepare<P>(request: EnqueueRequest<P>, settings: Settings<P>): PreparedRequest<P> {
  if (typeof request !== 'object' || request === null) {
    throw new OutboxError('OUTBOX_PAYLOAD', `an entry must be an object with \`payload\`, got ${errorText(request)}`)
  }
  const { payload, notBefore } = request
  const json = jsonOf(payload, 'payload')
  const id = request.id ?? ask('createId', () => settings.createId())
  if (typeof id !== 'string' || id.length < 1 || id.length > 256) {
    throw new OutboxError('OUTBOX_PAYLOAD', `\`id\` must be a text of 1 to 256 characters, got ${errorText(id)}`)
  }
  if (notBefore !== undefined && !(Number.isFinite(notBefore) && notBefore >= 0)) {
    throw new OutboxError('OUTBOX_PAYLOAD', `\`notBefore\` must be epoch ms, got ${errorText(notBefore)}`)
  }
  const items = ask('countItems', () => settings.countItems(payload))
  if (!Number.isSafeInteger(items) || items < 0) {
    throw new OutboxError('OUTBOX_OPTION', `\`countItems\` must answer an integer >= 0, got ${errorText(items)}`)
  }
  const meta = copyMeta(request.meta ?? ask('meta', () => settings.meta?.(payload)))
  return {
    payload,
    json,
    id,
    items,
    enqueuedAt: settings.clock.now(),
    ...(meta && { meta }),
    ...(notBefore !== undefined && { notBefore }),
  }
}

function ask<T>(option: string, answer: () => T): T {
  try {
    return answer()
  } catch (error) {
    throw new OutboxError('OUTBOX_OPTION', `\`${option}\` must not throw, but did: ${errorText(error)}`, {
      cause: error,
    })
  }
}

function copyMeta(meta: Meta | undefined): Meta | undefined {
  if (meta === undefined) return undefined
  if (typeof meta !== 'object' || meta === null || Array.isArray(meta)) {
    throw new OutboxError('OUTBOX_PAYLOAD', `\`meta\` must be an object of JSON values, got ${errorText(meta)}`)
  }
  return JSON.parse(jsonOf(meta, 'meta')) as Meta
}

/** The way into the store: each batch is appended all or none, in the order of the calls, and answered with events. */
export interface Appender<P> {
  add(batch: readonly PreparedRequest<P>[]): void
  /** Reports requests as not kept. */
  refuse(requests: readonly EnqueueRequest<P>[], error: unknown): void
  /** Resolves when everything added so far is answered. */
  idle(): Promise<void>
}

export function createAppender<P>(deps: {
  readonly settings: Settings<P>
  readonly openStore: () => Promise<Store>
  readonly reporter: Reporter<P>
}): Appender<P> {
  const { settings, openStore, reporter } = deps
  const pace = createPace()
  const begun = new Set<Promise<void>>()
  let turn: Promise<void> = Promise.resolve()

  function add(batch: readonly PreparedRequest<P>[]): void {
    const previous = turn
    let answer!: Promise<void>
    const begin = async () => {
      await previous
      if (pace.isDue()) await pace.rest()
      try {
        const store = await openStore()
        answer = store.append(await encodeAll(batch, settings.codec))
      } catch (error) {
        answer = Promise.reject(error)
      }
    }
    turn = begin()
    const settled = turn
      .then(() => answer)
      .then(
        () => accept(batch),
        (error: unknown) => refuse(batch, error),
      )
    begun.add(settled)
    void settled.then(() => begun.delete(settled))
  }

  function accept(batch: readonly PreparedRequest<P>[]): void {
    for (const { id, meta, enqueuedAt } of batch) {
      reporter.add({ type: 'enqueued', origin: 'here', id, ...(meta && { meta }), enqueuedAt })
    }
    reporter.changed()
  }

  function refuse(requests: readonly EnqueueRequest<P>[], error: unknown): void {
    const failure = isOutboxError(error)
      ? error
      : new OutboxError('OUTBOX_STORE', `the store refused an append: ${errorText(error)}`, { cause: error })
    for (const { id = '', payload, meta } of requests) {
      reporter.add({ type: 'enqueueFailed', origin: 'here', id, payload, ...(meta && { meta }), error: failure })
    }
  }

  async function idle(): Promise<void> {
    await Promise.all(begun)
  }

  return { add, refuse, idle }
}

async function encodeAll<P>(batch: readonly PreparedRequest<P>[], codec: Codec): Promise<readonly Draft[]> {
  const drafts: Draft[] = []
  for (const request of batch) {
    const written = codec.encode(request.json)
    drafts.push(draftOf(request, typeof written === 'string' ? written : await written, codec.name))
  }
  return drafts
}

function draftOf<P>(request: PreparedRequest<P>, body: string, codec: string): Draft {
  if (typeof body !== 'string') {
    throw new OutboxError('OUTBOX_OPTION', `\`codec.encode\` must answer a text, got ${typeof body}`)
  }
  const { payload: _, json: __, ...facts } = request
  return { ...facts, body, codec, version: 0, lane: defaultLane, bytes: utf8Length(body) }
}
