// Makes one file of the inspector's page and what it needs, so that the package depends on nothing for it: the server sends it, and
// `mountInspector` imports it. What is in it is taken away beside it. Runs after the compiler, in `npm run build`.
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'

const folder = 'dist/src/inspect/page'
const name = 'inspectorPage'

await build({
  entryPoints: [`src/inspect/page/${name}.ts`],
  outfile: join(folder, `${name}.js`),
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  platform: 'browser',
  legalComments: 'inline',
  logLevel: 'warning',
})

const kept = [`${name}.js`, `${name}.d.ts`]
for (const file of await readdir(folder)) if (!kept.includes(file)) await rm(join(folder, file))
