import { describe, expect, it } from 'vitest'
import type { StoredEntry } from '../../src/entry.ts'
import { RetryAfterError } from '../../src/errors.ts'
import { outcomeOfError, triesAfter, waitOf } from '../../src/outcome.ts'

const entry: StoredEntry = {
  id: 'entry-1',
  seq: 1,
  body: '1',
  codec: 'json',
  version: 1,
  lane: '',
  enqueuedAt: 10_000,
  items: 1,
  bytes: 1,
  attempts: 0,
  misses: 0,
  requeues: 0,
}

describe('the wait of an entry that is read from the store', () => {
  it('is as long in all as its moment lies behind its enqueue', () => {
    expect(waitOf({ ...entry, notBefore: 25_000 })).toEqual({ kind: 'notBefore', waitMs: 15_000 })
  })

  it('is still one that the server asked for, so that a flush after a restart does not cut it', () => {
    const waiting = { ...entry, nextAttemptAt: 20_000, waitMs: 5_000 }
    expect(waitOf({ ...waiting, waitKind: 'server' })).toEqual({ kind: 'server', waitMs: 5_000 })
    expect(waitOf({ ...waiting, waitKind: 'backoff' })).toEqual({ kind: 'backoff', waitMs: 5_000 })
  })

  it('is a backoff where an older release has written no kind', () => {
    expect(waitOf({ ...entry, nextAttemptAt: 20_000 })).toEqual({ kind: 'backoff', waitMs: 0 })
  })
})

it.each([0, -1, NaN, new Date(1_000)])('a server that asks for no wait (%s) leaves it to the backoff', (after) => {
  const outcome = outcomeOfError(new RetryAfterError(after), 1_000)
  if (outcome.kind !== 'failed') throw new Error(outcome.kind)
  expect(triesAfter(entry, outcome, () => 700, 1_000)).toMatchObject({ waitKind: 'backoff', waitMs: 700 })
})
