import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { networkInterfaces } from 'node:os'
import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Outbox } from '../../src/createOutbox.ts'
import { createOutbox } from '../../src/createOutbox.ts'
import type { Inspector, InspectorServerOptions } from '../../src/inspect/server/startInspector.ts'
import { startInspector } from '../../src/inspect/server/startInspector.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { buildPackage } from '../support/builtPackage.ts'
import type { Asked } from './support/asking.ts'
import { ask, begin, portOf, tokenOf } from './support/asking.ts'

interface Fixture {
  readonly outbox: Outbox<{ readonly title: string }>
  readonly inspector: Inspector
}

async function withInspector(options: InspectorServerOptions, use: (fixture: Fixture) => Promise<void>): Promise<void> {
  await using outbox = createOutbox<{ readonly title: string }>({
    store: memoryStore(),
    push: () => new Promise(() => undefined),
    stopGraceMs: 0,
  })
  await using inspector = await startInspector(outbox, options)
  await use({ outbox, inspector })
}

/** Asks so often within no time at all, 40 at once; answers the status of each. */
async function flood(inspector: Inspector, asked: Asked, times: number): Promise<readonly number[]> {
  const now = vi.spyOn(performance, 'now').mockReturnValue(performance.now())
  try {
    const statuses: number[] = []
    while (statuses.length < times) {
      const answers = await Promise.all(Array.from({ length: 40 }, () => ask(inspector, asked)))
      statuses.push(...answers.map(({ status }) => status))
    }
    return statuses
  } finally {
    now.mockRestore()
  }
}

const asks = ['/stream', '/snapshot', '/page', '/control']

describe('whoever has no token', () => {
  test.each(asks)('is answered 401 without one and 403 with a wrong one: %s', (path) =>
    withInspector({ control: true }, async ({ inspector }) => {
      expect((await ask(inspector, { path, token: '' })).status).toBe(401)
      const token = tokenOf(inspector)
      for (const wrong of [
        'x',
        `${token}x`,
        token.slice(1),
        `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`,
      ]) {
        expect((await ask(inspector, { path, token: wrong })).status, wrong).toBe(403)
      }
      expect((await ask(inspector, { path: `${path}?token=${token}`, token: '' })).status).toBe(401)
    }),
  )

  test('gets the page, in which there is nothing about the outbox', () =>
    withInspector({ name: 'secret-name', payloads: true }, async ({ outbox, inspector }) => {
      await outbox.enqueue({ title: 'secret-title' })
      for (const path of ['/', '/icon.svg', '/start.js']) {
        const { status, body } = await ask(inspector, { path, method: 'GET', token: '' })
        expect(status).toBe(200)
        expect(body).not.toMatch(/secret|todos/)
        expect(body).not.toContain(tokenOf(inspector))
      }
    }))

  test('cannot use up what the owner may ask', () =>
    withInspector({}, async ({ inspector }) => {
      const statuses = await flood(inspector, { path: '/snapshot', token: 'x' }, 120)
      expect(statuses).toContain(429)
      expect(statuses).not.toContain(200)
      expect((await ask(inspector, { path: '/snapshot' })).status).toBe(200)
    }))

  test('has to guess 32 bytes, which are new for each start', async () => {
    const tokens = new Set<string>()
    for (let start = 0; start < 3; start += 1) {
      await withInspector({}, async ({ inspector }) => {
        tokens.add(tokenOf(inspector))
      })
    }
    expect([...tokens].map((token) => Buffer.from(token, 'base64url').length)).toEqual([32, 32, 32])
  })
})

