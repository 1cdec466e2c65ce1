import { once } from 'node:events'
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { text } from 'node:stream/consumers'

/** What one request is answered with. */
export interface Answer {
  /** Default 200. */
  readonly status?: number
  readonly headers?: OutgoingHttpHeaders
  /** Text, or chunks, which are made only as fast as the client takes them. */
  readonly body?: string | Iterable<string> | AsyncIterable<string>
  /** The answer begins when this resolves. */
  readonly after?: Promise<unknown>
  /**
   * Where the connection breaks: before the request's body is read (only in a list of answers), after that, after the headers are
   * sent, or within the body.
   */
  readonly cut?: 'inRequest' | 'beforeHeaders' | 'afterHeaders' | 'inBody'
  /** Where nothing more is sent, for ever. */
  readonly hang?: 'beforeHeaders' | 'inBody'
}

/** A request as it arrived; `ended` tells whether its answer went out whole. */
export interface RecordedRequest {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
  /** The Idempotency-Key. */
  readonly key: string | undefined
  /** Of the client's end: the same for requests on one connection. */
  readonly clientPort: number | undefined
  readonly ended: Promise<'whole' | 'broken'>
}

/** The answer to each request, in order, with 200 for those after; or chosen by the request and how many came before it. */
export type Script = readonly Answer[] | ((request: RecordedRequest, index: number) => Answer | Promise<Answer>)

/** A real HTTP server on 127.0.0.1 that answers by a script and remembers what it was asked. */
export interface ScriptedServer extends AsyncDisposable {
  readonly url: string
  /** In the order of arrival. */
  readonly requests: readonly RecordedRequest[]
  /** How many requests came with this Idempotency-Key. */
  countOf(key: string): number
  /** Resolves when so many requests have come. */
  received(count: number): Promise<void>
  /** Stops listening and breaks every connection, so that the next one is refused. */
  refuse(): Promise<void>
  /** Listens again, at the same address. */
  accept(): Promise<void>
}

/**
 * Starts a server on a port of its own; dispose of it with `await using`, or by its `Symbol.asyncDispose`.
 * @param tls - key and certificate, PEM: https instead of http.
 */
export async function scriptedServer(
  script: Script = [],
  tls?: { readonly key: string; readonly cert: string },
): Promise<ScriptedServer> {
  const requests: RecordedRequest[] = []
  const waiting: { readonly count: number; readonly resolve: () => void }[] = []
  const answerTo = typeof script === 'function' ? script : (_: RecordedRequest, index: number) => script[index] ?? {}

  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    if (typeof script !== 'function' && script[requests.length]?.cut === 'inRequest') {
      record(recordOf(incoming, response, ''))
      incoming.socket.resetAndDestroy()
      return
    }
    const request = recordOf(incoming, response, await text(incoming))
    record(request)
    await give(await answerTo(request, requests.length - 1), response)
  }

  function record(request: RecordedRequest): void {
    requests.push(request)
    for (const { count, resolve } of waiting) if (requests.length >= count) resolve()
  }

  const onRequest = (incoming: IncomingMessage, response: ServerResponse): void => {
    // A request that the client breaks off is recorded as `ended`; there is nobody left to answer.
    serve(incoming, response).catch(() => response.destroy())
  }
  const server = tls ? createTlsServer(tls, onRequest) : createServer(onRequest)

  async function listen(port: number): Promise<void> {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
  }

  async function close(): Promise<void> {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }

  const port = await listenAnywhere(listen)
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    requests,
    countOf: (key) => requests.filter((request) => request.key === key).length,
    received: (count) =>
      new Promise((resolve) => {
        if (requests.length >= count) resolve()
        else waiting.push({ count, resolve })
      }),
    refuse: close,
    accept: () => listen(port),
    [Symbol.asyncDispose]: close,
  }
}

/** A free port below those that the system hands out by itself: nobody else gets it while connections are refused. */
async function listenAnywhere(listen: (port: number) => Promise<void>): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000)
    try {
      await listen(port)
      return port
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    }
  }
}

function recordOf(incoming: IncomingMessage, response: ServerResponse, body: string): RecordedRequest {
  const key = incoming.headers['idempotency-key']
  return {
    method: incoming.method ?? '',
    path: incoming.url ?? '',
    headers: incoming.headers,
    body,
    key: typeof key === 'string' ? key : undefined,
    clientPort: incoming.socket.remotePort,
    ended: new Promise((resolve) => {
      response.once('close', () => resolve(response.writableFinished ? 'whole' : 'broken'))
    }),
  }
}

async function give(answer: Answer, response: ServerResponse): Promise<void> {
  const { status = 200, headers = {}, body = '', after, cut, hang } = answer
  await after
  if (hang === 'beforeHeaders') return
  if (cut === 'beforeHeaders') {
    response.socket?.resetAndDestroy()
    return
  }
  const isPartial = cut !== undefined || hang !== undefined
  // A partial answer promises more than comes, so that the client can tell that it is one.
  const length = typeof body === 'string' ? { 'content-length': Buffer.byteLength(body) + (isPartial ? 100 : 0) } : {}
  response.writeHead(status, { ...length, ...headers })
  response.flushHeaders()
  if (isPartial) response.write(cut === 'afterHeaders' ? '' : body, () => cut && response.destroy())
  else await pipeline(Readable.from(typeof body === 'string' ? [body] : body), response)
}
