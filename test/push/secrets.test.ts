import { expect, it } from 'vitest'
import { httpPush } from '../../src/push/http.ts'
import { scriptedServer } from '../../src/testing/server.ts'
import type { Note } from './trying.ts'
import { entryOf, failureOf } from './trying.ts'

const token = 'tok_5f3a9c'

it.each([401, 403, 500, 302])('strikes out a token that a %i echoes', async (status) => {
  await using server = await scriptedServer((request) => ({
    status,
    headers: { location: `/login/${token}` },
    body: `bad token ${request.headers.authorization} (${token}, ${token}), and ${String(request.headers['x-key'])}`,
  }))
  const headers = { authorization: `Bearer ${token}`, 'x-key': 'key-0815' }
  const { message, error } = await failureOf(httpPush<Note>({ url: server.url, headers: () => headers }))
  expect(message).toContain('bad token ***')
  for (const secret of [token, 'key-0815']) expect(`${message} ${String(error)} ${error.stack}`).not.toContain(secret)
})

it('strikes a token out of what a given fetch says', async () => {
  const push = httpPush<Note>({
    url: 'https://api.example.com',
    headers: { authorization: `Bearer ${token}` },
    fetch: (_, { headers }) => Promise.reject(new Error(`could not send ${new Headers(headers).get('authorization')}`)),
  })
  expect((await failureOf(push)).message).toBe('no answer from https://api.example.com (could not send ***)')
})

it('strikes out what stands in the query of the address', async () => {
  await using server = await scriptedServer((request) => ({ status: 500, body: `could not serve ${request.path}` }))
  const { message } = await failureOf(httpPush<Note>({ url: `${server.url}/notes?key=${token}` }))
  expect(message).toBe('answered 500 Internal Server Error: could not serve /notes?key=***')
})

it('shows neither path nor query of the address when no answer comes', async () => {
  const push = httpPush<Note>({
    url: `https://api.example.com/hooks/${token}?key=${token}`,
    fetch: () => Promise.reject(new Error('offline')),
  })
  expect((await failureOf(push)).message).not.toContain(token)
})

it.each([301, 302, 303, 307, 308])(
  'does not follow a %i to another origin, and says where it points',
  async (status) => {
    await using other = await scriptedServer()
    await using server = await scriptedServer([{ status, headers: { location: `${other.url}/in?session=${token}` } }])
    const push = httpPush<Note>({ url: server.url, headers: { 'x-api-key': token } })
    const { kind, message } = await failureOf(push)
    expect(kind).toBe('unreachable')
    expect(message).toContain(
      `a redirect to ${other.url}/in that is not followed: give the address that answers itself`,
    )
    expect(other.requests).toHaveLength(0)
  },
)

it('does not follow a redirect within the origin either: a login page would answer 200', async () => {
  await using server = await scriptedServer([{ status: 302, headers: { location: '/login' } }])
  const { kind, message } = await failureOf(httpPush<Note>({ url: `${server.url}/notes` }))
  expect(kind).toBe('unreachable')
  expect(message).toContain(`a redirect to ${server.url}/login that`)
  expect(server.requests).toHaveLength(1)
})

it.each(['milk\r\nX-Admin: yes', 'milk\nX-Admin: yes', 'milk\0', 'Milch 🥛'])(
  'gives an entry up whose header would break its line or cannot be written: %j',
  async (title) => {
    await using server = await scriptedServer()
    const push = httpPush<Note>({
      url: server.url,
      headers: (entry) => ({ authorization: `Bearer ${token}`, 'x-title': entry.payload.title }),
    })
    const { kind, message, error } = await failureOf(push, { entry: entryOf({ payload: { title } }) })
    expect(kind).toBe('permanent')
    expect(message).toContain('the header "x-title" cannot be sent')
    expect(message + String(error.cause)).not.toMatch(/milk|Milch/)
    expect(server.requests).toHaveLength(0)
  },
)

it('gives an entry up whose headers have an impossible name', async () => {
  const push = httpPush<Note>({ url: 'http://127.0.0.1:1', headers: () => ({ 'x: y\r\nz': '1' }) })
  const { kind, message } = await failureOf(push)
  expect(kind).toBe('permanent')
  expect(message).toContain(String.raw`the header "x: y\r\nz" cannot be sent`)
})

it.each(['a\r\nX-Admin: yes', 'schlüssel-日本', ' a', 'a\n', ''])(
  'gives an entry up whose id %j can be no key',
  async (id) => {
    await using server = await scriptedServer()
    const { kind, message } = await failureOf(httpPush<Note>({ url: server.url }), { entry: entryOf({ id }) })
    expect(kind).toBe('permanent')
    expect(message.toLowerCase()).toContain('idempotency-key')
    expect(server.requests).toHaveLength(0)
  },
)
