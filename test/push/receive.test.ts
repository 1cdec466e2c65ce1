import { expect, it } from 'vitest'
import { PermanentError } from '../../src/errors.ts'
import { httpPush } from '../../src/push/http.ts'
import { scriptedServer } from '../../src/testing/server.ts'
import type { Note } from './trying.ts'
import { attempt, entryOf, failureOf } from './trying.ts'

const json = { 'content-type': 'application/json; charset=utf-8' }

it.each(['application/json', 'application/json;charset=utf-8', 'application/vnd.api+json'])(
  'resolves to the JSON of an answer of type %s',
  async (contentType) => {
    await using server = await scriptedServer([{ headers: { 'content-type': contentType }, body: '{"rev":"ä2"}' }])
    expect(await attempt(httpPush<Note>({ url: server.url }))).toEqual({ rev: 'ä2' })
  },
)

it.each([
  ['has no body', { status: 204 }],
  ['is not JSON', { headers: { 'content-type': 'text/html' }, body: '{"rev":2}' }],
  ['is broken JSON', { headers: json, body: '{"rev":' }],
  ['is empty', { headers: json }],
])('resolves to undefined when the answer %s', async (_, answer) => {
  await using server = await scriptedServer([answer])
  expect(await attempt(httpPush<Note>({ url: server.url }))).toBeUndefined()
})

it('reads JSON that arrives in pieces, cut within a character', async () => {
  const fetch = async () =>
    new Response(
      new ReadableStream({
        start(controller) {
          for (const byte of new TextEncoder().encode('{"rev":"ä"}')) controller.enqueue(Uint8Array.of(byte))
          controller.close()
        },
      }),
      { headers: json },
    )
  expect(await attempt(httpPush<Note>({ url: 'http://127.0.0.1:1', fetch }))).toEqual({ rev: 'ä' })
})

it('waits for a slow body', async () => {
  let send!: () => void
  const gate = new Promise<void>((resolve) => (send = resolve))
  async function* slowly() {
    yield '{"rev":'
    await gate
    yield '2}'
  }
  await using server = await scriptedServer([{ headers: json, body: slowly() }])
  const result = attempt(httpPush<Note>({ url: server.url }))
  await server.received(1)
  send()
  expect(await result).toEqual({ rev: 2 })
})

it.each(['afterHeaders', 'inBody'] as const)(
  'counts a 2xx as delivered when the connection breaks %s: the remote has said yes',
  async (cut) => {
    await using server = await scriptedServer([{ headers: json, body: '{"rev":2}', cut }])
    expect(await attempt(httpPush<Note>({ url: server.url }))).toBeUndefined()
    expect(await server.requests[0]?.ended).toBe('broken')
  },
)

it('counts a 2xx as delivered when it is aborted within the body', async () => {
  await using server = await scriptedServer([{ headers: json, body: '{"rev":2}', hang: 'inBody' }])
  const controller = new AbortController()
  const push = httpPush<Note>({
    url: server.url,
    // The headers have arrived when the answer is classified.
    classify: () => {
      queueMicrotask(() => controller.abort(new Error('stopped')))
      return undefined
    },
  })
  expect(await attempt(push, { signal: controller.signal })).toBeUndefined()
})

function* endless(sent: { chunks: number }) {
  for (;;) {
    sent.chunks += 1
    yield 'x'.repeat(65_536)
  }
}

it.each([200, 500])('stops reading a body without end after a %i', async (status) => {
  const sent = { chunks: 0 }
  await using server = await scriptedServer([{ status, headers: json, body: endless(sent) }])
  const push = httpPush<Note>({ url: server.url })
  if (status === 200) expect(await attempt(push)).toBeUndefined()
  else expect((await failureOf(push)).kind).toBe('failed')
  expect(await server.requests[0]?.ended).toBe('broken')
  expect(sent.chunks).toBeLessThan(1_000)
})

it('knows the verdict of an error whose body breaks off', async () => {
  await using server = await scriptedServer([{ status: 422, body: 'too lo', cut: 'inBody' }])
  const { kind, message } = await failureOf(httpPush<Note>({ url: server.url }))
  expect(kind).toBe('permanent')
  expect(message).toBe('answered 422 Unprocessable Entity: too lo')
})

it('resolves to what receive makes of the answer', async () => {
  await using server = await scriptedServer([{ status: 201, headers: { etag: '"7"' } }])
  const push = httpPush<Note>({
    url: server.url,
    receive: (response, entry) => ({ id: entry.id, etag: response.headers.get('etag') }),
  })
  expect(await attempt(push, { entry: entryOf({ id: 'n7' }) })).toEqual({ id: 'n7', etag: '"7"' })
})

it('does not count an entry as delivered when receive needs a body that breaks off', async () => {
  await using server = await scriptedServer([{ headers: json, body: '{"rev":2}', cut: 'inBody' }])
  const push = httpPush<Note>({ url: server.url, receive: (response) => response.json() })
  expect((await failureOf(push)).kind).toBe('failed')
})

it('passes on what receive throws', async () => {
  await using server = await scriptedServer([{ headers: json, body: '{"errors":["no such list"]}' }])
  const verdict = new PermanentError('no such list')
  const push = httpPush<Note>({ url: server.url, receive: () => Promise.reject(verdict) })
  expect((await failureOf(push)).error).toBe(verdict)
})

it('lets go of a body that receive leaves unread', async () => {
  await using server = await scriptedServer([{ body: endless({ chunks: 0 }) }])
  expect(await attempt(httpPush<Note>({ url: server.url, receive: ({ status }) => status }))).toBe(200)
  expect(await server.requests[0]?.ended).toBe('broken')
})

it('frees the connection of every answer for the next entry', async () => {
  const answers = [{}, { body: 'ok' }, { status: 204 }, { headers: json, body: '{}' }, { status: 500, body: 'busy' }]
  await using server = await scriptedServer((_, index) => answers[index % answers.length] ?? {})
  const push = httpPush<Note>({ url: server.url })
  for (let index = 0; index < 20; index += 1) await (index % 5 === 4 ? failureOf(push) : attempt(push))
  expect(new Set(server.requests.map(({ clientPort }) => clientPort)).size).toBeLessThan(4)
})

it.each([200, 500])(
  'ends when it is aborted while the body of a %i, which cannot be decompressed, neither fails nor ends',
  async (status) => {
    const controller = new AbortController()
    const body = new ReadableStream<Uint8Array>({ pull: () => controller.abort() })
    const push = httpPush<Note>({ url: 'https://api.example.com', fetch: async () => new Response(body, { status }) })
    const given = { signal: controller.signal }
    if (status === 200) expect(await attempt(push, given)).toBeUndefined()
    else expect(await failureOf(push, given)).toMatchObject({ kind: 'failed', message: 'answered 500' })
  },
)
