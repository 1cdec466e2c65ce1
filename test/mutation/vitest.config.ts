import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const source = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))

/** Tests that need no build, no other process and no folder of their own to work in. */
const quick: Record<string, readonly string[]> = {
  queue: [
    'test/queue/**/*.test.ts',
    'test/machine/**/*.test.ts',
    'test/interleavings/transitions.test.ts',
    'test/simulation/found.test.ts',
  ],
  fs: ['test/store/!(crash|default|failures|fullDisk|meanwhile|memory|processes).test.ts'],
}
/** Those that take longer: they are run against what the quick ones have left. */
const slow: Record<string, readonly string[]> = {
  queue: ['test/simulation/simulation.test.ts', 'test/contract/**/*.test.ts'],
  fs: ['test/store/{crash,failures,meanwhile}.test.ts', 'test/fuzz/storeFiles.test.ts', 'test/queue/contexts.test.ts'],
}
/** Quick tests that take longer than most. */
const slowNames =
  /^(?!.*(random bit of an id|of any length|wherever it is|carries any body|another context of what|in another container|wish that one context))/

const area = process.env['MUTATE'] ?? 'queue'
const isQuick = process.env['MUTATE_ROUND'] !== 'all'

/** What StrykerJS runs against its mutants. */
export default defineConfig({
  resolve: {
    alias: [
      { find: /^xstate-outbox$/, replacement: source('src/index.ts') },
      { find: /^#default-store$/, replacement: source('src/store/default.node.ts') },
    ],
  },
  test: {
    root: source(''),
    include: [...(quick[area] ?? []), ...(isQuick ? [] : (slow[area] ?? []))],
    exclude: ['test/queue/timers.test.ts', 'test/queue/syncMachine.test.ts', 'test/mutation/**'],
    testTimeout: isQuick ? 3_000 : 30_000,
    ...(isQuick && { testNamePattern: slowNames }),
    env: { CRASH_STATES: '6', CRASH_SEEDS: '1', FUZZ: '200', SEEDS: '20' },
  },
})
