import { execFile } from 'node:child_process'
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { readPage, rowsOf, sectionOf } from './snippets.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const page = await readPage('docs/design.md')

async function filesIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(join(root, folder), { recursive: true })
  return names.filter((name) => name.endsWith('.ts')).map((name) => `${folder}/${name}`)
}

/** The files that git knows of, so that work in progress needs no line yet; all of them where there is no git. */
async function committed(...folders: readonly string[]): Promise<readonly string[]> {
  try {
    const { stdout } = await promisify(execFile)('git', ['ls-files', '--', ...folders], { cwd: root })
    const files = stdout.split('\n').filter((path) => path.endsWith('.ts'))
    if (files.length > 0) return files
  } catch {
    // no git here, or no repository
  }
  return (await Promise.all(folders.map(filesIn))).flat()
}

test('docs/design.md has a line for each file of src and machines, and for none that is gone', async () => {
  const files = await committed('machines', 'src')
  expect(rowsOf(sectionOf(page, 'Layers')).toSorted()).toEqual(files.toSorted())
})

test.each(['design', 'security'])('every test that docs/%s.md names exists', async (name) => {
  const named = [...(await readPage(`docs/${name}.md`)).matchAll(/“([^”]+)”/g)].map(([, text = '']) => text)
  const paths = (await filesIn('test')).filter((path) => !path.startsWith('test/docs/'))
  const cases = await filesIn('src/testing/contract')
  const sources = await Promise.all([...paths, ...cases].map((path) => readFile(join(root, path), 'utf8')))
  const all = sources.join('\n')
  const isTest = (text: string) => [`'${text}'`, `"${text}"`, `\`${text}\``].some((literal) => all.includes(literal))
  expect(named.length).toBeGreaterThan(20)
  expect(named.filter((text) => !isTest(text))).toEqual([])
})

test('every line of the reference names a test', () => {
  const lines = sectionOf(page, 'From the reference to here').split('\n')
  const rows = lines.filter((line) => line.startsWith('| ')).slice(2)
  expect(rows.length).toBeGreaterThan(40)
  expect(rows.filter((row) => !/“[^”]+” +\|$/.test(row))).toEqual([])
})

test('every link of docs/design.md to a file leads somewhere', async () => {
  const paths = [...page.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, path = '']) => path)
  for (const path of paths) await expect(readFile(join(root, 'docs', path)), path).resolves.toBeDefined()
})
