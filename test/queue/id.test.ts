import { expect, test } from 'vitest'
import { uuidv7 } from '../../src/id.ts'

test('ids are UUIDs of version 7 that begin with their time and never repeat', () => {
  const before = Date.now()
  const ids = Array.from({ length: 10_000 }, uuidv7)
  const after = Date.now()
  for (const id of ids) {
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    const at = Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)
    expect(at).toBeGreaterThanOrEqual(before)
    expect(at).toBeLessThanOrEqual(after)
  }
  expect(new Set(ids).size).toBe(ids.length)
})

test('every random bit of an id varies', () => {
  const bits = Array.from({ length: 2_000 }, uuidv7).map((id) => BigInt(`0x${id.replaceAll('-', '')}`))
  const all = bits.reduce((one, other) => one | other, 0n)
  const common = bits.reduce((one, other) => one & other)
  const random = (1n << 80n) - 1n
  const fixed = (0xfn << 76n) | (0x3n << 62n)
  expect((all ^ common) & random & ~fixed).toBe(random & ~fixed)
})
