import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const source = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))
const areas: Record<string, readonly string[]> = {
  queue: ['test/queue/**/*.test.ts', 'test/machine/**/*.test.ts', 'test/contract/**/*.test.ts'],
  fs: ['test/contract/**/*.test.ts', 'test/store/{damage,failures,fs,lease,room,writers,crash}.test.ts'],
}

/** The tests that StrykerJS runs against its mutants: those that need no build, no other process and no folder of their own to work in. */
export default defineConfig({
  resolve: {
    alias: [
      { find: /^xstate-outbox$/, replacement: source('src/index.ts') },
      { find: /^#default-store$/, replacement: source('src/store/default.node.ts') },
    ],
  },
  test: {
    root: source(''),
    include: [...(areas[process.env['MUTATE'] ?? 'queue'] ?? [])],
    exclude: ['test/queue/timers.test.ts', 'test/queue/syncMachine.test.ts', 'test/mutation/**'],
    testTimeout: 30_000,
    env: { CRASH_STATES: '6', CRASH_SEEDS: '1' },
  },
})
