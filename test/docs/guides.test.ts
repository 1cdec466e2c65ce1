import { access, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { complaintsAbout, root, run } from './running.ts'
import { linksOf, readPage, snippetsOf } from './snippets.ts'

const names = (await readdir(join(root, 'docs/guides'))).filter((name) => name.endsWith('.md'))
const guides = await Promise.all(
  names.map(async (name) => {
    const page = await readPage(`docs/guides/${name}`)
    return { name, page, snippets: snippetsOf(page) }
  }),
)

// Needs a page: test/browser/inPage/react.test.ts runs what it shows.
const inBrowser = ['react.md']

// Node has no IndexedDB.
vi.mock('idb-keyval', () => {
  const kept = new Map<string, unknown>()
  return {
    get: async (key: string) => kept.get(key),
    set: async (key: string, value: unknown) => void kept.set(key, value),
    del: async (key: string) => void kept.delete(key),
  }
})

test('every snippet of the guides compiles, as strictly as the package itself', async () => {
  const modules = guides
    .filter(({ name }) => !inBrowser.includes(name))
    .flatMap(({ name, snippets }) => snippets.map(({ code }, place) => [`${name}${place}.ts`, code]))
  expect(await complaintsAbout(Object.fromEntries(modules))).toEqual([])
})

test.each(inBrowser)('every snippet of %s compiles as a bundler takes it', async (name) => {
  // A snippet that begins with the name of a file is that file for the others.
  const nameOf = (code: string) => /^\/\/ (\w+\.tsx?)\n/.exec(code)?.[1]
  const snippets = guides.find((guide) => guide.name === name)?.snippets ?? []
  const modules = snippets.map(({ code, language }, place) => [nameOf(code) ?? `snippet${place}.${language}`, code])
  const options = { module: 'esnext', moduleResolution: 'bundler', jsx: 'react-jsx' }
  expect(modules.length).toBeGreaterThan(0)
  expect(await complaintsAbout(Object.fromEntries(modules), options)).toEqual([])
})

describe.each(guides)('$name', ({ name, page, snippets }) => {
  test('has only links that lead somewhere', async () => {
    for (const path of linksOf(page))
      await expect(access(join(root, 'docs/guides', path)), path).resolves.toBeUndefined()
  })

  if (inBrowser.includes(name)) return
  test.each(snippets.map(({ section, code, output }) => ({ section, code, output })))(
    'prints what it says under “$section”',
    async ({ code, output = '' }) => {
      const lines = await run(code)
      expect(lines.map((line) => `${line}\n`).join('')).toBe(output)
    },
  )
})

test('the README leads to every guide', async () => {
  const links = linksOf(await readPage('README.md'))
  expect(names.filter((name) => !links.includes(`docs/guides/${name}`))).toEqual([])
})
