import { expect, test } from 'vitest'
import type { StoredEntry } from '../../src/entry.ts'
import { createHeads } from '../../src/heads.ts'

const entryAt = (seq: number) => ({ seq, id: `entry-${seq}` }) as StoredEntry

test('a page is read once, and each of its entries comes once', async () => {
  const pages = [[entryAt(1), entryAt(2)], [entryAt(3)], []]
  let reads = 0
  const heads = createHeads({ read: async () => pages[reads++] ?? [] })
  const seen: (number | undefined)[] = []
  for (let turn = 0; turn < 4; turn += 1) {
    seen.push((await heads.next())?.seq)
    heads.pass()
  }
  expect(seen).toEqual([1, 2, 3, undefined])
  expect(reads).toBe(3)
})

test('what was read before it was dropped is not given, and is read anew', async () => {
  const answers: ((entries: readonly StoredEntry[]) => void)[] = []
  const heads = createHeads({ read: () => new Promise((resolve) => answers.push(resolve)) })
  const next = heads.next()
  heads.drop()
  answers[0]?.([entryAt(1)])
  await Promise.resolve()
  await Promise.resolve()
  expect(answers).toHaveLength(2)
  answers[1]?.([entryAt(2)])
  expect((await next)?.seq).toBe(2)
  expect((await heads.next())?.seq).toBe(2)
})
