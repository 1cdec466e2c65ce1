import { crc32 } from 'node:zlib'
import type { Draft, StoredEntry } from '../../entry.ts'
import { headerLength, seqStep } from './frame.ts'

/** A draft on its way into a frame. */
export interface Placing {
  readonly draft: Draft
  readonly requeues: number
  /** The dead letter that this entry was, by its number. */
  readonly dead?: number
}

/** An entry in a frame, not yet decoded. */
export interface Placed {
  readonly ordinal: number
  readonly seq: number
  decode(): StoredEntry
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
    ...{ id, codec, version, lane, key, meta, enqueuedAt, notBefore, items, bytes },
    requeues: requeues || undefined,
    dead,
  } satisfies { [Key in keyof Head]: Head[Key] | undefined })
  const isWide = !body.isWellFormed()
  const headLength = Buffer.byteLength(head)
  const bodyLength = isWide ? body.length * 2 : Buffer.byteLength(body)
  return { head, headLength, body, bodyLength, isWide, length: lengthsLength + headLength + bodyLength }
}

/** The entries in the body of a frame, decoded one by one; valid as long as the body is. */
export function* entriesIn(
  body: Buffer,
  { ordinal, seq, count }: { ordinal: number; seq: number; count: number },
): Generator<Placed> {
  let at = 0
  for (let index = 0; index < count; index += 1) {
    const headLength = body.readUInt32LE(at)
    const flagged = body.readUInt32LE(at + 4)
    const headAt = at + lengthsLength
    const bodyAt = headAt + headLength
    const isWide = flagged >= utf16Flag
    const end = bodyAt + (isWide ? flagged - utf16Flag : flagged)
    const place = { ordinal: ordinal + index, seq: seq + index * seqStep }
    yield {
      ...place,
      decode() {
        const { requeues = 0, dead: _, ...facts } = JSON.parse(body.toString('utf8', headAt, bodyAt)) as Head
        const text = body.toString(isWide ? 'utf16le' : 'utf8', bodyAt, end)
        return { ...facts, body: text, seq: place.seq, requeues, attempts: 0, misses: 0 }
      },
    }
    at = end
  }
}

/** Which dead letters the entries in the body of a frame were. */
export function deadIn(body: Buffer, count: number): number[] {
  const found: number[] = []
  let at = 0
  for (let index = 0; index < count; index += 1) {
    const headLength = body.readUInt32LE(at)
    const flagged = body.readUInt32LE(at + 4)
    const bodyAt = at + lengthsLength + headLength
    const { dead } = JSON.parse(body.toString('utf8', at + lengthsLength, bodyAt)) as Head
    if (dead !== undefined) found.push(dead)
    at = bodyAt + (flagged >= utf16Flag ? flagged - utf16Flag : flagged)
  }
  return found
}
