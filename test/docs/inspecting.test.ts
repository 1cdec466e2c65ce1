import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { complaintsAbout, root, run } from './running.ts'
import { linksOf, readPage, snippetsOf } from './snippets.ts'

const page = await readPage('docs/inspecting.md')
const snippets = snippetsOf(page)

test('every snippet of docs/inspecting.md compiles, as strictly as the package itself', async () => {
  const modules = snippets.map(({ code }, place) => [`snippet${place}.ts`, code])
  expect(modules.length).toBeGreaterThan(3)
  expect(await complaintsAbout(Object.fromEntries(modules))).toEqual([])
})

function snippetIn(section: string) {
  const found = snippets.find((snippet) => snippet.section === section)
  if (found === undefined) throw new Error(`there is no snippet under “${section}”`)
  return found
}

test('the snippet under “Steps” tells how the machine goes until it has stopped', async () => {
  const lines = await run(snippetIn('Steps').code)
  expect(lines[0]).toMatch(/^draining\.pushing -> idle\.ready \(engine\.drained\)/)
  expect(lines.at(-1)).toBe('draining.stopping -> stopped (engine.closed), 0 pending')
})

test('the snippet under “Recordings” prints what the page says', async () => {
  const { code, output } = snippetIn('Recordings')
  expect((await run(code)).map((line) => `${line}\n`).join('')).toBe(output)
})

test('every link of docs/inspecting.md to a file leads somewhere', async () => {
  const paths = linksOf(page)
  expect(paths.length).toBeGreaterThan(3)
  for (const path of paths) await expect(access(join(root, 'docs', path)), path).resolves.toBeUndefined()
})