describe('a request is refused although it has the token', () => {
  const everything = ['/', '/start.js', '/icon.svg', ...asks]

  test.each(everything)('when it comes by a name that somebody else points here (DNS rebinding): %s', (path) =>
    withInspector({ control: true }, async ({ inspector }) => {
      const port = portOf(inspector)
      const method = asks.includes(path) ? 'POST' : 'GET'
      for (const host of [
        'evil.example',
        `evil.example:${port}`,
        '127.0.0.1',
        `127.0.0.1:${port + 1}`,
        `[::1]:${port}`,
        '',
      ]) {
        const origin = `http://${host}`
        expect((await ask(inspector, { path, method, headers: { host, origin } })).status, host).toBe(403)
        expect((await ask(inspector, { path, method, headers: { host, origin: undefined } })).status, host).toBe(403)
      }
    }),
  )

  test.each(asks)('when a page of another origin sends it: %s', (path) =>
    withInspector({ control: true }, async ({ inspector }) => {
      const port = portOf(inspector)
      for (const origin of [
        'https://evil.example',
        'null',
        `http://127.0.0.1:${port + 1}`,
        `https://127.0.0.1:${port}`,
        `http://localhost:${port}`,
      ]) {
        expect((await ask(inspector, { path, headers: { origin } })).status, origin).toBe(403)
      }
      for (const site of ['cross-site', 'same-site']) {
        const { status } = await ask(inspector, { path, headers: { origin: undefined, 'sec-fetch-site': site } })
        expect(status, site).toBe(403)
      }
    }),
  )

  test('when it is no JSON, or asks with another method', () =>
    withInspector({ control: true }, async ({ outbox, inspector }) => {
      const form = { 'content-type': 'text/plain' }
      expect((await ask(inspector, { path: '/control', body: '{"type":"pause"}', headers: form })).status).toBe(415)
      expect((await ask(inspector, { path: '/control', method: 'GET' })).status).toBe(405)
      expect((await ask(inspector, { path: '/', method: 'POST' })).status).toBe(405)
      expect((await ask(inspector, { path: '/nothing' })).status).toBe(404)
      expect((await ask(inspector, { path: '/../../package.json', method: 'GET' })).status).toBe(405)
      for (const body of [
        '',
        '[',
        'null',
        '7',
        '{"type":"destroy"}',
        '{"type":"cancel"}',
        '{"type":"cancel","id":7}',
      ]) {
        expect((await ask(inspector, { path: '/control', body })).status, body).toBe(400)
      }
      for (const body of [
        '{"what":"secrets","limit":1}',
        '{"what":"entries","limit":101}',
        '{"what":"entries","limit":0}',
        '{"what":"entries"}',
        '{"what":"entries","limit":1,"from":"x"}',
      ]) {
        expect((await ask(inspector, { path: '/page', body })).status, body).toBe(400)
      }
      expect(outbox.status().reason).not.toBe('paused')
    }))
})

test('every answer tells the browser to load nothing from elsewhere, to keep nothing, and to be framed by nobody', () =>
  withInspector({}, async ({ inspector }) => {
    const answers = [
      await ask(inspector, { path: '/', method: 'GET' }),
      await ask(inspector, { path: '/start.js', method: 'GET' }),
      await ask(inspector, { path: '/snapshot' }),
      await ask(inspector, { path: '/snapshot', token: '' }),
      await ask(inspector, { path: '/snapshot', headers: { origin: 'https://evil.example' } }),
      await begin(inspector, { path: '/stream' }),
    ]
    for (const { headers } of answers) {
      const policy = headers['content-security-policy']
      expect(policy).toMatch(/^default-src 'none'; /)
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy).not.toMatch(/unsafe|https?:|\*/)
      expect(headers['cache-control']).toBe('no-store')
      expect(headers['x-content-type-options']).toBe('nosniff')
      expect(headers['referrer-policy']).toBe('no-referrer')
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([])
    }
  }))

test('it listens on 127.0.0.1, and on no other address of this machine', () =>
  withInspector({}, async ({ inspector }) => {
    const others = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .map(({ address }) => address)
      .filter((address) => address !== '127.0.0.1' && !address.startsWith('fe80'))
    // On Linux all of 127/8 leads here, so that there is always another address to try.
    for (const host of [...others, ...(process.platform === 'linux' ? ['127.0.0.2'] : [])]) {
      const socket = connect({ host, port: portOf(inspector) })
      await expect(once(socket, 'connect'), host).rejects.toThrow(/ECONNREFUSED|EADDRNOTAVAIL|ENETUNREACH|EHOSTUNREACH/)
      socket.destroy()
    }
    expect((await ask(inspector, { path: '/', method: 'GET', host: '127.0.0.1' })).status).toBe(200)
  }))

