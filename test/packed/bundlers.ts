import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import * as esbuild from 'esbuild'
import * as vite from 'vite'
import webpack from 'webpack'
import { filesUnder } from './installedPackage.ts'

/** What a bundler made of an app for the browser. */
export interface Bundle {
  /** What a page loads first. */
  readonly entry: string
  /** Every file, by its path. */
  readonly files: ReadonlyMap<string, string>
  /** The paths of all modules that are in it. */
  readonly modules: readonly string[]
  readonly warnings: readonly string[]
}

/** Builds `app.js` of a folder for the browser, for production, with nothing set that need not be. */
export type Bundler = (folder: string) => Promise<Bundle>

export const bundlers: Readonly<Record<string, Bundler>> = {
  async vite(folder) {
    const warnings: string[] = []
    const logger = { ...vite.createLogger('silent'), warn: (text: string) => void warnings.push(text) }
    const output = await vite.build({
      root: folder,
      configFile: false,
      mode: 'production',
      logLevel: 'warn',
      customLogger: { ...logger, warnOnce: logger.warn },
      build: { outDir: join(folder, 'out'), rollupOptions: { input: join(folder, 'app.js') } },
    })
    if (!('output' in output)) throw new Error('one bundle was expected')
    const chunks = output.output.filter((file) => file.type === 'chunk')
    const entry = chunks.find((chunk) => chunk.isEntry)?.fileName ?? ''
    return { entry, modules: chunks.flatMap((chunk) => chunk.moduleIds), warnings, files: await filesOf(folder) }
  },

  async esbuild(folder) {
    const { metafile, warnings } = await esbuild.build({
      entryPoints: [join(folder, 'app.js')],
      outdir: join(folder, 'out'),
      bundle: true,
      minify: true,
      splitting: true,
      format: 'esm',
      platform: 'browser',
      metafile: true,
      logLevel: 'silent',
    })
    const modules = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.keys(inputs))
    return { entry: 'app.js', modules, warnings: warnings.map(({ text }) => text), files: await filesOf(folder) }
  },

  async webpack(folder) {
    const compiler = webpack({
      mode: 'production',
      context: folder,
      entry: './app.js',
      output: { path: join(folder, 'out'), filename: 'app.js' },
    })
    const stats = await new Promise<webpack.Stats | undefined>((resolve, reject) => {
      compiler.run((error, result) => (error ? reject(error) : resolve(result)))
    })
    await new Promise((resolve) => {
      compiler.close(resolve)
    })
    const {
      modules = [],
      warnings = [],
      errors = [],
    } = stats?.toJson({ all: false, modules: true, nestedModules: true, warnings: true, errors: true }) ?? {}
    if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join('\n'))
    const names = modules.flatMap(({ name, modules: nested = [] }) => [name, ...nested.map((module) => module.name)])
    return {
      entry: 'app.js',
      modules: names.filter((name) => name !== undefined),
      warnings: warnings.map(({ message }) => message),
      files: await filesOf(folder),
    }
  },
}

async function filesOf(folder: string): Promise<ReadonlyMap<string, string>> {
  const out = join(folder, 'out')
  await mkdir(out, { recursive: true }) // a bundler may have had nothing to write
  const paths = await filesUnder(out)
  return new Map(await Promise.all(paths.map(async (path) => [path, await readFile(join(out, path), 'utf8')] as const)))
}

/** The bytes of what a page loads first, gzipped. */
export function entryBytes({ entry, files }: Bundle): number {
  return gzipSync(files.get(entry) ?? '', { level: 9 }).length
}
