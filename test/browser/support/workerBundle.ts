import { cp } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { buildPackage } from '../../support/builtPackage.ts'
import type { Bundle } from './site.ts'

/** Scripts of `page`, each in one classic script as a user's bundler would make it, at `/<name>.js`. */
export async function bundleScripts(...names: readonly string[]): Promise<Bundle> {
  await using built = await buildPackage()
  const root = dirname(built.path('.'))
  const files = new Map<string, string>()
  for (const name of names) {
    await cp(fileURLToPath(new URL(`../page/${name}.ts`, import.meta.url)), join(root, `${name}.ts`))
    const output = await build({
      root,
      configFile: false,
      logLevel: 'error',
      build: {
        write: false,
        rollupOptions: {
          input: join(root, `${name}.ts`),
          output: { format: 'iife', entryFileNames: `${name}.js` },
        },
      },
    })
    if (Array.isArray(output) || !('output' in output)) throw new Error('one bundle was expected')
    files.set(`/${name}.js`, output.output[0].code)
  }
  return files
}
