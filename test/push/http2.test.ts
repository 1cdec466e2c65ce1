import { once } from 'node:events'
import type { Http2SecureServer, ServerHttp2Session, ServerHttp2Stream } from 'node:http2'
import { constants, createSecureServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { Agent, fetch as undiciFetch } from 'undici'
import { describe, expect, it } from 'vitest'
import { httpPush } from '../../src/push/http.ts'
import { selfSigned } from '../support/selfSigned.ts'
import type { Note } from './trying.ts'
import { attempt, failureOf } from './trying.ts'

type Serve = (stream: ServerHttp2Stream, body: string) => void

/** A server that speaks HTTP/2 and nothing else, a fetch that speaks it, and a push that uses both. */
async function startHttp2(serve: Serve) {
  const sessions = new Set<ServerHttp2Session>()
  const keys: unknown[] = []
  const server: Http2SecureServer = createSecureServer({ ...selfSigned, allowHTTP1: false })
  server.on('session', (session) => sessions.add(session))
  server.on('stream', (stream, headers) => {
    keys.push(headers['idempotency-key'])
    stream.on('error', () => undefined)
    let body = ''
    stream.setEncoding('utf8')
    stream.on('data', (chunk: string) => (body += chunk))
    stream.on('end', () => serve(stream, body))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const dispatcher = new Agent({ allowH2: true, connect: { ca: selfSigned.cert } })
  const fetch = ((url: string, init: object) =>
    undiciFetch(url, { ...init, dispatcher })) as unknown as typeof globalThis.fetch
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`
  return {
    push: httpPush<Note>({ url, fetch }),
    keys,
    sessions,
    async [Symbol.asyncDispose]() {
      await dispatcher.destroy()
      for (const session of sessions) session.destroy()
      server.close()
    },
  }
}

describe('over HTTP/2', () => {
  it('pushes, and hands on what the answer says', async () => {
    await using server = await startHttp2((stream, body) => {
      stream.respond({ ':status': 200, 'content-type': 'application/json' })
      stream.end(JSON.stringify({ took: JSON.parse(body) as unknown }))
    })
    expect(await attempt(server.push)).toEqual({ took: { id: 'entry-1', payload: { title: 'milk' } } })
    await attempt(server.push)
    expect(server.keys).toEqual(['entry-1', 'entry-1'])
    expect(server.sessions.size).toBe(1)
  })

  it.each([
    [401, 'hold'],
    [503, 'failed'],
    [422, 'permanent'],
  ])('tells %i as %s', async (status, kind) => {
    await using server = await startHttp2((stream) => {
      stream.respond({ ':status': status })
      stream.end()
    })
    expect((await failureOf(server.push)).kind).toBe(kind)
  })

  it('tells a stream that is reset before its headers as no answer', async () => {
    await using server = await startHttp2((stream) => stream.close(constants.NGHTTP2_INTERNAL_ERROR))
    expect((await failureOf(server.push)).kind).toBe('unreachable')
  })

  it('tells a connection that goes away before the headers as no answer', async () => {
    await using server = await startHttp2((stream) => stream.session?.destroy())
    expect((await failureOf(server.push)).kind).toBe('unreachable')
  })

  it('takes an entry as delivered although the body of the yes breaks off', async () => {
    await using server = await startHttp2((stream) => {
      stream.respond({ ':status': 200, 'content-type': 'application/json' })
      stream.write('{"half":', () => stream.close(constants.NGHTTP2_INTERNAL_ERROR))
    })
    await expect(attempt(server.push)).resolves.toBeUndefined()
  })
})
