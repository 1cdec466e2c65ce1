import { expect, it } from 'vitest'
import { HoldError, PermanentError } from '../../src/errors.ts'
import { httpPush } from '../../src/push/http.ts'
import { scriptedServer } from '../../src/testing/server.ts'
import type { Note } from './trying.ts'
import { attempt, entryOf, failureOf } from './trying.ts'

it('posts id, payload and meta as JSON with the id as the idempotency key', async () => {
  await using server = await scriptedServer()
  const push = httpPush<Note>({ url: `${server.url}/notes` })
  await attempt(push, { entry: entryOf({ meta: { user: 'u1' } }) })
  const [request] = server.requests
  expect(request).toMatchObject({ method: 'POST', path: '/notes', key: 'entry-1' })
  expect(request?.headers['content-type']).toBe('application/json')
  expect(JSON.parse(request?.body ?? '')).toEqual({ id: 'entry-1', payload: { title: 'milk' }, meta: { user: 'u1' } })
})

it('sends the same key at every try of an entry', async () => {
  await using server = await scriptedServer([{ status: 503 }])
  const push = httpPush<Note>({ url: server.url })
  await failureOf(push)
  await attempt(push, { entry: entryOf({ attempts: 1 }) })
  expect(server.countOf('entry-1')).toBe(2)
})

it('makes address and body from the entry', async () => {
  await using server = await scriptedServer()
  const push = httpPush<Note>({
    url: (entry) => new URL(`/notes/${entry.id}`, server.url),
    method: 'patch',
    body: async (entry) => ({ note: entry.payload.title }),
  })
  await attempt(push)
  expect(server.requests[0]).toMatchObject({ method: 'PATCH', path: '/notes/entry-1', body: '{"note":"milk"}' })
})

it.each([
  ['text', () => 'a,b', 'a,b', 'application/json'],
  ['a form', () => new URLSearchParams({ a: '1' }), 'a=1', 'application/x-www-form-urlencoded;charset=UTF-8'],
  ['a blob', () => new Blob(['raw'], { type: 'image/png' }), 'raw', 'image/png'],
  ['bytes', () => new TextEncoder().encode('raw'), 'raw', undefined],
  ['nothing', () => undefined, '', undefined],
])('sends a body that is %s as it is', async (_, body, sent, contentType) => {
  await using server = await scriptedServer()
  await attempt(httpPush<Note>({ url: server.url, body }))
  expect(server.requests[0]?.body).toBe(sent)
  expect(server.requests[0]?.headers['content-type']).toBe(contentType)
})

it('keeps the content type that headers give', async () => {
  await using server = await scriptedServer()
  await attempt(httpPush<Note>({ url: server.url, body: () => 'a,b', headers: { 'Content-Type': 'text/csv' } }))
  expect(server.requests[0]?.headers['content-type']).toBe('text/csv')
})

it('asks for the headers at every try, so that a renewed token is used', async () => {
  await using server = await scriptedServer([{ status: 500 }])
  let token = 0
  const push = httpPush<Note>({
    url: server.url,
    headers: async (entry) => {
      token += 1
      return { authorization: `Bearer token-${token}`, 'x-title': entry.payload.title }
    },
  })
  await failureOf(push)
  await attempt(push)
  expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer token-1', 'Bearer token-2'])
  expect(server.requests[1]?.headers['x-title']).toBe('milk')
})

it('does not let headers replace the idempotency key', async () => {
  await using server = await scriptedServer()
  await attempt(httpPush<Note>({ url: server.url, headers: [['Idempotency-Key', 'mine']] }))
  expect(server.requests[0]?.key).toBe('entry-1')
})

it('counts headers that throw as no answer, since nothing was sent', async () => {
  await using server = await scriptedServer()
  const cause = new Error('the key store is locked')
  const push = httpPush<Note>({ url: server.url, headers: () => Promise.reject(cause) })
  const { kind, message, error } = await failureOf(push)
  expect({ kind, message }).toEqual({
    kind: 'unreachable',
    message: 'nothing was sent, since `headers` failed: the key store is locked',
  })
  expect(error.cause).toBe(cause)
  expect(server.requests).toHaveLength(0)
})

it('counts a header without text as no answer: a token that is not there yet must cost nothing', async () => {
  const headers = () => ({ authorization: undefined }) as unknown as { authorization: string }
  const { kind, message } = await failureOf(httpPush<Note>({ url: 'http://127.0.0.1:1', headers }))
  expect({ kind, message }).toMatchObject({ kind: 'unreachable', message: expect.stringContaining('"authorization"') })
})

it.each([new HoldError('sign in'), new PermanentError('not this one')])(
  'passes a verdict on that headers throw: %s',
  async (verdict) => {
    const headers = () => {
      throw verdict
    }
    expect((await failureOf(httpPush<Note>({ url: 'http://127.0.0.1:1', headers }))).error).toBe(verdict)
  },
)

it('holds where a relative address has no page to belong to, and sends nothing', async () => {
  const fetch = () => Promise.reject(new Error('was called'))
  const { kind, message } = await failureOf(httpPush<Note>({ url: '/api/sync', fetch }))
  expect(kind).toBe('hold')
  expect(message).toBe('`url` is relative, and there is no page here to resolve it against: give a full one')
})

it('passes on what url and body throw', async () => {
  const verdict = new HoldError('no server is chosen')
  const fails = () => {
    throw verdict
  }
  expect((await failureOf(httpPush<Note>({ url: fails }))).error).toBe(verdict)
  expect((await failureOf(httpPush<Note>({ url: 'http://127.0.0.1:1', body: fails }))).error).toBe(verdict)
})

it('gives an entry up whose address can be none', async () => {
  const { kind, message } = await failureOf(httpPush<Note>({ url: () => 'mailto:me@example.com' }))
  expect(kind).toBe('permanent')
  expect(message).toBe('`url` must give an http or https address, or one relative to a page, got one of "mailto:"')
})

it('holds where there is no fetch', async () => {
  const { fetch } = globalThis
  try {
    Reflect.deleteProperty(globalThis, 'fetch')
    expect((await failureOf(httpPush<Note>({ url: 'http://127.0.0.1:1' }))).kind).toBe('hold')
  } finally {
    globalThis.fetch = fetch
  }
})

it('looks the global fetch up at each call, so that one replaced later is used', async () => {
  const push = httpPush<Note>({ url: 'http://127.0.0.1:1', receive: (response) => response.text() })
  const { fetch } = globalThis
  try {
    globalThis.fetch = async () => new Response('from the later one')
    expect(await attempt(push)).toBe('from the later one')
  } finally {
    globalThis.fetch = fetch
  }
})
