import { expect, it } from 'vitest'
import { writeChanges } from '../../src/store/fs/changeCode.ts'
import type { LedgerChange } from '../../src/store/fs/ledger.ts'

const audit = { direction: 'push', id: 'a', attempts: 1, items: 2, bytes: 3, at: 4 } as const
const delivered = { is: 'delivered', writer: 5, ordinal: 6, bytes: 7, audit } as const

it.each<[string, readonly LedgerChange[]]>([
  ['none', []],
  ['a delivery', [delivered]],
  ['one with an id that has to be escaped', [{ ...delivered, audit: { ...audit, id: '"\\\n\ud800é' } }]],
  ['one with meta', [{ ...delivered, audit: { ...audit, meta: { list: 'groceries' } } }]],
  ['one with a reason', [{ ...delivered, audit: { ...audit, reason: 'because' } }]],
  ['one at no time', [{ ...delivered, audit: { ...audit, at: NaN } }]],
  ['one after long', [{ ...delivered, ordinal: 2 ** 40, audit: { ...audit, at: 1.5e12 + 0.25 } }]],
  ['something else', [{ is: 'retry', writer: 1, ordinal: 2, tries: { attempts: 3, misses: 4 } }]],
  ['several', [delivered, { is: 'skipped', writer: 1, ordinal: 2, bytes: 3 }, delivered]],
])('what is written of %s is its JSON', (_, changes) => {
  expect(writeChanges(changes)).toBe(JSON.stringify(changes))
})
