import { expect, test } from 'vitest'
import { complaintsAbout } from './running.ts'
import { readPage, snippetsOf } from './snippets.ts'

const page = await readPage('docs/browsers.md')

// What they do is tested in a browser: test/browser/tabs.test.ts, drainer.test.ts and serviceWorker.test.ts.
test('every snippet of docs/browsers.md compiles, as strictly as the package itself', async () => {
  const modules = snippetsOf(page).map(({ code }, place) => [`snippet${place}.ts`, code])
  expect(modules.length).toBeGreaterThan(2)
  expect(await complaintsAbout(Object.fromEntries(modules))).toEqual([])
})
