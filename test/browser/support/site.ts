import { cp } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { buildPackage } from '../../support/builtPackage.ts'
import type { Answer } from '../../../src/testing/server.ts'
import { scriptedServer } from '../../../src/testing/server.ts'
import type { Change } from '../page/tab.ts'

/** The page of the tests as a user's bundler would make it, by the path of each file. */
export type Bundle = ReadonlyMap<string, string>

/** One request to `/sync`, as it came. */
export interface Push extends Change {
  readonly seq: number
  readonly key: string
  readonly atMs: number
}

/** Serves the page, and counts what is pushed; each has an origin, and so a storage, of its own. */
export interface Site extends AsyncDisposable {
  readonly url: string
  /** The same server under a name that browsers do not trust: there are no Web Locks on its pages. */
  readonly insecureUrl: string
  readonly pushes: readonly Push[]
  /** Resolves when so many pushes have come. */
  received(count: number): Promise<void>
}

/** A name that resolves to this machine in the browsers of the tests. */
export const insecureHost = 'insecure.test'

/** Builds the package, and the page with it. */
export async function bundlePage(): Promise<Bundle> {
  await using built = await buildPackage()
  const root = dirname(built.path('.'))
  const page = fileURLToPath(new URL('../page/tab.ts', import.meta.url))
  await cp(page, join(root, 'tab.ts'))
  const output = await build({
    root,
    configFile: false,
    logLevel: 'error',
    build: { write: false, modulePreload: false, rollupOptions: { input: join(root, 'tab.ts') } },
  })
  if (Array.isArray(output) || !('output' in output)) throw new Error('one bundle was expected')
  const files = new Map<string, string>()
  for (const file of output.output) {
    if (file.type !== 'chunk') continue
    files.set(`/${file.fileName}`, file.code)
    if (file.isEntry) files.set('/', `<!doctype html><script type="module" src="/${file.fileName}"></script>`)
  }
  return files
}

/** @param answer - to each push, told how many came before it with its key and at all; default: everything is taken. */
export async function startSite(
  bundle: Bundle,
  answer: (
    push: Push,
    earlier: { readonly ofKey: number; readonly all: number },
  ) => Answer | Promise<Answer> = () => ({}),
): Promise<Site> {
  const pushes: Push[] = []
  const waiting: { readonly count: number; readonly resolve: () => void }[] = []
  const server = await scriptedServer((request) => {
    const isSandboxed = request.path === '/sandboxed'
    const path = isSandboxed ? '/' : request.path
    const file = bundle.get(path)
    if (file !== undefined) {
      const headers = {
        'content-type': path === '/' ? 'text/html' : 'text/javascript',
        'access-control-allow-origin': '*',
        ...(isSandboxed && { 'content-security-policy': 'sandbox allow-scripts' }),
      }
      return { body: file, headers }
    }
    if (request.path !== '/sync') return { status: 404 }
    const { key = '' } = request
    const push = { ...(JSON.parse(request.body) as Change & { readonly seq: number }), key, atMs: performance.now() }
    const earlier = { ofKey: pushes.filter((other) => other.key === key).length, all: pushes.length }
    pushes.push(push)
    for (const { count, resolve } of waiting) if (pushes.length >= count) resolve()
    return answer(push, earlier)
  })
  return {
    url: server.url,
    insecureUrl: server.url.replace('127.0.0.1', insecureHost),
    pushes,
    received: (count) =>
      new Promise((resolve) => {
        if (pushes.length >= count) resolve()
        else waiting.push({ count, resolve })
      }),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}
