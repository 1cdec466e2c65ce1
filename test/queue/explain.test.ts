import { afterEach, describe, expect, test, vi } from 'vitest'
import { createOutbox, memoryStore } from '../../src/index.ts'
import type { Status } from '../../src/index.ts'
import { explain } from '../../src/explain.ts'
import { httpPush } from '../../src/push/http.ts'

const now = Date.UTC(2026, 0, 1)

/** A status with one entry waiting, but for what is given. */
function statusWith(some: Partial<Status>): Status {
  return {
    state: 'idle',
    reason: 'ready',
    since: now,
    nextAttemptAt: undefined,
    pending: 1,
    dead: 0,
    oldestAt: now,
    held: undefined,
    lastError: undefined,
    lastDeliveredAt: undefined,
    draining: undefined,
    ...some,
  }
}

const backoff = { state: 'backoff', nextAttemptAt: now + 7_400, lastError: '503 Service Unavailable' } as const

test.each<[string, Partial<Status>, string]>([
  ['empty', { pending: 0 }, 'Everything has been pushed.'],
  ['empty but for dead letters', { pending: 0, dead: 2 }, 'Nothing waits; 2 dead letters are kept.'],
  ['empty but for one dead letter', { pending: 0, dead: 1 }, 'Nothing waits; 1 dead letter is kept.'],
  ['offline', { reason: 'offline' }, 'Offline; 1 entry waits.'],
  ['paused', { reason: 'paused', pending: 3 }, 'Paused; 3 entries wait until resume.'],
  ['held', { reason: 'held', held: 'sign in again' }, 'On hold until resume (sign in again); 1 entry waits.'],
  ['no push', { reason: 'held', held: 'no push' }, 'There is no push, so 1 entry waits; nothing is lost.'],
  ['standby', { reason: 'standby' }, 'Another process or tab drains this outbox; 1 entry waits.'],
  ['pushing', { state: 'draining', reason: 'pushing', pending: 12 }, 'Pushing; 12 entries wait.'],
  ['looking', { state: 'draining', reason: 'pushing', pending: 0 }, 'Looking for something to push.'],
  [
    'backoff',
    { ...backoff, reason: 'backoff' },
    'The first entry is tried again in 8 s: 503 Service Unavailable; 1 entry waits.',
  ],
  [
    'a wait that the server asked for',
    { ...backoff, reason: 'server' },
    'The remote asked to wait another 8 s: 503 Service Unavailable; 1 entry waits.',
  ],
  [
    'an entry that is for later',
    { ...backoff, reason: 'notBefore', lastError: undefined },
    'The first entry is not to be pushed for another 8 s; 1 entry waits.',
  ],
  [
    'a failing store',
    { ...backoff, reason: 'store', lastError: 'disk full' },
    'The store failed and is tried again in 8 s: disk full.',
  ],
  [
    'a wait that is over',
    { ...backoff, reason: 'backoff', nextAttemptAt: now - 1, lastError: undefined },
    'The first entry is tried again in 0 s; 1 entry waits.',
  ],
  ['stopping', { state: 'draining', reason: 'stopping' }, 'Stopping; 1 entry waits.'],
  ['stopped', { state: 'stopped', reason: 'stopped' }, 'Stopped; 1 entry waits in the store.'],
])('%s is told in one exact sentence', (_, status, sentence) => {
  expect(explain(statusWith(status), now)).toBe(sentence)
})

describe('a request to another origin that fails', () => {
  afterEach(() => {
    vi.unstubAllGlobals()
  })

  test('is told with the mistake that a page cannot see', async () => {
    vi.stubGlobal('location', new URL('https://app.example/notes'))
    const fetch = () => Promise.reject(new TypeError('Failed to fetch'))
    const push = httpPush<string>({ url: 'https://api.example/sync', fetch })
    const outbox = createOutbox<string>({ push, store: memoryStore(), backoff: () => 60_000 })
    await outbox.enqueue('a')
    await outbox.flush()
    expect(outbox.explain()).toBe(
      'The first entry is tried again in 60 s: no answer from https://api.example (Failed to fetch): offline, or its CORS ' +
        'headers do not admit https://app.example with Idempotency-Key; 1 entry waits.',
    )
    await outbox.stop()
  })
})
