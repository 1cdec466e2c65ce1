// `npm run build`: main process, preload and page, each in one file, in `dist` or in the folder that is named.
import { cp, mkdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { build } from 'esbuild'

const here = import.meta.dirname
const root = join(here, '../..')
const outDir = resolve(process.argv[2] ?? join(here, 'dist'))

/** @type {{ exports: Record<string, string> }} */
const { exports } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))

/** In this clone the package's name stands for its sources; in your app it is a dependency, and needs no plugin. */
const packageItself = {
  name: 'xstate-outbox',
  /** @param {import('esbuild').PluginBuild} building */
  setup(building) {
    building.onResolve({ filter: /^xstate-outbox(\/|$)/ }, ({ path }) => {
      const built = exports[path.replace('xstate-outbox', '.')] ?? path
      return { path: join(root, built.replace('./dist/', './').replace(/\.js$/, '.ts')) }
    })
    building.onResolve({ filter: /^#default-store$/ }, () => ({ path: join(root, 'src/store/default.browser.ts') }))
  },
}

/** @type {import('esbuild').BuildOptions} */
const shared = {
  bundle: true,
  logLevel: 'warning',
  target: 'es2023',
  plugins: [packageItself],
  external: ['electron'],
}
/** @type {import('esbuild').BuildOptions} */
const onNode = { ...shared, platform: 'node' }

await mkdir(outDir, { recursive: true })
await Promise.all([
  build({ ...onNode, entryPoints: [join(here, 'main/main.ts')], format: 'esm', outfile: join(outDir, 'main.js') }),
  // A sandboxed preload is a CommonJS script.
  build({
    ...onNode,
    entryPoints: [join(here, 'preload/preload.ts')],
    format: 'cjs',
    outfile: join(outDir, 'preload.cjs'),
  }),
  build({
    ...shared,
    entryPoints: [join(here, 'renderer/renderer.ts'), join(here, 'renderer/renderer.css')],
    format: 'esm',
    outdir: outDir,
  }),
  cp(join(here, 'renderer/index.html'), join(outDir, 'index.html')),
  cp(join(here, '../web/public/icon.svg'), join(outDir, 'icon.svg')),
  cp(join(here, 'main/tray.png'), join(outDir, 'tray.png')),
])
