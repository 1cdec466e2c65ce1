import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test, vi } from 'vitest'
import { syncMachineOf } from '../../machines/syncMachine.ts'
import { scriptedServer } from '../../src/testing/server.ts'
import { readPage, rowsOf, sectionOf, snippetsOf } from './snippets.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const page = await readPage('README.md')
const snippets = snippetsOf(page)

/** What a snippet may use that the text around it has introduced. */
const introduced: Readonly<Record<string, string>> = {
  Todo: 'interface Todo { readonly title: string }',
  outbox: "declare const outbox: import('xstate-outbox').Outbox<{ readonly title: string }>",
}

/** A folder inside the package, so that its files find the package by name, with one file for each snippet. */
async function withSnippets(codes: readonly string[], use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(root, 'test/docs/.generated-'))
  try {
    for (const [index, code] of codes.entries()) await writeFile(join(folder, `snippet${index}.ts`), code)
    await use(folder)
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** The snippet as a module: with what it takes from the text around it. */
function moduleOf(code: string): string {
  const missing = Object.keys(introduced).filter(
    (name) => new RegExp(`\\b${name}\\b`).test(code) && !new RegExp(`(interface|const) ${name}\\b`).test(code),
  )
  return [...missing.map((name) => introduced[name]), code, 'export {}', ''].join('\n')
}

/** Runs a snippet in an empty working directory and answers what it printed. */
async function run(code: string): Promise<string[]> {
  const lines: string[] = []
  const print = (...parts: unknown[]) => lines.push(parts.map(String).join(' '))
  const log = vi.spyOn(console, 'log').mockImplementation(print)
  const before = process.cwd()
  const directory = await mkdtemp(join(tmpdir(), 'outbox-readme-'))
  try {
    process.chdir(directory)
    await withSnippets([code], async (folder) => {
      await import(/* @vite-ignore */ pathToFileURL(join(folder, 'snippet0.ts')).href)
    })
    return lines
  } finally {
    log.mockRestore()
    process.chdir(before)
    await rm(directory, { recursive: true })
  }
}

function snippetIn(section: string): string {
  const found = snippets.find((snippet) => snippet.section === section)
  if (found === undefined) throw new Error(`README has no snippet under "${section}"`)
  return found.code
}

test('every snippet of the README compiles, as strictly as the package itself', async () => {
  await withSnippets(
    snippets.map(({ code }) => moduleOf(code)),
    async (folder) => {
      const config = join(folder, 'tsconfig.json')
      await writeFile(config, JSON.stringify({ extends: join(root, 'tsconfig.json'), include: ['*.ts'] }))
      const compiler = join(root, 'node_modules/typescript/lib/tsc.js')
      const { stdout } = await promisify(execFile)(process.execPath, [compiler, '-p', config]).catch(
        (error: { stdout: string }) => error,
      )
      expect(stdout).toBe('')
    },
  )
  expect(snippets.length).toBeGreaterThan(3)
})

describe('the example', () => {
  test('delivers to a server what it enqueues, in order', async () => {
    await using server = await scriptedServer()
    const example = snippetIn('Example').replace('http://localhost:8080', server.url)
    expect(await run(example)).toEqual(['delivered milk', 'delivered bread', 'empty 0'])
    expect(server.requests.map(({ body }) => (JSON.parse(body) as { payload: unknown }).payload)).toEqual([
      { title: 'milk' },
      { title: 'bread' },
    ])
  })

  test('keeps what it enqueues while the server is away', async () => {
    await using server = await scriptedServer()
    await server.refuse()
    expect(await run(snippetIn('Example').replace('http://localhost:8080', server.url))).toEqual(['waiting 2'])
  })

  test('has at most 20 lines', () => {
    expect(snippetIn('Example').trimEnd().split('\n').length).toBeLessThanOrEqual(20)
  })
})

test('the machine of the README delivers and answers with its account', async () => {
  expect(await run(snippetIn('The machine'))).toEqual(['delivered milk', '1 delivered, 0 pending'])
})

test('the test of the README passes without waiting for real', async () => {
  const startedAt = performance.now()
  expect(await run(snippetIn('Testing'))).toEqual(['pushed at 0, 1000, 3000 ms'])
  expect(performance.now() - startedAt).toBeLessThan(3_000)
})

describe('the README has a row for', () => {
  const source = (path: string) => readFile(join(root, path), 'utf8')

  async function membersOf(path: string, name: string): Promise<readonly string[]> {
    const body = new RegExp(`export interface ${name}\\b[^{]*\\{\\n([\\s\\S]*?)^\\}`, 'm').exec(await source(path))?.[1]
    return [...(body ?? '').matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, member = '']) => member)
  }

  async function wordsOf(path: string, name: string, word: RegExp): Promise<readonly string[]> {
    const union = new RegExp(`export type ${name}(?:<P>)? =([\\s\\S]*?)\\n\\n`).exec(await source(path))?.[1]
    return [...(union ?? '').matchAll(word)].map(([, found = '']) => found)
  }

  test.each<[string, string, () => Promise<readonly string[]>]>([
    [
      'option',
      'Options',
      async () => [
        ...(await membersOf('src/options.ts', 'SyncOptions')),
        ...(await membersOf('src/createOutbox.ts', 'OutboxOptions')),
      ],
    ],
    ['command', 'Commands', () => wordsOf('src/report.ts', 'Command', /type: '(\w+)'/g)],
    ['event', 'Events', async () => [...(await wordsOf('src/report.ts', 'OutboxEvent', /type: '(\w+)'/g)), 'warning']],
    ['error code', 'Error codes', () => wordsOf('src/errors.ts', 'OutboxErrorCode', /'(\w+)'/g)],
    ['warning code', 'Warning codes', () => wordsOf('src/report.ts', 'WarningCode', /'(\w+)'/g)],
  ])('every %s, and for none that does not exist', async (_, heading, names) => {
    const expected = await names()
    expect(expected.length).toBeGreaterThan(5)
    expect(rowsOf(sectionOf(page, heading)).toSorted()).toEqual(expected.toSorted())
  })
})

test('the diagram of the README has every state of the machine, and no other', () => {
  const diagram = /```mermaid\n([\s\S]*?)```/.exec(page)?.[1] ?? ''
  const drawn = new Set(diagram.replaceAll(/^stateDiagram-v2$|\bstate\b|:.*$/gm, '').match(/\w+/g))
  const { states = {} } = syncMachineOf<unknown>().config
  const known = Object.entries(states).flatMap(([name, state]) => [name, ...Object.keys(state.states ?? {})])
  expect([...drawn].toSorted()).toEqual(known.toSorted())
})

test('every link of the README to a file leads somewhere', async () => {
  const paths = [...page.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, path = '']) => path)
  expect(paths.length).toBeGreaterThan(0)
  for (const path of paths) await expect(readFile(join(root, path)), path).resolves.toBeDefined()
})

test('the README has less than 300 lines', () => {
  expect(page.split('\n').length).toBeLessThan(300)
})
