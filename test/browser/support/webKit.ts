import type { ChildProcess, StdioOptions } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import type { Engine, EngineTab } from './engine.ts'
import { answerIn, endGroup, expressionOf, findProgram, isExecutable, startGroup } from './engine.ts'

/** Why no test can run in WebKit here, if none can. */
export function whyNoWebKit(): string | undefined {
  if (findProgram(['WebKitWebDriver']) === undefined) return 'no WebKitWebDriver on the PATH (webkit2gtk-driver)'
  if (findMiniBrowser() === undefined) return 'no MiniBrowser of WebKitGTK in /usr/lib (libwebkit2gtk)'
  return findProgram(['Xvfb']) === undefined ? 'no Xvfb on the PATH, and WebKitGTK needs a display' : undefined
}

/** Debian keeps it beside the library, in a folder that is named after machine and version. */
function findMiniBrowser(): string | undefined {
  return list('/usr/lib')
    .flatMap((machine) => list(machine).filter((path) => path.includes('/webkit2gtk-')))
    .map((folder) => `${folder}/MiniBrowser`)
    .find(isExecutable)
}

function list(folder: string): readonly string[] {
  try {
    return readdirSync(folder).map((name) => `${folder}/${name}`)
  } catch {
    return []
  }
}

/** WebKitGTK's own small browser on a display that nobody sees, driven by WebDriver. It is not Safari. */
export async function startWebKit(): Promise<Engine> {
  const children: ChildProcess[] = []
  function start(program: string, args: readonly string[], stdio: StdioOptions, env = process.env): ChildProcess {
    const child = startGroup(program, args, { stdio, env })
    children.push(child)
    return child
  }
  async function end(): Promise<void> {
    for (const child of children.toReversed()) await endGroup(child)
  }
  try {
    const screen = start('Xvfb', ['-displayfd', '3', '-nolisten', 'tcp'], ['ignore', 'ignore', 'ignore', 'pipe'])
    const display = `:${await firstLineOf(screen.stdio[3] as Readable)}`
    const port = await freePort()
    start('WebKitWebDriver', [`--port=${port}`], 'ignore', { ...process.env, DISPLAY: display })
    return await session(`http://127.0.0.1:${port}`, end)
  } catch (error) {
    await end()
    throw error
  }
}

async function session(driver: string, end: () => Promise<void>): Promise<Engine> {
  const binary = findMiniBrowser()
  const wanted = { 'webkitgtk:browserOptions': { binary, args: ['--automation'] } }
  await listening(`${driver}/status`)
  const { sessionId, capabilities } = await call<{
    readonly sessionId: string
    readonly capabilities: { readonly browserVersion: string }
  }>(`${driver}/session`, { capabilities: { alwaysMatch: wanted } })
  const base = `${driver}/session/${sessionId}`
  // New tabs are opened from one that is never closed.
  const [firstHandle] = await ask<readonly string[]>(`${base}/window/handles`)
  // The driver does one thing at a time, in the tab that was chosen last.
  let turn: Promise<unknown> = Promise.resolve()
  function inTab<R>(handle: string, path: string, body?: object): Promise<R> {
    const result = turn.then(async () => {
      await call(`${base}/window`, { handle })
      return call<R>(`${base}/${path}`, body)
    })
    turn = result.catch(() => undefined)
    return result
  }

  async function open(url: string): Promise<EngineTab> {
    const { handle } = await inTab<{ readonly handle: string }>(firstHandle ?? '', 'window/new', { type: 'tab' })
    await inTab(handle, 'url', { url })
    let last = 0
    const execute = (script: string) => inTab<string | null>(handle, 'execute/sync', { script, args: [] })
    return {
      // Several tabs have to work at the same time, so none may keep the driver until it is done.
      async evaluate<R, A>(work: (argument: A) => R | Promise<R>, argument?: A): Promise<R> {
        last += 1
        const place = `answer${last}`
        await execute(`${expressionOf(work, argument)}.then((json) => { globalThis.${place} = json })`)
        for (;;) {
          const json = await execute(`return globalThis.${place} ?? null`)
          if (json !== null) return answerIn(json) as R
        }
      },
      async close() {
        await inTab(handle, 'window')
      },
    }
  }

  return { version: `WebKitGTK ${capabilities.browserVersion}`, open, [Symbol.asyncDispose]: end }
}

/** The driver waits for a browser that does not come up for as long as one lets it. */
const requestLimitMs = 60_000

const ask = <R>(url: string) => request<R>(url, { method: 'GET' })

/** Orders the driver; without a body it closes what is named. */
const call = <R>(url: string, body?: object) =>
  request<R>(url, body === undefined ? { method: 'DELETE' } : { method: 'POST', body: JSON.stringify(body) })

async function request<R>(url: string, how: RequestInit): Promise<R> {
  const response = await fetch(url, { ...how, signal: AbortSignal.timeout(requestLimitMs) })
  const { value } = (await response.json()) as {
    readonly value: R & { readonly error?: string; readonly message?: string }
  }
  if (!response.ok) throw new Error(`${url}: ${value.error ?? ''} ${value.message ?? ''}`)
  return value
}

async function listening(url: string): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      await fetch(url)
      return
    } catch (error) {
      if (tries === 200) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

/** A whole line: Xvfb ends it in a write of its own, and dies if nobody reads that. */
async function firstLineOf(stream: Readable): Promise<string> {
  for await (const line of createInterface(stream)) return line
  throw new Error('Xvfb has no display to offer')
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('a port was expected')
  return address.port
}
