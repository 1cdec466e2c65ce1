import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  resolve: {
    alias: [
      { find: /^xstate-outbox$/, replacement: source('./src/index.ts') },
      { find: /^xstate-outbox\/fs$/, replacement: source('./src/store/fs/index.ts') },
      { find: /^xstate-outbox\/http$/, replacement: source('./src/push/http.ts') },
      { find: /^xstate-outbox\/testing$/, replacement: source('./src/testing/index.ts') },
      { find: /^#default-store$/, replacement: source('./src/store/default.node.ts') },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
  },
})
