import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Browser, BrowserContext, Page } from 'playwright'
import { chromium } from 'playwright'
import { chromiumArgs, findChromium } from './chromium.ts'
import { insecureHost } from './site.ts'

/** A real Chromium with a profile on disk, which outlives it. */
export interface RealBrowser extends AsyncDisposable {
  readonly context: BrowserContext
  /** A tab at this address, once `tab` is there. */
  open(url: string): Promise<Page>
  /** SIGKILL to every process of it. */
  kill(): Promise<void>
}

/** A folder for the profile of browsers that come after one another; erased when disposed. */
export async function makeProfile(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'xstate-outbox-chromium-'))
  return {
    path,
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }),
  }
}

export async function startBrowser(profile: { readonly path: string }): Promise<RealBrowser> {
  const args = [
    ...chromiumArgs,
    `--host-resolver-rules=MAP ${insecureHost} 127.0.0.1`,
    '--remote-debugging-port=0',
    `--user-data-dir=${profile.path}`,
    'about:blank',
  ]
  // A group of its own, so that killing it spares nobody and hits nobody else.
  const child = spawn(findChromium() ?? '', args, { detached: true, stdio: ['ignore', 'ignore', 'pipe'] })
  const exited = once(child, 'exit')
  // A test that ran out of time does not get to dispose of it.
  const killLate = () => killGroup(child)
  process.once('exit', killLate)
  child.once('exit', () => process.off('exit', killLate))
  let browser: Browser
  try {
    browser = await chromium.connectOverCDP(await endpointOf(child))
  } catch (error) {
    killGroup(child)
    throw error
  }
  const [context] = browser.contexts()
  if (context === undefined) throw new Error('Chromium has no default context')

  async function kill(): Promise<void> {
    killGroup(child)
    await exited
  }

  return {
    context,
    async open(url) {
      const page = await context.newPage()
      await page.goto(url)
      await page.waitForFunction(() => 'tab' in globalThis)
      return page
    },
    kill,
    async [Symbol.asyncDispose]() {
      await kill()
      await browser.close().catch(() => undefined)
    },
  }
}

async function endpointOf(child: ChildProcess): Promise<string> {
  if (child.stderr === null) throw new Error('stderr is a pipe')
  const said: string[] = []
  for await (const line of createInterface(child.stderr)) {
    said.push(line)
    const endpoint = /^DevTools listening on (ws:\/\/\S+)/.exec(line)?.[1]
    if (endpoint !== undefined) {
      child.stderr.resume()
      return endpoint
    }
  }
  throw new Error(`Chromium ended before it listened:\n${said.join('\n')}`)
}

function killGroup({ pid, exitCode, signalCode }: ChildProcess): void {
  if (pid === undefined || exitCode !== null || signalCode !== null) return
  process.kill(-pid, 'SIGKILL')
}

/** Crashes the renderer of a tab, as running out of memory does. */
export async function crash(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page)
  const crashed = new Promise((resolve) => page.once('crash', resolve))
  // The answer never comes: who would give it is gone.
  session.send('Page.crash').catch(() => undefined)
  await crashed
}
