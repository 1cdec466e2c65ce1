import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { createServer } from 'node:net'

/** What a server does with one connection once a request has begun to arrive. */
export interface OddAnswer {
  /** In words, for whoever looks for a failure. */
  readonly what: string
  readonly parts: readonly (Buffer | string)[]
  /** `stall` sends nothing more and keeps the connection. */
  readonly ending: 'end' | 'reset' | 'stall'
  /** Whether the client may wait for more although the connection has ended. */
  readonly mayStall?: boolean
  /** What a push has to make of it, when that is certain. */
  readonly kinds: readonly string[]
}

/** Any outcome that the documentation of `httpPush` knows. */
const any = ['delivered', 'failed', 'retryAfter', 'permanent', 'hold', 'unreachable']

/** Listens on a port of its own and gives each connection the next answer. */
export async function oddServer(answerNow: () => OddAnswer): Promise<AsyncDisposable & { readonly url: string }> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => {}) // the client may be gone before the last part: that is what it is asked to survive
    socket.once('data', () => {
      const { parts, ending } = answerNow()
      for (const part of parts) socket.write(part)
      if (ending === 'end') socket.end()
      // After what was written has left.
      if (ending === 'reset') setImmediate(() => socket.resetAndDestroy())
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/notes`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** An answer by chance; `secret` is echoed wherever a server could. */
export function oddAnswer(random: () => number, secret: string): OddAnswer {
  const below = (limit: number) => Math.floor(random() * limit)
  const pick = <T>(list: readonly T[]): T => list[below(list.length)] as T
  const bytes = (most: number) => Buffer.from(Array.from({ length: below(most) }, () => below(256)))
  const status = random() < 0.7 ? pick(statuses) : pick([0, 99, 600, 999, 1000, -1])
  const wait = pick(waits)
  const shapes: (() => OddAnswer)[] = [
    () => {
      const text = `no ${secret} ${'x'.repeat(below(400))}`
      const isOdd = /[^\x20-\x7e]/.test(wait)
      return {
        what: `${status}, Retry-After ${wait}`,
        parts: [
          head(status, [`Retry-After: ${wait}`, `X-Echo: ${secret}`, `Content-Length: ${Buffer.byteLength(text)}`]),
          bodyless(status) ? '' : text,
        ],
        ending: 'end',
        kinds: isOdd || status < 200 || status > 599 ? any : kindsOf(status),
      }
    },
    () => ({ what: 'no HTTP at all', parts: [bytes(3_000)], ending: pick(['end', 'reset']), kinds: ['unreachable'] }),
    () => ({ what: 'nothing', parts: [], ending: pick(['end', 'reset']), kinds: ['unreachable'] }),
    () => ({ what: 'nothing, for ever', parts: [], ending: 'stall', kinds: ['aborted'] }),
    () => ({
      what: 'half a status line',
      parts: ['HTTP/1.1 2'],
      ending: pick(['end', 'reset']),
      kinds: ['unreachable'],
    }),
    () => ({
      what: 'headers that do not end',
      parts: [head(200, []).slice(0, -2), `X-More: ${'y'.repeat(below(3_000))}`],
      ending: pick(['end', 'reset']),
      kinds: ['unreachable'],
    }),
    () => ({
      what: 'headers without limit',
      parts: [
        head(200, []).slice(0, -2),
        ...Array.from({ length: 40 }, (_, index) => `X-${index}: ${'z'.repeat(1_000)}\r\n`),
        '\r\n',
      ],
      ending: 'end',
      kinds: ['unreachable'],
    }),
    () => ({
      what: 'a header with binary in it',
      parts: [head(pick(statuses), ['X-Binary: ']).slice(0, -4), bytes(50), '\r\n\r\n'],
      ending: 'end',
      kinds: any,
    }),
    () => ({
      what: 'fewer bytes than promised',
      parts: [head(status, [`Content-Length: ${100 + below(1_000)}`]), `short ${secret}`],
      ending: pick(['end', 'reset']),
      kinds: any,
    }),
    () => ({
      what: 'more bytes than promised',
      parts: [head(status, ['Content-Length: 3']), `longer than that ${secret}`],
      ending: 'end',
      kinds: any,
    }),
    () => ({
      what: 'two lengths',
      parts: [head(status, ['Content-Length: 3', 'Content-Length: 5']), 'abcde'],
      ending: 'end',
      kinds: any,
    }),
    () => ({
      what: 'a length that is none',
      parts: [head(status, [`Content-Length: ${pick(['-1', 'x', '1e9', '99999999999999999999', ''])}`]), 'abc'],
      ending: 'end',
      kinds: any,
    }),
    () => ({
      what: 'broken chunks',
      parts: [
        head(status, ['Transfer-Encoding: chunked']),
        pick(['zz\r\nabc\r\n', '5\r\nab', 'ffffffffffffffffff\r\n', '3\r\nabc\r\n']),
        bytes(20),
      ],
      ending: pick(['end', 'reset']),
      kinds: any,
    }),
    () => ({
      what: 'a body that stays away',
      parts: [head(200, ['Content-Length: 10', 'Content-Type: application/json']), '{'],
      ending: 'stall',
      kinds: ['delivered', 'aborted'],
    }),
    () => ({
      what: 'an error whose body stays away',
      parts: [head(500, ['Content-Length: 10']), secret],
      ending: 'stall',
      kinds: ['failed', 'aborted'],
    }),
    () => ({
      what: 'a huge body',
      parts: [
        head(pick([200, 400, 500]), ['Content-Type: application/json']),
        ...Array.from({ length: 24 }, () => Buffer.alloc(65_536, secret)),
      ],
      ending: 'end',
      kinds: ['delivered', 'permanent', 'failed'],
    }),
    () => ({
      what: 'JSON that is none',
      parts: [head(200, ['Content-Type: application/json']), bytes(200)],
      ending: 'end',
      kinds: ['delivered'],
    }),
    () => ({
      what: 'an encoding that is not so',
      parts: [head(pick([200, 500]), [`Content-Encoding: ${pick(['gzip', 'br', 'deflate', 'x'])}`]), bytes(300)],
      ending: 'end',
      mayStall: true,
      kinds: [...any, 'aborted'],
    }),
    () => ({
      what: 'a redirect',
      parts: [
        head(pick([301, 302, 303, 307, 308]), [
          `Location: ${pick(['', '/', `/${secret}`, 'http://[', '//', 'javascript:1', `http://127.0.0.1:1/?k=${secret}`, '\u00ff'])}`,
          'Content-Length: 0',
        ]),
      ],
      ending: 'end',
      kinds: ['unreachable'],
    }),
    () => ({
      what: '100 again and again, then 200',
      parts: [
        ...Array.from({ length: 1 + below(20) }, () => 'HTTP/1.1 100 Continue\r\n\r\n'),
        head(200, ['Content-Length: 0']),
      ],
      ending: 'end',
      kinds: any,
    }),
    () => ({
      what: 'another protocol',
      parts: [`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n`, bytes(40)],
      ending: 'end',
      kinds: any,
    }),
    () => ({
      what: 'a version that is none',
      parts: [`HTTP/${pick(['0.9', '2.0', '9.9', 'x'])} 200 OK\r\nContent-Length: 0\r\n\r\n`],
      ending: 'end',
      kinds: any,
    }),
  ]
  const [common] = shapes
  return random() < 0.25 && common ? common() : pick(shapes)()
}

function head(status: number, headers: readonly string[]): string {
  return [`HTTP/1.1 ${status} Whatever`, 'Connection: close', ...headers, '', ''].join('\r\n')
}

const bodyless = (status: number) => status === 204 || status === 304

function kindsOf(status: number): readonly string[] {
  if (status < 300) return ['delivered']
  if (status < 400) return ['unreachable']
  if (status === 401) return ['hold']
  if (status >= 500 || [408, 409, 425, 429].includes(status)) return ['failed', 'retryAfter']
  return ['permanent']
}

const statuses = [
  200, 201, 202, 204, 206, 299, 300, 301, 302, 304, 307, 400, 401, 402, 403, 404, 408, 409, 413, 418, 422, 425, 429,
  451, 500, 501, 502, 503, 504, 520, 599,
]
const waits = [
  '0',
  '1',
  '-1',
  '3.5',
  '1e3',
  '99999999999999999999999',
  'NaN',
  'soon',
  '',
  ' 7 ',
  '7, 8',
  'Mon, 99 Foo 20x6 99:99:99 GMT',
  'Wed, 21 Oct 2015 07:28:00 GMT',
  'Fri, 31 Dec 9999 23:59:59 GMT',
  'Thu, 01 Jan 1970 00:00:00 GMT',
  '\u00ff',
  '0x10',
  'Infinity',
]
