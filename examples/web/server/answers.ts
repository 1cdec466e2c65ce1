import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'

/** Answers with JSON. */
export function answer(response: ServerResponse, status: number, body: unknown, headers = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers })
  response.end(JSON.stringify(body))
}

/** Answers with a sentence, for a failure. */
export function refuse(response: ServerResponse, status: number, sentence: string, headers = {}): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store', ...headers })
  response.end(sentence)
}

const mostBytes = 100_000

/** The JSON of a request; undefined when it is none or far too long. */
export async function bodyOf(request: IncomingMessage): Promise<unknown> {
  if (Number(request.headers['content-length'] ?? Infinity) > mostBytes) return undefined
  try {
    return JSON.parse(await text(request)) as unknown
  } catch {
    return undefined // the caller answers 400
  }
}
