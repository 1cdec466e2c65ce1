import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { WebSocket } from 'undici'
import type { Engine } from './engine.ts'
import { answerIn, endGroup, expressionOf, findProgram, startGroup } from './engine.ts'

/** Why no test can run in Firefox here, if none can. */
export function whyNoFirefox(): string | undefined {
  return firefoxPath() === undefined ? 'no Firefox: set FIREFOX_PATH, or put `firefox` on the PATH' : undefined
}

const firefoxPath = () => process.env['FIREFOX_PATH'] ?? findProgram(['firefox', 'firefox-esr'])

/** A Firefox without windows, driven by WebDriver BiDi, which it speaks by itself. */
export async function startFirefox(): Promise<Engine> {
  const profile = await mkdtemp(join(tmpdir(), 'xstate-outbox-firefox-'))
  const args = ['--headless', '--no-remote', '--profile', profile, '--remote-debugging-port=0', 'about:blank']
  const child = startGroup(firefoxPath() ?? '', args, { stdio: ['ignore', 'ignore', 'pipe'] })
  async function end(): Promise<void> {
    await endGroup(child)
    await rm(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  }
  try {
    const call = await connect(`${await endpointIn(child.stderr as Readable)}/session`)
    const { capabilities } = await call<{ readonly capabilities: { readonly browserVersion: string } }>('session.new', {
      capabilities: {},
    })
    return {
      version: `Firefox ${capabilities.browserVersion}`,
      async open(url) {
        const { context } = await call<{ readonly context: string }>('browsingContext.create', { type: 'tab' })
        await call('browsingContext.navigate', { context, url, wait: 'complete' })
        return {
          async evaluate<R, A>(work: (argument: A) => R | Promise<R>, argument?: A): Promise<R> {
            const { result } = await call<{ readonly result: { readonly value: string } }>('script.evaluate', {
              expression: expressionOf(work, argument),
              target: { context },
              awaitPromise: true,
            })
            return answerIn(result.value) as R
          },
          async close() {
            await call('browsingContext.close', { context })
          },
        }
      },
      [Symbol.asyncDispose]: end,
    }
  } catch (error) {
    await end()
    throw error
  }
}

async function endpointIn(stderr: Readable): Promise<string> {
  const said: string[] = []
  for await (const line of createInterface(stderr)) {
    said.push(line)
    const endpoint = /WebDriver BiDi listening on (ws:\/\/\S+)/.exec(line)?.[1]
    if (endpoint === undefined) continue
    stderr.resume()
    return endpoint
  }
  throw new Error(`Firefox ended before it listened:\n${said.join('\n')}`)
}

interface Reply {
  readonly id?: number
  readonly type: string
  readonly result?: unknown
  readonly message?: string
}

async function connect(url: string) {
  const socket = new WebSocket(url)
  const waiting = new Map<number, (reply: Reply) => void>()
  let last = 0
  socket.addEventListener('message', ({ data }) => {
    const reply = JSON.parse(String(data)) as Reply
    if (reply.id === undefined) return
    waiting.get(reply.id)?.(reply)
    waiting.delete(reply.id)
  })
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve, { once: true })
    socket.addEventListener('error', () => reject(new Error(`no connection to ${url}`)), { once: true })
  })
  return async function call<R>(method: string, params: object): Promise<R> {
    last += 1
    const id = last
    const reply = new Promise<Reply>((resolve) => waiting.set(id, resolve))
    socket.send(JSON.stringify({ id, method, params }))
    const { type, result, message } = await reply
    if (type === 'error') throw new Error(`${method}: ${message ?? ''}`)
    return result as R
  }
}
