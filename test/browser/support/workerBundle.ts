import { cp } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { buildPackage } from '../../support/builtPackage.ts'
import type { Bundle } from './site.ts'

/** The service worker of the tests, in one classic script as a user's bundler would make it, at `/worker.js`. */
export async function bundleWorker(): Promise<Bundle> {
  await using built = await buildPackage()
  const root = dirname(built.path('.'))
  await cp(fileURLToPath(new URL('../page/worker.ts', import.meta.url)), join(root, 'worker.ts'))
  const output = await build({
    root,
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      rollupOptions: {
        input: join(root, 'worker.ts'),
        output: { format: 'iife', entryFileNames: 'worker.js' },
      },
    },
  })
  if (Array.isArray(output) || !('output' in output)) throw new Error('one bundle was expected')
  const [script] = output.output
  return new Map([[`/${script.fileName}`, script.code]])
}
