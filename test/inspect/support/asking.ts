import { once } from 'node:events'
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import { request } from 'node:http'
import { text } from 'node:stream/consumers'

/** Where an inspector is, with its token. */
export interface Place {
  readonly url: string
}

/** What a client sends; everything may be forged, as by one that is no browser. */
export interface Asked {
  readonly path: string
  readonly method?: string
  readonly body?: string
  /** Besides those that the page would send; undefined takes one away. */
  readonly headers?: OutgoingHttpHeaders
  /** Default: the inspector's own. */
  readonly token?: string
  readonly host?: string
}

/** An answer with its body read. */
export interface Answered {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export function tokenOf({ url }: Place): string {
  return new URL(url).hash.slice(1)
}

export function portOf({ url }: Place): number {
  return Number(new URL(url).port)
}

/** Asks an inspector, as its page would unless told otherwise. */
export async function ask(inspector: Place, asked: Asked): Promise<Answered> {
  const answer = await begin(inspector, asked)
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: await text(answer) }
}

/** Asks, and leaves the body of the answer to be read. */
export async function begin(inspector: Place, asked: Asked): Promise<IncomingMessage> {
  const { path, method = 'POST', body = '{}', headers = {}, token = tokenOf(inspector), host = '127.0.0.1' } = asked
  const port = portOf(inspector)
  const all: OutgoingHttpHeaders = {
    host: `127.0.0.1:${port}`,
    origin: `http://127.0.0.1:${port}`,
    'content-type': 'application/json',
    ...(token !== '' && { authorization: `Bearer ${token}` }),
    ...headers,
  }
  const sent = request({ host, port, path, method, agent: false })
  for (const [name, value] of Object.entries(all)) if (value !== undefined) sent.setHeader(name, value)
  sent.end(method === 'GET' ? undefined : body)
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  // One that is refused before its body was taken may break off after the answer.
  sent.on('error', () => undefined)
  return answer
}
