import { OutboxError, errorText } from './errors.ts'

/** How payloads are written to the store, and read back: a text for a text. Encryption goes here. */
export interface Codec {
  /** Kept with each entry, so that a later release can tell how it was written. */
  readonly name: string
  /** From the payload's JSON text to what is stored. */
  encode(json: string): string | Promise<string>
  /** The inverse of `encode`; a body that cannot be read throws. */
  decode(body: string): string | Promise<string>
}

/** Stores the JSON text as it is. */
export const jsonCodec: Codec = { name: 'json', encode: (json) => json, decode: (body) => body }

/**
 * A value as JSON text, checked to read back as what it is; `name` is what messages call it.
 * @throws OutboxError `OUTBOX_PAYLOAD` naming the path of the first value that JSON cannot hold.
 */
export function jsonOf(value: unknown, name: 'payload' | 'meta'): string {
  try {
    if (!isPlain(value, 0)) check(value, name, new Set())
    return JSON.stringify(value)
  } catch (error) {
    if (error instanceof OutboxError) throw error
    throw new OutboxError('OUTBOX_PAYLOAD', `\`${name}\` must be JSON, but writing it failed: ${errorText(error)}`, {
      cause: error,
    })
  }
}

/** Deeper ones are looked at with cycles in mind. */
const plainDepth = 64

/** Whether a value is JSON beyond doubt; quick, since every payload goes through it and hardly any needs more. */
function isPlain(value: unknown, depth: number): boolean {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value !== 'object' || depth > plainDepth || 'toJSON' in value) return false
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) if (!isPlain(value[index], depth + 1)) return false
    return true
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) return false
  if (Object.prototype.toString.call(value) !== '[object Object]') return false
  for (const key of Object.keys(value)) if (!isPlain((value as Record<string, unknown>)[key], depth + 1)) return false
  return true
}

function check(value: unknown, path: string, parents: Set<object>): void {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) refuse(path, String(value))
    return
  }
  if (typeof value !== 'object') return refuse(path, typeof value)
  if (parents.has(value)) return refuse(path, 'a cycle')
  if (ArrayBuffer.isView(value)) return refuse(path, value.constructor.name)
  if (hasToJson(value)) {
    const written: unknown = value.toJSON()
    if (value instanceof Date && written === null) return refuse(path, 'an invalid Date')
    return check(written, path, new Set([...parents, value]))
  }
  parents.add(value)
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) check(value[index], `${path}[${index}]`, parents)
  } else {
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype !== null && prototype !== Object.prototype && Object.getPrototypeOf(prototype) !== null) {
      return refuse(path, value.constructor.name || 'an object of a class')
    }
    if (Object.prototype.toString.call(value) !== '[object Object]') {
      return refuse(path, Object.prototype.toString.call(value).slice(8, -1))
    }
    for (const [key, inner] of Object.entries(value)) check(inner, pathTo(path, key), parents)
  }
  parents.delete(value)
}

function hasToJson(value: object): value is { toJSON(): unknown } {
  return 'toJSON' in value && typeof value.toJSON === 'function'
}

function pathTo(path: string, key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`
}

function refuse(path: string, what: string): never {
  throw new OutboxError('OUTBOX_PAYLOAD', `what is enqueued must be JSON, got ${path}: ${what}`)
}

const encoder = new TextEncoder()
const scratch = new Uint8Array(8 * 1024)

/** UTF-8 length of a text. By writing it: counting code units takes ten times as long. */
export function utf8Length(text: string): number {
  let length = 0
  for (let rest = text; rest !== '';) {
    const { read, written } = encoder.encodeInto(rest, scratch)
    length += written
    rest = rest.slice(read)
  }
  return length
}
