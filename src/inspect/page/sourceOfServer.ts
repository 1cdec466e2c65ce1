import type { InspectorSource, ListPage, Lists, SourceLine, SourceSnapshot } from '../source.ts'
import { parseLine } from '../parseLine.ts'

/** Waits between tries to reach a server that is gone, ms; the last one stays. */
const retryDelaysMs = [500, 1_000, 2_000, 5_000]

/** The inspector's source behind the server of this page's origin; `token` goes into a header, never into an address. */
export function sourceOfServer(token: string): InspectorSource {
  async function ask(path: string, body: object, signal?: AbortSignal): Promise<Response> {
    const response = await fetch(path, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      cache: 'no-store',
      credentials: 'omit',
      ...(signal && { signal }),
    })
    if (response.ok) return response
    const { error } = (await response.json()) as { readonly error: string }
    throw new Error(error)
  }

  async function follow(onLine: (line: SourceLine) => void, signal: AbortSignal): Promise<void> {
    for (let misses = 0; !signal.aborted; misses += 1) {
      try {
        const { body } = await ask('/stream', {}, signal)
        if (body === null) return
        for await (const text of linesOf(body)) {
          misses = 0
          const line = parseLine(text)
          if (line !== undefined) onLine(line)
        }
      } catch {
        // told below, and tried again
      }
      if (signal.aborted) return
      onLine({ kind: 'lost' })
      const delayMs = retryDelaysMs[Math.min(misses, retryDelaysMs.length - 1)]
      await new Promise((resolve) => {
        setTimeout(resolve, delayMs)
      })
    }
  }

  return {
    kind: 'live',
    snapshot: async () => (await (await ask('/snapshot', {})).json()) as SourceSnapshot,
    steps(onLine) {
      const ending = new AbortController()
      void follow(onLine, ending.signal)
      return () => ending.abort()
    },
    page: async <What extends keyof Lists>(what: What, request: object) =>
      (await (await ask('/page', { what, ...request })).json()) as ListPage<Lists[What]>,
    async control(order) {
      const { count } = (await (await ask('/control', order)).json()) as { readonly count: number }
      return count
    },
  }
}

/** The lines of a stream of text, each as soon as it is whole. */
async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    const lines = (rest + decoder.decode(value, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
}
