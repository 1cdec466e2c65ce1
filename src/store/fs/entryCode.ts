import type { Draft, StoredEntry } from '../../entry.ts'
import type { BodyWriter } from './frameBuffer.ts'

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

/** Writes the entries as the body of a frame. */
export function writeEntries(into: BodyWriter, placings: readonly Placing[]): void {
  for (const { draft, requeues, dead } of placings) writeEntry(into, draft, requeues, dead)
}

/** As `writeEntries`, for drafts that are new. */
export function writeDrafts(into: BodyWriter, drafts: readonly Draft[]): void {
  for (const draft of drafts) writeEntry(into, draft, 0, undefined)
}

function writeEntry(into: BodyWriter, draft: Draft, requeues: number, dead: number | undefined): void {
  const { body } = draft
  const isEscaped = !body.isWellFormed()
  const lengthsAt = into.skip(lengthsLength)
  const headLength = into.text(headOf(draft, requeues, dead))
  const textLength = into.text(isEscaped ? JSON.stringify(body) : body)
  into.uint32(headLength, lengthsAt)
  into.uint32(isEscaped ? textLength + escapedFlag : textLength, lengthsAt + 4)
}

/** A `Head` as JSON, written by hand: every entry has one, and `JSON.stringify` takes several times as long. */
function headOf(draft: Draft, requeues: number, dead: number | undefined): string {
  const { id, codec, version, lane, key, meta, enqueuedAt, notBefore, items, bytes } = draft
  let head = `{"id":${quoted(id)}${settingsText(codec, version, lane)}${Number.isFinite(enqueuedAt) ? enqueuedAt : null},"items":${items},"bytes":${bytes}`
  if (key !== undefined) head += `,"key":${quoted(key)}`
  if (meta !== undefined) head += `,"meta":${JSON.stringify(meta)}`
  if (notBefore !== undefined) head += `,"notBefore":${notBefore}`
  if (requeues > 0) head += `,"requeues":${requeues}`
  if (dead !== undefined) head += `,"dead":${dead}`
  return `${head}}`
}

/** The part of a head that is the same for most entries of an outbox, as it was last needed. */
let settled = { codec: '', version: NaN, lane: '', text: '' }

function settingsText(codec: string, version: number, lane: string): string {
  if (settled.codec !== codec || settled.version !== version || settled.lane !== lane) {
    const text = `,"codec":${quoted(codec)},"version":${version},"lane":${quoted(lane)},"enqueuedAt":`
    settled = { codec, version, lane, text }
  }
  return settled.text
}

/** A text as JSON; quick for names and ids. */
export const quoted = (text: string): string => (/^[\w.-]*$/.test(text) ? `"${text}"` : JSON.stringify(text))

/** Where the entry after the one at `at` begins in the body of a frame. */
export function endOfEntry(body: Buffer, at: number): number {
  const flagged = body.readUInt32LE(at + 4)
  return at + lengthsLength + body.readUInt32LE(at) + (flagged >= escapedFlag ? flagged - escapedFlag : flagged)
}

/** The entry at `at` in the body of a frame. */
export function decodeEntry(body: Buffer, at: number, seq: number): StoredEntry {
  const bodyAt = at + lengthsLength + body.readUInt32LE(at)
  const text = body.toString('utf8', bodyAt, endOfEntry(body, at))
  // What was parsed becomes the entry: copying it costs as much as reading it.
  const entry = headAt(body, at) as Writable<Head & StoredEntry>
  if (entry.dead !== undefined) delete entry.dead
  entry.body = body.readUInt32LE(at + 4) >= escapedFlag ? (JSON.parse(text) as string) : text
  entry.seq = seq
  entry.requeues ??= 0
  entry.attempts = 0
  entry.misses = 0
  return entry
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] }

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
