import { chromium } from 'playwright'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { scriptedServer } from '../../src/testing/server.ts'
import { chromiumArgs, findChromium, whyNoChromium } from '../browser/support/chromium.ts'
import type { Bundle } from './bundlers.ts'
import { bundlers, entryBytes } from './bundlers.ts'
import { installPackage } from './installedPackage.ts'

const installed = await installPackage()
afterAll(() => installed[Symbol.asyncDispose]())

async function bundle(bundler: string, code: string): Promise<Bundle> {
  const build = bundlers[bundler]
  if (build === undefined) throw new Error(`no bundler is called ${bundler}`)
  const folder = await installed.app({ 'app.js': code })
  vi.stubEnv('NODE_ENV', 'production')
  try {
    return await build(folder)
  } finally {
    vi.unstubAllEnvs()
  }
}

/** Made at the first call, and kept: a build takes seconds. */
function onDemand<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => (made ??= make())
}

const app = `
  import { createOutbox } from 'xstate-outbox'
  import { httpPush } from 'xstate-outbox/http'
  globalThis.outbox = createOutbox({ name: 'todos', push: httpPush({ url: '/todos' }) })
`

describe.each(Object.keys(bundlers))('built with %s for the browser', (bundler) => {
  const builtApp = onDemand(() => bundle(bundler, app))

  test('an app holds IndexedDB, and no module of Node, no file store, no inspector; nothing is warned of', async () => {
    const { files, modules, warnings } = await builtApp()
    const ours = modules.flatMap((module) => /xstate-outbox\/dist\/(.+)$/.exec(module)?.[1] ?? [])
    expect(ours).toEqual(expect.arrayContaining(['src/createOutbox.js', 'src/push/http.js', 'src/store/idb/store.js']))
    expect(ours.filter((module) => /^src\/(store\/(fs\/|default\.node)|inspect|testing)/.test(module))).toEqual([])
    expect(modules.filter((module) => /@statelyai\/inspect|\bnode:|browser-external/.test(module))).toEqual([])
    for (const [path, code] of files) expect(code, path).not.toMatch(/['"`]node:/)
    expect(warnings).toEqual([])
  })

  test.skipIf(whyNoChromium())('an app keeps entries in IndexedDB and delivers them', async () => {
    const { entry, files } = await builtApp()
    const page = `<!doctype html><script type="module" src="/${entry}"></script>`
    await using server = await scriptedServer(({ path }) => {
      if (path === '/') return { body: page, headers: { 'content-type': 'text/html' } }
      const body = files.get(path.slice(1))
      return body === undefined ? {} : { body, headers: { 'content-type': 'text/javascript' } }
    })
    const browser = await chromium.launch({ executablePath: findChromium() ?? '', args: chromiumArgs })
    try {
      const tab = await browser.newPage()
      await tab.goto(server.url)
      const flushed = await tab.evaluate(`(async () => {
        await outbox.enqueue({ title: 'milk' })
        const { outcome } = await outbox.flush()
        return { outcome, databases: (await indexedDB.databases()).length }
      })()`)
      expect(flushed).toEqual({ outcome: 'empty', databases: 1 })
    } finally {
      await browser.close()
    }
    const pushed = server.requests.filter(({ path }) => path === '/todos')
    expect(pushed.map(({ body }) => (JSON.parse(body) as { readonly payload: unknown }).payload)).toEqual([
      { title: 'milk' },
    ])
  })

  test('an app that wants only the backoff gets less than 1 kB, gzipped', async () => {
    const built = await bundle(
      bundler,
      "import { exponentialBackoff } from 'xstate-outbox'\nconsole.log(exponentialBackoff()(3))",
    )
    expect(built.files.get(built.entry)).toMatch(/console\.log/)
    expect(entryBytes(built)).toBeLessThan(1_000)
  })

  test('an app that imports and uses nothing gets nothing', async () => {
    const parts = ['xstate-outbox', 'xstate-outbox/http', 'xstate-outbox/idb']
    // Less than 100 bytes: a bundler may leave an import of something empty.
    expect(entryBytes(await bundle(bundler, parts.map((part) => `import '${part}'`).join('\n')))).toBeLessThan(100)
  })
})
