import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { expect, it } from 'vitest'
import { HoldError } from '../../src/errors.ts'
import { httpPush } from '../../src/push/http.ts'
import { scriptedServer } from '../../src/testing/server.ts'
import { selfSigned } from '../support/selfSigned.ts'
import type { Note } from './trying.ts'
import { attempt, entryOf, failureOf } from './trying.ts'

it('is unreachable while the server refuses connections, and delivers once it listens again', async () => {
  await using server = await scriptedServer()
  const push = httpPush<Note>({ url: server.url })
  await server.refuse()
  const { kind, message } = await failureOf(push)
  expect({ kind, message }).toEqual({ kind: 'unreachable', message: `no answer from ${server.url} (ECONNREFUSED)` })
  await server.accept()
  await attempt(push)
  expect(server.countOf('entry-1')).toBe(1)
})

it.each(['inRequest', 'beforeHeaders'] as const)('is unreachable when the connection is reset %s', async (cut) => {
  await using server = await scriptedServer([{ cut }])
  const push = httpPush<Note>({ url: server.url, body: () => 'x'.repeat(1_000_000) })
  expect((await failureOf(push)).kind).toBe('unreachable')
  expect(server.countOf('entry-1')).toBe(1)
})

it('is unreachable when the connection is closed as soon as it is made', async () => {
  const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1')
  try {
    await once(server, 'listening')
    const push = httpPush<Note>({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })
    expect((await failureOf(push)).kind).toBe('unreachable')
  } finally {
    server.close()
  }
})

it('is unreachable when what answers does not speak HTTP', async () => {
  const server = createServer((socket) => socket.end('220 mail.example.com ESMTP\r\n')).listen(0, '127.0.0.1')
  try {
    await once(server, 'listening')
    const push = httpPush<Note>({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })
    const { kind, message } = await failureOf(push)
    expect(kind).toBe('unreachable')
    expect(message).toMatch(/HPE_INVALID|HTTP\/1\.1 protocol/) // a code, or text alone: it depends on Node
  } finally {
    server.close()
  }
})

it('is unreachable behind a certificate that is not trusted, and sends nothing', async () => {
  await using server = await scriptedServer([], selfSigned)
  const { kind, message } = await failureOf(httpPush<Note>({ url: server.url }))
  expect({ kind, message }).toEqual({
    kind: 'unreachable',
    message: `no answer from ${server.url} (DEPTH_ZERO_SELF_SIGNED_CERT)`,
  })
  expect(server.requests).toHaveLength(0)
})

it('is unreachable where https is spoken to a server without it', async () => {
  await using server = await scriptedServer()
  const push = httpPush<Note>({ url: server.url.replace('http:', 'https:') })
  expect((await failureOf(push)).kind).toBe('unreachable')
})

it('keeps the platform’s error as the cause', async () => {
  const cause = new TypeError('Failed to fetch')
  const push = httpPush<Note>({ url: 'https://api.example.com/notes?key=k', fetch: () => Promise.reject(cause) })
  const { message, error } = await failureOf(push)
  expect(message).toBe('no answer from https://api.example.com (Failed to fetch)')
  expect(error.cause).toBe(cause)
})

it('names CORS as a likely cause where a page asks another origin', async () => {
  const push = httpPush<Note>({
    url: 'https://api.example.com',
    fetch: () => Promise.reject(new TypeError('Load failed')),
  })
  try {
    Object.assign(globalThis, { location: new URL('https://app.example.com/notes') })
    expect((await failureOf(push)).message).toBe(
      'no answer from https://api.example.com (Load failed): ' +
        'offline, or its CORS headers do not admit https://app.example.com with Idempotency-Key',
    )
    Object.assign(globalThis, { location: new URL('https://api.example.com/app') })
    expect((await failureOf(push)).message).toBe('no answer from https://api.example.com (Load failed)')
  } finally {
    Reflect.deleteProperty(globalThis, 'location')
  }
})

it('passes a verdict on that a given fetch throws', async () => {
  const verdict = new HoldError('sign in')
  const push = httpPush<Note>({ url: 'https://api.example.com', fetch: () => Promise.reject(verdict) })
  expect((await failureOf(push)).error).toBe(verdict)
})

it('ends the request when it is aborted, and throws what it was aborted with', async () => {
  await using server = await scriptedServer([{ hang: 'beforeHeaders' }])
  const controller = new AbortController()
  const failure = failureOf(httpPush<Note>({ url: server.url }), { signal: controller.signal })
  await server.received(1)
  const reason = new DOMException('the outbox ended this push', 'AbortError')
  controller.abort(reason)
  expect((await failure).error).toBe(reason)
  expect(await server.requests[0]?.ended).toBe('broken')
})

it('sends nothing when it was aborted before it began', async () => {
  await using server = await scriptedServer()
  const reason = new Error('stopped')
  const { error } = await failureOf(httpPush<Note>({ url: server.url }), { signal: AbortSignal.abort(reason) })
  expect(error).toBe(reason)
  expect(server.requests).toHaveLength(0)
})

it('resolves a relative address against the page', async () => {
  await using server = await scriptedServer()
  try {
    Object.assign(globalThis, { location: new URL(`${server.url}/app/`) })
    await attempt(httpPush<Note>({ url: '../api/notes' }), { entry: entryOf() })
    expect(server.requests[0]?.path).toBe('/api/notes')
  } finally {
    Reflect.deleteProperty(globalThis, 'location')
  }
})
