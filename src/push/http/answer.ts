const excerptLength = 200
const mostErrorBytes = 65_536
const mostJsonBytes = 1_048_576

/** The JSON of an answer, or undefined when it is none, is too long or breaks off: the remote has said yes all the same. */
export async function receiveJson(response: Response, signal: AbortSignal): Promise<unknown> {
  const { text, isWhole } = await readText(response, mostJsonBytes, signal)
  if (!isWhole || !/^application\/([\w.-]+\+)?json\b/i.test(response.headers.get('content-type') ?? ''))
    return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined // the remote has the entry, whatever it says about it
  }
}

/** Status and the beginning of the text of an answer in one line, without the secrets that it may echo. */
export async function excerptOf(response: Response, secrets: readonly string[], signal: AbortSignal): Promise<string> {
  const { text } = await readText(response, mostErrorBytes, signal)
  const line = without(`${response.statusText}: ${text}`, secrets).replaceAll(/[\s\p{Cc}]+/gu, ' ')
  const excerpt = line.replace(/^: /, '').replace(/:? *$/, '')
  const bounded = excerpt.length > excerptLength ? `${excerpt.slice(0, excerptLength)}…` : excerpt
  return bounded === '' ? String(response.status) : `${response.status} ${bounded}`
}

/** `text` with every secret struck out. */
export function without(text: string, secrets: readonly string[]): string {
  return secrets.reduce((rest, secret) => rest.replaceAll(secret, '***'), text)
}

/** Lets go of an answer that nobody has read, so that its connection does not stay taken. */
export async function discard(response: Response): Promise<void> {
  if (!response.bodyUsed) await response.body?.cancel().catch(() => {}) // it has already broken off: nothing is held
}

/** The text of an answer up to `mostBytes`, as far as it arrived; never fails. Short ones are read to the end: that frees the connection. */
async function readText(
  response: Response,
  mostBytes: number,
  signal: AbortSignal,
): Promise<{ text: string; isWhole: boolean }> {
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  // A body that cannot be decompressed may neither fail nor end, whatever its request is told.
  let giveUp!: () => void
  const isAborted = new Promise<undefined>((resolve) => {
    giveUp = () => resolve(undefined)
  })
  signal.addEventListener('abort', giveUp)
  if (signal.aborted) giveUp()
  try {
    const reader: ReadableStreamDefaultReader<Uint8Array> | undefined = response.body?.getReader()
    if (reader === undefined) return { text, isWhole: true }
    for (;;) {
      const chunk = await Promise.race([reader.read(), isAborted])
      if (chunk?.done === true) return { text: text + decoder.decode(), isWhole: true }
      bytes += chunk?.value.byteLength ?? Infinity
      if (chunk === undefined || bytes > mostBytes) {
        void reader.cancel().catch(() => {}) // nothing more is read, whatever becomes of it
        return { text, isWhole: false }
      }
      text += decoder.decode(chunk.value, { stream: true })
    }
  } catch {
    return { text, isWhole: false } // broken off: its status came before
  } finally {
    signal.removeEventListener('abort', giveUp)
  }
}
