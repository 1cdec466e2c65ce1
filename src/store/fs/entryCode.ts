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

/** Set in the length of a body that stands there as a JSON string, because UTF-8 has no lone surrogates. */
const escapedFlag = 0x8000_0000
const lengthsLength = 8

/** A frame with the entries in it, and room for its header. */
export function encodeEntries(placings: readonly Placing[]) {
  const parts = placings.map(encodePart)
  const bodyLength = parts.reduce((sum, { length }) => sum + length, 0)
  const frame = Buffer.allocUnsafe(headerLength + bodyLength)
  let at = headerLength
  for (const { head, headLength, text, textLength, isEscaped } of parts) {
    frame.writeUInt32LE(headLength, at)
    frame.writeUInt32LE(isEscaped ? textLength + escapedFlag : textLength, at + 4)
    at += lengthsLength
    at += frame.write(head, at)
    at += frame.write(text, at)
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
  const isEscaped = !body.isWellFormed()
  const text = isEscaped ? JSON.stringify(body) : body
  const headLength = Buffer.byteLength(head)
  const textLength = Buffer.byteLength(text)
  return { head, headLength, text, textLength, isEscaped, length: lengthsLength + headLength + textLength }
}

/** Where the entry after the one at `at` begins in the body of a frame. */
export function endOfEntry(body: Buffer, at: number): number {
  const flagged = body.readUInt32LE(at + 4)
  return at + lengthsLength + body.readUInt32LE(at) + (flagged >= escapedFlag ? flagged - escapedFlag : flagged)
}

/** The entry at `at` in the body of a frame. */
export function decodeEntry(body: Buffer, at: number, seq: number): StoredEntry {
  const bodyAt = at + lengthsLength + body.readUInt32LE(at)
  const text = body.toString('utf8', bodyAt, endOfEntry(body, at))
  const { dead: _, ...head } = headAt(body, at)
  return Object.assign(head, {
    body: body.readUInt32LE(at + 4) >= escapedFlag ? (JSON.parse(text) as string) : text,
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
