import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { syncMachineOf } from '../../machines/syncMachine.ts'
import { scriptedServer } from '../../src/testing/server.ts'
import { complaintsAbout, root, run } from './running.ts'
import { linksOf, readPage, rowsOf, sectionOf, snippetsOf } from './snippets.ts'

const page = await readPage('README.md')
const snippets = snippetsOf(page)

/** What a snippet may use that the text around it has introduced. */
const introduced: Readonly<Record<string, string>> = {
  Todo: 'interface Todo { readonly title: string }',
  outbox: "declare const outbox: import('xstate-outbox').Outbox<{ readonly title: string }>",
}

/** The snippet as a module: with what it takes from the text around it. */
function moduleOf(code: string): string {
  const missing = Object.keys(introduced).filter(
    (name) => new RegExp(`\\b${name}\\b`).test(code) && !new RegExp(`(interface|const) ${name}\\b`).test(code),
  )
  return [...missing.map((name) => introduced[name]), code, 'export {}', ''].join('\n')
}

function snippetIn(section: string): string {
  const found = snippets.find((snippet) => snippet.section === section)
  if (found === undefined) throw new Error(`README has no snippet under "${section}"`)
  return found.code
}

test('every snippet of the README compiles, as strictly as the package itself', async () => {
  const modules = snippets.map(({ code }, place) => [`snippet${place}.ts`, moduleOf(code)])
  expect(modules.length).toBeGreaterThan(3)
  expect(await complaintsAbout(Object.fromEntries(modules))).toEqual([])
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

test('the README names everything that comes with an event', async () => {
  const source = await readFile(join(root, 'src/report.ts'), 'utf8')
  const fieldsOf = (text: string) => [...text.matchAll(/readonly (\w+)\??:/g)].map(([, field = '']) => field)
  const union = /export type OutboxEvent<P> =([\s\S]*?)\n\n/.exec(source)?.[1] ?? ''
  const events = union.matchAll(/\{[^{}]*type: '(\w+)'[^{}]*\}/g)
  const warning = /export interface Warning \{([\s\S]*?)\n\}/.exec(source)?.[1] ?? ''
  const isTold = (field: string) => field !== 'type' && field !== 'origin'
  const expected = new Map([['warning', fieldsOf(warning).filter(isTold).toSorted()]])
  for (const [text, type = ''] of events) expected.set(type, fieldsOf(text).filter(isTold).toSorted())
  const rows = [...sectionOf(page, 'Events').matchAll(/^\| `(\w+)` +\|.*?\|([^|]*)\|$/gm)]
  const told = rows.map(([, type = '', fields = '']): [string, string[]] => [
    type,
    [...fields.replaceAll(/\([^)]*\)/g, '').matchAll(/`(\w+)`/g)].map(([, field = '']) => field).toSorted(),
  ])
  expect(expected.size).toBeGreaterThan(7)
  expect(new Map(told)).toEqual(expected)
})

test.each(['Error codes', 'Warning codes'])('each of the %s has a cause and a remedy', (heading) => {
  const rows = sectionOf(page, heading)
    .split('\n')
    .filter((line) => line.startsWith('| `'))
  const cells = rows.map((row) => row.split('|').map((cell) => cell.trim()))
  expect(cells.length).toBeGreaterThan(5)
  expect(cells.filter(([, code, cause, remedy]) => !code || !cause || !remedy)).toEqual([])
})

test('the diagram of the README has every state of the machine, and no other', async () => {
  expect(page).toContain('](docs/machine.svg)')
  const drawn = [...(await readPage('docs/machine.svg')).matchAll(/data-state="([^"]+)"/g)].map(([, path = '']) => path)
  const { states = {} } = syncMachineOf<unknown>().config
  const known = Object.entries(states).flatMap(([name, state]) => [
    name,
    ...Object.keys(state.states ?? {}).map((inner) => `${name}.${inner}`),
  ])
  expect(drawn.toSorted()).toEqual(known.toSorted())
})

test('every link of the README to a file leads somewhere', async () => {
  const paths = linksOf(page)
  expect(paths.length).toBeGreaterThan(0)
  for (const path of paths) await expect(readFile(join(root, path)), path).resolves.toBeDefined()
})

test('the README has less than 300 lines', () => {
  expect(page.split('\n').length).toBeLessThan(300)
})
