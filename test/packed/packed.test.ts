import { readFile, readdir } from 'node:fs/promises'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { scriptedServer } from '../../src/testing/server.ts'
import { readPage, snippetsOf } from '../docs/snippets.ts'
import { filesUnder, installPackage, run } from './installedPackage.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const compiler = join(root, 'node_modules/typescript/bin/tsc')
const example = snippetsOf(await readPage('README.md')).find(({ section }) => section === 'Example')?.code ?? ''

const installed = await installPackage()
afterAll(() => installed[Symbol.asyncDispose]())

describe('the package holds', () => {
  test('what was built of src and machines, four pages, and nothing else', async () => {
    const files = await filesUnder(installed.path)
    const built = files.filter((file) => /^dist\/(src|machines)\//.test(file))
    expect(files.filter((file) => !built.includes(file))).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'package.json',
    ])
    const all = (await Promise.all(['src', 'machines'].map(sourcesIn))).flat()
    // The inspector's page is one file, with all that it is made of.
    const sources = all.filter((source) => !/^src\/inspect\/page\/(?!inspectorPage$)/.test(source))
    expect(built).toEqual(sources.flatMap((source) => [`dist/${source}.d.ts`, `dist/${source}.js`]).toSorted())
  })

  test('no file that points to one outside', async () => {
    const files = new Set(await filesUnder(installed.path))
    const named: string[] = []
    for (const file of files) {
      for (const target of relativeTargets(await readFile(join(installed.path, file), 'utf8'), file)) {
        const path = normalize(join(dirname(file), target))
        named.push(path)
        // Declarations name sources, and compilers read what was built beside them.
        expect(files, `${file} points to ${target}`).toContain(path.replace(/(?<!\.d)\.ts$/, '.d.ts'))
      }
    }
    expect(named).toContain('dist/src/errors.js')
  })
})

async function sourcesIn(folder: string): Promise<readonly string[]> {
  return (await filesUnder(join(root, folder))).map((file) => `${folder}/${file.replace(/\.ts$/, '')}`)
}

