import { crc32 } from 'node:zlib'
import type { Draft, StoredEntry } from '../../entry.ts'
import { headerLength } from './frame.ts'

/** A draft on its way into a frame. */
export interface Placing {
  readonly draft: Draft
  readonly requeues: number
  /** The dead letter that this entry was, by its number. */
  readonly dead?: number
}

interface Head extends Omit<Draft, 'body'> {
  readonly requeues?: number
  readonly dead?: number
}

/** Set in the length of a body that is UTF-16, because UTF-8 has no lone surrogates. */
const utf16Flag = 0x8000_0000
const lengthsLength = 8

/** A frame with the entries in it, and room for its header. */
export function encodeEntries(placings: readonly Placing[]) {
  const parts = placings.map(encodePart)
  const bodyLength = parts.reduce((sum, { length }) => sum + length, 0)
  const frame = Buffer.allocUnsafe(headerLength + bodyLength)
  let at = headerLength
  for (const { head, headLength, body, bodyLength: length, isWide } of parts) {
    frame.writeUInt32LE(headLength, at)
    frame.writeUInt32LE(isWide ? (length | utf16Flag) >>> 0 : length, at + 4)
    at += lengthsLength
    at += frame.write(head, at)
    at += frame.write(body, at, isWide ? 'utf16le' : 'utf8')
  }
  return { frame, bodyLength, bodyCrc: crc32(frame.subarray(headerLength)) }
}

function encodePart({ draft: { body, ...facts }, requeues, dead }: Placing) {
  const { id, codec, version, lane, key, meta, enqueuedAt, notBefore, items, bytes } = facts
  const head = JSON.stringify({
    id,
    codec,
    version,
    lane,
    key,
    meta,
    enqueuedAt,
    notBefore,
    items,
    bytes,
    requeues: requeues || undefined,
    dead,
  } satisfies { [Key in keyof Head]: Head[Key] | undefined })
  const isWide = !body.isWellFormed()
  const headLength = Buffer.byteLength(head)
  const bodyLength = isWide ? body.length * 2 : Buffer.byteLength(body)
  return { head, headLength, body, bodyLength, isWide, length: lengthsLength + headLength + bodyLength }
}

/** Where the entry after the one at `at` begins in the body of a frame. */
export function endOfEntry(body: Buffer, at: number): number {
  const flagged = body.readUInt32LE(at + 4)
  return at + lengthsLength + body.readUInt32LE(at) + (flagged >= utf16Flag ? flagged - utf16Flag : flagged)
}

/** The entry at `at` in the body of a frame. */
export function decodeEntry(body: Buffer, at: number, seq: number): StoredEntry {
  const bodyAt = at + lengthsLength + body.readUInt32LE(at)
  const isWide = body.readUInt32LE(at + 4) >= utf16Flag
  const { dead: _, ...head } = headAt(body, at)
  return Object.assign(head, {
    body: body.toString(isWide ? 'utf16le' : 'utf8', bodyAt, endOfEntry(body, at)),
    seq,
    requeues: head.requeues ?? 0,
    attempts: 0,
    misses: 0,
  })
}

/** Which dead letters the entries in the body of a frame were. */
export function deadIn(body: Buffer, count: number): number[] {
  const found: number[] = []
  for (let index = 0, at = 0; index < count; index += 1) {
    const { dead } = headAt(body, at)
    if (dead !== undefined) found.push(dead)
    at = endOfEntry(body, at)
  }
  return found
}

function headAt(body: Buffer, at: number): Head {
  const from = at + lengthsLength
  return JSON.parse(body.toString('utf8', from, from + body.readUInt32LE(at))) as Head
}
