import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { scriptedServer } from '../../src/testing/server.ts'
import { buildPackage } from '../support/builtPackage.ts'
import { makeProfile, startBrowser } from './support/browser.ts'
import { whyNoChromium } from './support/chromium.ts'

const modules = fileURLToPath(new URL('../../node_modules', import.meta.url))

/** As a page without a bundler has it; the last line stands in for the platform condition that bundlers choose by. */
const importMap = {
  imports: {
    xstate: '/node_modules/xstate/dist/xstate.esm.js',
    'idb-keyval': '/node_modules/idb-keyval/dist/index.js',
    'xstate-outbox': '/package/src/index.js',
    'xstate-outbox/http': '/package/src/push/http.js',
    '#default-store': '/package/src/store/default.browser.js',
  },
}

const page = `<!doctype html>
<script type="importmap">${JSON.stringify(importMap)}</script>
<script type="module">
  import { createOutbox } from 'xstate-outbox'
  import { httpPush } from 'xstate-outbox/http'
  const outbox = createOutbox({ name: 'plain', push: httpPush({ url: '/sync' }) })
  await outbox.enqueue({ text: 'no bundler' })
  const { outcome } = await outbox.flush()
  await outbox.stop()
  const databases = await indexedDB.databases()
  globalThis.tab = { outcome, databases: databases.length }
</script>`

describe.skipIf(whyNoChromium() !== undefined)('a page with an import map and no bundler', () => {
  it('keeps entries in IndexedDB and pushes them', async () => {
    await using built = await buildPackage()
    const pushed: string[] = []
    await using server = await scriptedServer(async ({ path, body }) => {
      if (path === '/') return { body: page, headers: { 'content-type': 'text/html' } }
      if (path === '/sync') {
        pushed.push(body)
        return {}
      }
      const [, root, file = ''] = /^\/(package|node_modules)\/([\w./-]+)$/.exec(path) ?? []
      if (root === undefined) return { status: 404 }
      const script = await readFile(root === 'package' ? built.path(file) : `${modules}/${file}`, 'utf8')
      return { body: script, headers: { 'content-type': 'text/javascript' } }
    })
    await using profile = await makeProfile()
    await using browser = await startBrowser(profile)
    const opened = await browser.open(server.url)
    const result = await opened.evaluate(() => (globalThis as { readonly tab?: unknown }).tab)
    expect(result).toEqual({ outcome: 'empty', databases: 1 })
    expect(pushed.map((body) => JSON.parse(body) as unknown)).toMatchObject([{ payload: { text: 'no bundler' } }])
  })
})
