import { expect, it } from 'vitest'
import { bundlePage } from './support/site.ts'

it('a bundle for the browser has nothing of Node in it', async () => {
  const bundle = await bundlePage()
  const code = [...bundle.values()].join('\n')
  expect(code).toContain('xstate-outbox/')
  expect(code).not.toMatch(/['"`]node:|__vite-browser-external|\bBuffer\.|\brequire\(/)
  expect(code).not.toContain('fdatasync')
})
