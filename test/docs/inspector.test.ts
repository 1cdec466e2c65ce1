import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { complaintsAbout, root } from './running.ts'
import { linksOf, readPage, snippetsOf } from './snippets.ts'

const page = await readPage('docs/inspector.md')

test('every snippet of docs/inspector.md compiles, as strictly as the package itself', async () => {
  const modules = snippetsOf(page).map(({ code }, place) => [`snippet${place}.ts`, code])
  expect(modules.length).toBe(2)
  expect(await complaintsAbout(Object.fromEntries(modules))).toEqual([])
})

test('every link of docs/inspector.md to a file leads somewhere', async () => {
  for (const path of linksOf(page)) await expect(access(join(root, 'docs', path)), path).resolves.toBeUndefined()
})
