import { expect, it } from 'vitest'
import { createOutbox, memoryStore } from '../../src/index.ts'
import { httpPush } from '../../src/push/http.ts'
import { scriptedServer } from '../../src/testing/server.ts'

const post = (url: string, key: string, body = '') =>
  fetch(url, { method: 'POST', headers: { 'idempotency-key': key }, body })

it('answers by its script, then 200, and remembers what it was asked', async () => {
  await using server = await scriptedServer([{ status: 503, headers: { 'retry-after': '2' }, body: 'busy' }])
  const first = await post(`${server.url}/todos`, 'a', '{}')
  expect([first.status, first.headers.get('retry-after'), await first.text()]).toEqual([503, '2', 'busy'])
  expect((await post(server.url, 'a')).status).toBe(200)
  expect(server.requests).toMatchObject([
    { method: 'POST', path: '/todos', key: 'a', body: '{}' },
    { method: 'POST', path: '/', key: 'a', body: '' },
  ])
  expect([server.countOf('a'), server.countOf('b')]).toEqual([2, 0])
})

it('may choose an answer by the request and how many came before it', async () => {
  await using server = await scriptedServer(({ key }, index) => ({ status: key === 'bad' ? 400 : 200 + index }))
  const statuses = []
  for (const key of ['a', 'bad', 'b']) statuses.push((await post(server.url, key)).status)
  expect(statuses).toEqual([200, 400, 202])
})

it('refuses connections, and accepts them again at the same address', async () => {
  await using server = await scriptedServer()
  await server.refuse()
  await expect(post(server.url, 'a')).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } })
  await server.accept()
  expect((await post(server.url, 'b')).status).toBe(200)
  expect(server.requests).toHaveLength(1)
})

it('tells when so many requests have come, and whether an answer went out whole', async () => {
  await using server = await scriptedServer([{ cut: 'beforeHeaders' }, {}])
  await using outbox = createOutbox<string>({
    store: memoryStore(),
    push: httpPush({ url: server.url }),
    backoff: () => 0,
  })
  const received = server.received(2)
  await outbox.enqueue('a')
  await received
  await server.received(1)
  expect(server.requests.map(({ key }) => key)).toEqual([server.requests[0]?.key, server.requests[0]?.key])
  expect(await Promise.all(server.requests.map(({ ended }) => ended))).toEqual(['broken', 'whole'])
})
