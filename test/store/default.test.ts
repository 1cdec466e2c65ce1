import { readdir, realpath } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { defaultStore as browserStore } from '../../src/store/default.browser.ts'
import { defaultStore, folderOf } from '../../src/store/default.node.ts'
import { draft, pendingIds } from '../contract/harness.ts'
import { inDirectory } from './support/places.ts'

const hostileNames = [
  '..',
  '.',
  '',
  '/',
  'a/b',
  '../../etc',
  'a\\b',
  'nul\0nul',
  'x'.repeat(10_000),
  'CON',
  'con',
  'nul',
  ' ',
  'ä',
  '\uD800',
  '\uD801',
  'a.b',
  '-rf',
]

describe('the default store on Node', () => {
  it.each(['default', 'todos', 'my_app-2'])('keeps the name %s as it is', (name) => {
    expect(folderOf(name)).toBe(name)
  })

  it.each(hostileNames)('stays in its folder with the name %j', (name) => {
    const folder = folderOf(name)
    expect(dirname(resolve('/base', folder))).toBe('/base')
    expect(basename(folder)).toBe(folder)
    expect(folder).toMatch(/^[a-z0-9_-][a-z0-9._-]{0,120}$/)
  })

  it('gives different names different folders, also where case does not count', () => {
    const names = [...hostileNames, 'todos', 'Todos', 'TODOS', 'x'.repeat(9_999), 'a', 'A']
    expect(new Set(names.map((name) => folderOf(name).toLowerCase())).size).toBe(names.length)
  })

  it('stores under the working directory, and touches nothing before it is used', () =>
    inDirectory(async (directory) => {
      const before = process.cwd()
      process.chdir(directory)
      const store = await defaultStore({ name: 'todos' })
      try {
        expect(await readdir(directory)).toEqual([])
        await store.append([draft(1)])
        expect(await pendingIds(store)).toEqual(['entry-1'])
        const folder = join(await realpath(directory), '.xstate-outbox', 'todos')
        expect(await readdir(folder)).toContain('seg-0-1.log')
      } finally {
        process.chdir(before)
        await store.close()
      }
    }))
})

describe('the default store without a file system', () => {
  it('says that there is none', () => {
    expect(() => browserStore({ name: 'todos' })).toThrow(expect.objectContaining({ code: 'OUTBOX_NO_STORE' }))
  })
})
