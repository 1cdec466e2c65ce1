import { fileURLToPath } from 'node:url'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'
import { chromiumArgs, findChromium, whyNoChromium } from './test/browser/support/chromium.ts'

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url))

const aliasesWith = (defaultStore: string) => [
  { find: /^xstate-outbox$/, replacement: source('./src/index.ts') },
  { find: /^xstate-outbox\/fs$/, replacement: source('./src/store/fs/index.ts') },
  { find: /^xstate-outbox\/http$/, replacement: source('./src/push/http.ts') },
  { find: /^xstate-outbox\/idb$/, replacement: source('./src/store/idb/index.ts') },
  { find: /^xstate-outbox\/inspect$/, replacement: source('./src/inspect/index.ts') },
  { find: /^xstate-outbox\/inspect\/page$/, replacement: source('./src/inspect/mountInspector.ts') },
  { find: /^xstate-outbox\/inspect\/server$/, replacement: source('./src/inspect/server/startInspector.ts') },
  { find: /^xstate-outbox\/testing$/, replacement: source('./src/testing/index.ts') },
  { find: /^xstate-outbox\/testing\/server$/, replacement: source('./src/testing/server.ts') },
  { find: /^#default-store$/, replacement: source(defaultStore) },
]

const inPage = 'test/browser/inPage/**/*.test.ts'

const node = {
  resolve: { alias: aliasesWith('./src/store/default.node.ts') },
  test: {
    name: 'node',
    include: ['test/**/*.test.ts'],
    exclude: [inPage],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A busy machine is no failure.
    expect: { poll: { timeout: 20_000 } },
  },
}

const browser = {
  resolve: { alias: aliasesWith('./src/store/default.browser.ts') },
  optimizeDeps: { include: ['idb-keyval', '@statelyai/inspect'] },
  test: {
    name: 'browser',
    include: [inPage],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({ launchOptions: { executablePath: findChromium() ?? '', args: chromiumArgs } }),
      instances: [{ browser: 'chromium' as const }],
    },
  },
}

const missing = whyNoChromium()
if (missing !== undefined) process.emitWarning(`tests in a browser are left out: ${missing}`)

export default defineConfig({ test: { projects: missing === undefined ? [node, browser] : [node] } })
