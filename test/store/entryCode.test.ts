import { expect, it } from 'vitest'
import type { Draft } from '../../src/entry.ts'
import type { Placing } from '../../src/store/fs/entryCode.ts'
import { deadIn, decodeEntry, endOfEntry, writeEntries } from '../../src/store/fs/entryCode.ts'
import { headerLength } from '../../src/store/fs/frame.ts'
import { createFrameBuffer } from '../../src/store/fs/frameBuffer.ts'
import { draft } from '../../src/testing/contract/bench.ts'

/** The body of a frame with these entries. */
function bodyOf(placings: readonly Placing[]): Buffer {
  const buffer = createFrameBuffer()
  buffer.add((into) => writeEntries(into, placings))
  return buffer.part(headerLength, buffer.length())
}

function decoded(body: Buffer, count: number): unknown[] {
  let at = 0
  return Array.from({ length: count }, (_, seq) => {
    const entry = decodeEntry(body, at, seq)
    at = endOfEntry(body, at)
    return entry
  })
}

const untried = { attempts: 0, misses: 0 }

it.each<[what: string, more: Partial<Draft>]>([
  ['lone surrogates in its body', { body: '"\ud800" and \udfff', bytes: 12 }],
  ['an empty body', { body: '' }],
  ['text in its body that is no ASCII', { body: 'ключ 🔑' }],
  ['quotes and nothing else for its names', { id: '"', codec: '\\', lane: '"\\"' }],
  ['control characters for its lane', { lane: '\n\u0000' }],
  ['lone surrogates for its lane', { lane: '\udc00' }],
  ['another codec', { codec: 'secret' }],
  ['another version', { version: 7 }],
  ['all that an entry can have', { key: 'k"', meta: { a: [1, null] }, notBefore: 5, items: 0 }],
])('an entry with %s is read back as it was, and so is the one behind it', (_, more) => {
  const drafts = [draft(1, more), draft(2)]
  const body = bodyOf(drafts.map((each) => ({ draft: each, requeues: 0 })))
  expect(decoded(body, 2)).toEqual(drafts.map((each, seq) => ({ ...each, ...untried, requeues: 0, seq })))
  expect(body.length).toBe(endOfEntry(body, endOfEntry(body, 0)))
})

it('entries that were dead letters tell which, and how often they have come back', () => {
  const body = bodyOf([
    { draft: draft(1), requeues: 1, dead: 7 },
    { draft: draft(2), requeues: 0 },
    { draft: draft(3), requeues: 3, dead: 0 },
  ])
  expect(deadIn(body, 3)).toEqual([7, 0])
  expect(decoded(body, 3)).toEqual([1, 0, 3].map((requeues, seq) => ({ ...draft(seq + 1), ...untried, requeues, seq })))
})