describe('it is not flooded', () => {
  test('by a body that is too long: 413, and it is not read to its end', () =>
    withInspector({ control: true }, async ({ inspector }) => {
      const body = JSON.stringify({ type: 'cancel', id: 'x'.repeat(1_000_000) })
      expect((await ask(inspector, { path: '/control', body })).status).toBe(413)
      expect((await ask(inspector, { path: '/snapshot' })).status).toBe(200)
    }))

  test('by headers that are too long', () =>
    withInspector({}, async ({ inspector }) => {
      const { status } = await ask(inspector, { path: '/snapshot', headers: { 'x-long': 'x'.repeat(20_000) } })
      expect(status).toBe(431)
    }))

  test('by too many requests: 429', () =>
    withInspector({}, async ({ inspector }) => {
      const statuses = await flood(inspector, { path: '/snapshot' }, 240)
      expect(new Set(statuses)).toEqual(new Set([200, 429]))
    }))

  test('by too many pages that look: the ninth is refused, until one leaves', () =>
    withInspector({}, async ({ inspector }) => {
      const streams = await Promise.all(Array.from({ length: 8 }, () => begin(inspector, { path: '/stream' })))
      expect(streams.map(({ statusCode }) => statusCode)).toEqual(Array.from({ length: 8 }, () => 200))
      expect((await ask(inspector, { path: '/stream' })).status).toBe(503)
      streams[0]?.destroy()
      await expect.poll(async () => (await begin(inspector, { path: '/stream' })).statusCode).toBe(200)
    }))
})

describe('without `control`', () => {
  test('every order is refused, and nothing happens', () =>
    withInspector({}, async ({ outbox, inspector }) => {
      const { id } = await outbox.enqueue({ title: 'milk' })
      for (const order of [
        { type: 'pause' },
        { type: 'cancel', id },
        { type: 'discard', id },
        { type: 'requeueAll' },
      ]) {
        const { status } = await ask(inspector, { path: '/control', body: JSON.stringify(order) })
        expect(status).toBe(403)
      }
      expect(await outbox.size()).toBe(1)
      expect(outbox.status().reason).toBe('pushing')
      const { body } = await ask(inspector, { path: '/snapshot' })
      expect(JSON.parse(body)).toMatchObject({ control: false, payloads: false })
    }))
})

describe('it ends', () => {
  let outbox: Outbox<string>
  let inspector: Inspector
  beforeEach(async () => {
    outbox = createOutbox<string>({ store: memoryStore(), push: () => undefined })
    inspector = await startInspector(outbox)
  })
  afterEach(async () => {
    await inspector.stop()
    await outbox.stop()
  })

  test('with `stop`: every connection closes and nothing listens any more', async () => {
    const streams = await Promise.all(Array.from({ length: 3 }, () => begin(inspector, { path: '/stream' })))
    const idle = connect({ host: '127.0.0.1', port: portOf(inspector) })
    await once(idle, 'connect')
    idle.resume()
    const closed = [...streams.map((stream) => once(stream.resume(), 'end')), once(idle, 'close')]
    await inspector.stop()
    await Promise.all(closed)
    await expect(ask(inspector, { path: '/snapshot' })).rejects.toThrow('ECONNREFUSED')
    await inspector.stop()
  })

  test('not with the outbox: the page is told, and lists answer that it has stopped', async () => {
    const stream = await begin(inspector, { path: '/stream' })
    const lines = createInterface({ input: stream })[Symbol.asyncIterator]()
    await lines.next()
    await outbox.stop()
    const kinds: string[] = []
    while (kinds.at(-1) !== 'end')
      kinds.push((JSON.parse((await lines.next()).value as string) as { kind: string }).kind)
    expect(kinds).toContain('step')
    const { status, body } = await ask(inspector, { path: '/page', body: '{"what":"entries","limit":5}' })
    expect([status, body]).toEqual([409, expect.stringContaining('has been stopped')])
    expect((await ask(inspector, { path: '/snapshot' })).status).toBe(200)
  })
})

test('it does not keep a process alive, not even while a page looks', async () => {
  await using built = await buildPackage()
  const script = `
    import { createOutbox, memoryStore } from '${built.path('src/index.js')}'
    import { startInspector } from '${built.path('src/inspect/server/startInspector.js')}'
    const outbox = createOutbox({ store: memoryStore(), push: () => undefined })
    const { url } = await startInspector(outbox)
    console.log(url)
    process.stdin.once('end', () => outbox.stop()).resume()
  `
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  try {
    const exited = once(child, 'exit')
    const [url] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
    const stream = await begin({ url }, { path: '/stream' })
    // It breaks off with the process.
    stream.once('error', () => undefined).resume()
    child.stdin.end()
    expect(await exited).toEqual([0, null])
  } finally {
    child.kill('SIGKILL')
  }
})
