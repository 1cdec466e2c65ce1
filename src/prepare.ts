import { jsonOf } from './codec.ts'
import type { Meta } from './entry.ts'
import { OutboxError, errorText, shown } from './errors.ts'
import type { Settings } from './options.ts'
import type { EnqueueRequest, PreparedRequest } from './report.ts'

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
    throw new OutboxError('OUTBOX_PAYLOAD', `\`id\` must be a text of 1 to 256 characters, got ${shown(id)}`)
  }
  if (notBefore !== undefined && !(Number.isFinite(notBefore) && notBefore >= 0)) {
    throw new OutboxError('OUTBOX_PAYLOAD', `\`notBefore\` must be epoch ms, got ${errorText(notBefore)}`)
  }
  const items = ask('countItems', () => settings.countItems(payload))
  if (!Number.isSafeInteger(items) || items < 0) {
    throw new OutboxError('OUTBOX_OPTION', `\`countItems\` must answer an integer >= 0, got ${errorText(items)}`)
  }
  const meta = copyMeta(request.meta ?? ask('meta', () => settings.meta?.(payload)))
  const prepared: Writable<PreparedRequest<P>> = { payload, json, id, items, enqueuedAt: settings.clock.now() }
  // Not by spreads: for an entry in a hurry they cost more than the rest.
  if (meta !== undefined) prepared.meta = meta
  if (notBefore !== undefined) prepared.notBefore = notBefore
  return prepared
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] }

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