/** What a file of the package imports or refers to within it. */
function relativeTargets(text: string, file: string): readonly string[] {
  if (!/\.(js|ts|map)$/.test(file)) return []
  const imported = [...text.matchAll(/(?:\bfrom |\bimport\(|^import )['"](\.{1,2}\/[^'"]+)['"]/gm)].map(
    ([, to = '']) => to,
  )
  const mapped = [...text.matchAll(/^\/\/# sourceMappingURL=(.+)$/gm)].map(([, to = '']) => to)
  const sources = file.endsWith('.map') ? (JSON.parse(text) as { readonly sources: readonly string[] }).sources : []
  return [...imported, ...mapped, ...sources]
}

describe('every subpath', () => {
  const nodes = ['20', '22', '24', '26']
  const print = (names: string) => `console.log(JSON.stringify(${names}))`
  // JSON is read by `require` alone, in every version.
  const modules = installed.specifiers.filter((specifier) => !specifier.endsWith('.json'))
  const named = modules.map((specifier) => [specifier, expect.arrayContaining([expect.any(String)])])

  test.each(nodes)('is imported and required on Node %s, without a warning', { timeout: 300_000 }, async (major) => {
    const esm = modules.map((specifier) => `['${specifier}', Object.keys(await import('${specifier}'))]`)
    const cjs = modules.map((specifier) => `['${specifier}', Object.keys(require('${specifier}'))]`)
    const folder = await installed.app({
      'esm.mjs': print(`[${esm.join(', ')}]`),
      'cjs.cjs': `require('xstate-outbox/package.json')\n${print(`[${cjs.join(', ')}]`)}`,
    })
    const quietly = 'node --redirect-warnings=warnings.txt'
    const script = `node --version && ${quietly} esm.mjs && ${quietly} cjs.cjs`
    const npx = ['--yes', '--prefer-offline', '--package', `node@${major}`, '--call', script]
    const [version, imported = '', required = ''] = (await run(folder, 'npx', ...npx)).split('\n')
    expect(version).toMatch(new RegExp(`^v${major}\\.`))
    expect(JSON.parse(imported)).toEqual(named)
    expect(JSON.parse(required)).toEqual(JSON.parse(imported))
    expect(await readdir(folder)).toEqual(['cjs.cjs', 'esm.mjs'])
  })
})

describe('a newcomer', () => {
  /** The server stands where the example looks for one. */
  const standIn = (url: string) =>
    `data:text/javascript,${encodeURIComponent(`const { fetch } = globalThis
globalThis.fetch = (address, init) => fetch(String(address).replace('http://localhost:8080', '${url}'), init)`)}`

  /** As `tsc --init` has it. */
  const asInit = ['--strict', '--module', 'nodenext', '--skipLibCheck']

  test('copies the first example as it stands and runs it: what it kept while the server was away is delivered in the next run', async () => {
    await using server = await scriptedServer()
    const folder = await installed.app({ 'todos.mts': example })
    const runsTypes = 'typescript' in process.features && Boolean(process.features.typescript)
    if (!runsTypes) await run(folder, process.execPath, compiler, ...asInit, 'todos.mts')
    const words = ['--import', standIn(server.url), runsTypes ? 'todos.mts' : 'todos.mjs']

    await server.refuse()
    expect(await run(folder, process.execPath, ...words)).toBe('waiting 2\n')
    await server.accept()
    expect((await run(folder, process.execPath, ...words)).trim().split('\n')).toEqual([
      'delivered milk',
      'delivered bread',
      'delivered milk',
      'delivered bread',
      'empty 0',
    ])
    expect(new Set(server.requests.map(({ key }) => key)).size).toBe(4)
  })
})

describe('the declarations compile, those of libraries checked', () => {
  const strict = {
    strict: true,
    skipLibCheck: false,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noEmit: true,
    target: 'es2022',
  }
  const nodenext = { module: 'nodenext' }
  const bundler = { module: 'preserve', moduleResolution: 'bundler' }
  const disposables = 'esnext.disposable'
  const onNode = { lib: ['es2022', disposables], types: ['node'], typeRoots: [join(root, 'node_modules/@types')] }
  const inBrowser = { lib: ['es2022', 'dom', disposables], types: [] }
  const onNodeOnly = ['xstate-outbox/testing/server', 'xstate-outbox/inspect/server']
  const inBrowserOnly = ['xstate-outbox/persistence', 'xstate-outbox/inspect/page']

  async function errorsOf(options: Readonly<Record<string, unknown>>, without: readonly string[]) {
    const specifiers = installed.specifiers.filter((specifier) => !without.includes(specifier))
    const folder = await installed.app({
      'all.mts': specifiers.map(importOf).join('\n'),
      'todos.mts': example,
      'wrong.mts': "import { createOutbox } from 'xstate-outbox'\ncreateOutbox({ push: 1 })\n",
      'tsconfig.json': JSON.stringify({ compilerOptions: { ...strict, ...options }, include: ['*.mts'] }),
    })
    const said = await run(folder, process.execPath, compiler, '-p', '.').catch(String)
    const errors = said.split('\n').filter((line) => /^\S+\(\d+,\d+\): error/.test(line))
    // With exactOptionalPropertyTypes xstate's own declarations do not pass their check.
    return errors.filter((line) => !line.includes('/node_modules/xstate/'))
  }

  function importOf(specifier: string, index: number): string {
    const attributes = specifier.endsWith('.json') ? " with { type: 'json' }" : ''
    return `import * as part${index} from '${specifier}'${attributes}\nconsole.log(part${index})`
  }

  const theMistake = [
    expect.stringMatching(/^wrong\.mts\(2,\d+\): error TS2322: Type 'number' is not assignable to type 'Push/),
  ]

  test.each([
    ['nodenext on Node', { ...nodenext, ...onNode }, inBrowserOnly],
    ['bundler on Node', { ...bundler, ...onNode }, inBrowserOnly],
    ['nodenext in a browser', { ...nodenext, ...inBrowser }, onNodeOnly],
    ['bundler in a browser', { ...bundler, ...inBrowser }, onNodeOnly],
  ])('for a strict app with %s', async (_, options, without) => {
    expect(await errorsOf(options, without)).toEqual(theMistake)
  })

  test('for an app that does not name the types of disposables', async () => {
    expect(await errorsOf({ ...bundler, lib: ['es2022', 'dom'], types: [] }, onNodeOnly)).toEqual(theMistake)
  })
})

describe('a server that renders pages', () => {
  test('imports and constructs everything, and nothing happens: no file, no timer, no global, no look at the environment', async () => {
    const folder = await installed.app({
      'render.mjs': `
        import { createActor } from 'xstate'
        const state = () => [Object.getOwnPropertyNames(globalThis), process.getActiveResourcesInfo(), process.eventNames()]
        const before = state()
        const read = new Set()
        const trap = (how) => (env, name, ...rest) => {
          if (new Error().stack.includes('/node_modules/xstate-outbox/')) read.add(name)
          return Reflect[how](env, name, ...rest)
        }
        process.env = new Proxy(process.env, { get: trap('get'), has: trap('has'), ownKeys: trap('ownKeys') })
        const { createOutbox, createSyncMachine, memoryStore, syncMachine } = await import('xstate-outbox')
        const { httpPush } = await import('xstate-outbox/http')
        const { fsStore } = await import('xstate-outbox/fs')
        const { idbStore } = await import('xstate-outbox/idb')
        const push = httpPush({ url: '/todos' })
        for (const store of [undefined, fsStore({ directory: 'never' }), idbStore({ name: 'never' }), memoryStore()]) {
          const options = { push, ...(store && { store }) }
          createOutbox({ ...options, autoStart: false })
          createActor(createSyncMachine(options))
        }
        createActor(syncMachine)
        console.log(JSON.stringify({ before, after: state(), read: [...read] }))
      `,
    })
    const { before, after, read } = JSON.parse(await run(folder, process.execPath, 'render.mjs')) as {
      readonly before: unknown
      readonly after: unknown
      readonly read: readonly string[]
    }
    expect(after).toEqual(before)
    expect(read).toEqual([])
    expect(await readdir(folder)).toEqual(['render.mjs'])
  })
})
