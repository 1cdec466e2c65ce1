import { expect, it } from 'vitest'
import { HoldError } from '../../src/errors.ts'
import { httpPush } from '../../src/push/http.ts'
import { scriptedServer } from '../../src/testing/server.ts'
import type { Note } from './trying.ts'
import { attempt, failureOf } from './trying.ts'

it.each([200, 201, 202, 204, 206, 299])('takes %i as delivered', async (status) => {
  await using server = await scriptedServer([{ status }])
  await expect(attempt(httpPush<Note>({ url: server.url }))).resolves.toBeUndefined()
})

const table = {
  hold: [401],
  failed: [408, 409, 425, 429, 500, 501, 502, 503, 504, 599],
  permanent: [400, 402, 403, 404, 405, 410, 413, 415, 422, 451, 499],
  unreachable: [300, 301, 302, 303, 304, 307, 308],
}

it.each(Object.entries(table).flatMap(([kind, statuses]) => statuses.map((status) => ({ status, kind }))))(
  'takes $status as $kind',
  async ({ status, kind }) => {
    await using server = await scriptedServer([{ status }])
    expect((await failureOf(httpPush<Note>({ url: server.url }))).kind).toBe(kind)
    expect(server.requests).toHaveLength(1)
  },
)

it('says the status and what the answer says, in one line', async () => {
  await using server = await scriptedServer([{ status: 422, body: 'title:\r\n\ttoo \u0007 long\n' }])
  const { message } = await failureOf(httpPush<Note>({ url: server.url }))
  expect(message).toBe('answered 422 Unprocessable Entity: title: too long')
})

it('cuts a long text of an answer short', async () => {
  await using server = await scriptedServer([{ status: 500, body: 'x'.repeat(5_000) }])
  const { message } = await failureOf(httpPush<Note>({ url: server.url }))
  expect(message).toHaveLength('answered 500 '.length + 200 + '…'.length)
})

it.each([
  ['retry', 'failed'],
  ['permanent', 'permanent'],
  ['hold', 'hold'],
  ['unreachable', 'unreachable'],
] as const)('lets classify take any answer as %s', async (answerKind, kind) => {
  await using server = await scriptedServer([{ headers: { 'x-note': 'not now' } }])
  const push = httpPush<Note>({
    url: server.url,
    classify: async ({ headers }, { id }) =>
      headers.get('x-note') === 'not now' && id === 'entry-1' ? answerKind : undefined,
  })
  expect((await failureOf(push)).kind).toBe(kind)
})

it('lets classify take a refusal as delivered, and receives its body', async () => {
  await using server = await scriptedServer([
    { status: 409, headers: { 'content-type': 'application/json' }, body: '{"had":true}' },
  ])
  expect(await attempt(httpPush<Note>({ url: server.url, classify: () => 'delivered' }))).toEqual({ had: true })
})

it('leaves an answer that classify does not judge to the table', async () => {
  await using server = await scriptedServer([{ status: 401 }])
  const push = httpPush<Note>({ url: server.url, classify: () => undefined })
  expect((await failureOf(push)).kind).toBe('hold')
})

it('passes on what classify throws', async () => {
  await using server = await scriptedServer()
  const verdict = new HoldError('the account is closed')
  const push = httpPush<Note>({ url: server.url, classify: () => Promise.reject(verdict) })
  expect((await failureOf(push)).error).toBe(verdict)
})

it('counts an answer that classify calls by no known name as failed, and says so', async () => {
  await using server = await scriptedServer()
  const push = httpPush<Note>({ url: server.url, classify: () => 'dead' as 'permanent' })
  const { kind, message } = await failureOf(push)
  expect({ kind, message }).toEqual({
    kind: 'failed',
    message: '`classify` must answer an answer kind or undefined, got dead',
  })
})
