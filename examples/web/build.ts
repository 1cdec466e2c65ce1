import { createHash } from 'node:crypto'
import { join } from 'node:path'
import react from '@vitejs/plugin-react'
import type { InlineConfig, Rolldown } from 'vite'
import { build } from 'vite'

/** Where to build from and to, and what Vite is told besides. */
export interface PageBuild {
  /** The folder of this example. */
  readonly root: string
  readonly outDir: string
  readonly resolve?: InlineConfig['resolve']
}

/** Builds the page, and the service worker with the list of its files. */
export async function buildPage({ root, outDir, resolve = {} }: PageBuild): Promise<void> {
  const shared = { root, resolve, configFile: false, logLevel: 'error' } as const
  const page = outputOf(
    await build({
      ...shared,
      plugins: [react()],
      build: { outDir, emptyOutDir: true, modulePreload: { polyfill: false } },
    }),
  )
  const shell = {
    version: versionOf(page),
    files: ['/', ...page.map(({ fileName }) => `/${fileName}`).filter(isAsset)],
  }
  await build({
    ...shared,
    publicDir: false,
    define: { builtShell: JSON.stringify(shell) },
    build: {
      outDir,
      emptyOutDir: false,
      // One classic script: a service worker may not load modules on demand.
      rolldownOptions: {
        input: join(root, 'worker/serviceWorker.ts'),
        output: { format: 'iife', entryFileNames: 'serviceWorker.js' },
      },
    },
  })
}

const isAsset = (path: string) => path.startsWith('/assets/')

function outputOf(result: Awaited<ReturnType<typeof build>>): Rolldown.RolldownOutput['output'] {
  if (Array.isArray(result) || !('output' in result)) throw new Error('one output was expected')
  return result.output
}

function versionOf(files: Rolldown.RolldownOutput['output']): string {
  const hash = createHash('sha256')
  for (const file of files) hash.update(file.type === 'chunk' ? file.code : file.source)
  return hash.digest('hex').slice(0, 12)
}
