import { expect, it } from 'vitest'
import { httpPush } from '../../src/push/http.ts'
import { scriptedServer } from '../../src/testing/server.ts'
import type { Note } from './trying.ts'
import { failureOf } from './trying.ts'

const noon = 'Sun, 06 Nov 1994 12:00:00 GMT'

it.each([408, 409, 425, 429, 500, 503])('heeds Retry-After on %i', async (status) => {
  await using server = await scriptedServer([{ status, headers: { 'retry-after': '7' } }])
  expect(await failureOf(httpPush<Note>({ url: server.url }))).toMatchObject({ kind: 'retryAfter', after: 7_000 })
})

it.each([
  ['Sun, 06 Nov 1994 12:00:30 GMT', 30_000],
  ['Sunday, 06-Nov-94 12:00:30 GMT', 30_000],
  ['Sun Nov  6 12:00:30 1994', 30_000],
  ['Sun, 06 Nov 1994 11:59:00 GMT', 0],
])('takes the date %s from the answer’s own date on, whatever the clock here says', async (date, after) => {
  await using server = await scriptedServer([{ status: 503, headers: { 'retry-after': date, date: noon } }])
  const { TZ } = process.env
  try {
    process.env.TZ = 'Pacific/Auckland'
    expect(await failureOf(httpPush<Note>({ url: server.url }))).toMatchObject({ kind: 'retryAfter', after })
  } finally {
    if (TZ === undefined) delete process.env.TZ
    else process.env.TZ = TZ
  }
})

it('gives the moment itself when the answer has no date of its own', async () => {
  const fetch = async () => new Response('', { status: 503, headers: { 'retry-after': noon } })
  const failure = await failureOf(httpPush<Note>({ url: 'http://127.0.0.1:1', fetch }))
  expect(failure).toMatchObject({ kind: 'retryAfter', after: new Date(noon) })
})

it.each(['', 'soon', '-5', '1e3', '2, 3', 'Sun, 99 Nov 1994', '1994-11-06T12:00:00Z'])(
  'takes a Retry-After of "%s" for none',
  async (value) => {
    await using server = await scriptedServer([{ status: 503, headers: { 'retry-after': value } }])
    expect((await failureOf(httpPush<Note>({ url: server.url }))).kind).toBe('failed')
  },
)

it('stays a number however large the answer’s is', async () => {
  await using server = await scriptedServer([{ status: 503, headers: { 'retry-after': '9'.repeat(400) } }])
  expect(await failureOf(httpPush<Note>({ url: server.url }))).toMatchObject({ after: Number.MAX_SAFE_INTEGER })
})

it('does not heed Retry-After on an answer that is final', async () => {
  await using server = await scriptedServer([{ status: 404, headers: { 'retry-after': '7' } }])
  expect((await failureOf(httpPush<Note>({ url: server.url }))).kind).toBe('permanent')
})
