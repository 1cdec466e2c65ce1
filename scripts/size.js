// What the package adds to a user's bundle, in bytes: minified, gzipped, without xstate. Fails above the limits in size.json.
// `npm run check:size -- --modules` lists what each module has in the browser's bundle; `--update` sets the limits anew.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
const limitsFile = new URL('size.json', import.meta.url)
/** How much more than measured an updated limit allows. */
const slack = 1.02

/** @param {string} path @returns {unknown} */
const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'))
const { exports } = /** @type {{ exports: Record<string, string> }} */ (readJson(join(root, 'package.json')))
/** @type {Record<string, number>} */
const limits = JSON.parse(readFileSync(limitsFile, 'utf8'))
const { values: asked } = parseArgs({ options: { modules: { type: 'boolean' }, update: { type: 'boolean' } } })

/** What ends up with users; tests are not. */
const subpaths = Object.keys(exports).filter((name) => exports[name]?.endsWith('.js') && !name.startsWith('./testing'))
/** What only Node can run. */
const onNode = ['./fs', './inspect/server']
/** All that a page may use, in one bundle: what the parts share counts once. */
const inBrowser = ['.', './http', './idb']

/** @param {string} subpath */
const sourceOf = (subpath) => exports[subpath]?.replace('./dist/', './').replace(/\.js$/, '.ts') ?? ''

/** @param {readonly string[]} parts subpaths in one bundle @param {'node' | 'browser'} platform */
const bundle = (parts, platform) =>
  bundleOf(parts.map((subpath) => `export * from '${sourceOf(subpath)}'`).join('\n'), platform)

/** @param {string} contents @param {'node' | 'browser'} platform */
async function bundleOf(contents, platform) {
  const { metafile, outputFiles } = await build({
    stdin: { contents, resolveDir: root },
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'esm',
    target: 'es2022',
    platform,
    external: ['xstate'],
    // Sources, where package.json names what is built of them.
    alias: { '#default-store': join(root, `src/store/default.${platform}.ts`) },
  })
  const code = outputFiles[0]?.contents ?? new Uint8Array()
  return { bytes: gzipSync(code, { level: 9 }).length, modules: Object.values(metafile.outputs)[0]?.inputs ?? {} }
}

/** @type {Record<string, number>} */
const measured = {}
for (const subpath of subpaths) {
  measured[subpath] = (await bundle([subpath], onNode.includes(subpath) ? 'node' : 'browser')).bytes
}
const page = await bundle(inBrowser, 'browser')
measured[inBrowser.join(' + ')] = page.bytes
/** What is left for an app with a push of its own: whatever it does not import has to go. */
measured['createOutbox alone'] = (await bundleOf(`export { createOutbox } from '${sourceOf('.')}'`, 'browser')).bytes

if (asked.update) {
  const updated = Object.entries(measured).map(([name, bytes]) => [name, Math.ceil((bytes * slack) / 50) * 50])
  writeFileSync(limitsFile, `${JSON.stringify(Object.fromEntries(updated), null, 2)}\n`)
}

if (asked.modules) {
  const modules = Object.entries(page.modules).map(([path, { bytesInOutput }]) => ({ path, bytes: bytesInOutput }))
  console.log('minified, before gzip:')
  for (const { path, bytes } of modules.toSorted((a, b) => b.bytes - a.bytes)) {
    if (bytes > 0) console.log(`${String(bytes).padStart(7)}  ${path}`)
  }
}

for (const [name, bytes] of Object.entries(measured)) {
  const limit = asked.update ? bytes : (limits[name] ?? 0)
  const isTooLarge = bytes > limit
  console.log(
    `${String(bytes).padStart(7)}  ${name}${isTooLarge ? `: more than the ${limit} of scripts/size.json` : ''}`,
  )
  if (isTooLarge) process.exitCode = 1
}
