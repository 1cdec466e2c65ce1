import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { apiPage, readApi } from './apiReference.ts'
import { root } from './running.ts'
import { readPage } from './snippets.ts'

const sections = await readApi()

test('every export of every entry point has a docstring', () => {
  const bare = sections.flatMap(({ specifier, entries }) =>
    entries.filter(({ text }) => text === '').map(({ name }) => `${specifier}: ${name}`),
  )
  expect(sections.length).toBeGreaterThan(5)
  expect(bare).toEqual([])
})

test('every export has a declaration that ends where it should', () => {
  const odd = sections
    .flatMap(({ entries }) => entries)
    .filter(({ declaration: text }) => text === '' || text.length > 12_000 || /\n\}\n|^export /m.test(text))
  expect(odd.map(({ name }) => name)).toEqual([])
})

test('docs/api.md is what the docstrings say; `npm run docs` writes it anew', async () => {
  const fresh = apiPage(sections)
  if (process.env['UPDATE_DOCS'] !== undefined) await writeFile(join(root, 'docs/api.md'), fresh)
  else expect(await readPage('docs/api.md')).toBe(fresh)
})
