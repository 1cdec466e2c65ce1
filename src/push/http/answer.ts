const excerptLength = 200
const mostErrorBytes = 65_536
const mostJsonBytes = 1_048_576

/** The JSON of an answer, or undefined when it is none, is too long or breaks off: the remote has said yes all the same. */
export async function receiveJson(response: Response): Promise<unknown> {
  const { text, isWhole } = await readText(response, mostJsonBytes)
  if (!isWhole || !/^application\/([\w.-]+\+)?json\b/i.test(response.headers.get('content-type') ?? ''))
    return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined // the remote has the entry, whatever it says about it
  }
}

/** Status and the beginning of the text of an answer in one line, without the secrets that it may echo. */
export async function excerptOf(response: Response, secrets: readonly string[]): Promise<string> {
  const { text } = await readText(response, mostErrorBytes)
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
async function readText(response: Response, mostBytes: number): Promise<{ text: string; isWhole: boolean }> {
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  try {
    const reader: ReadableStreamDefaultReader<Uint8Array> | undefined = response.body?.getReader()
    for (;;) {
      const chunk = await reader?.read()
      if (chunk === undefined || chunk.done) return { text: text + decoder.decode(), isWhole: true }
      bytes += chunk.value.byteLength
      if (bytes > mostBytes) {
        await reader?.cancel()
        return { text, isWhole: false }
      }
      text += decoder.decode(chunk.value, { stream: true })
    }
  } catch {
    return { text, isWhole: false } // broken off: its status came before
  }
}
