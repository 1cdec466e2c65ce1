import { describe, expect, it } from 'vitest'
import { createSpans } from '../../src/store/fs/spans.ts'

describe('a set of numbers', () => {
  it('takes one number, and says whether it was new', () => {
    const spans = createSpans()
    expect(spans.add(2)).toBe(1)
    expect(spans.add(2)).toBe(0)
    expect([1, 2, 3].map((number) => spans.has(number))).toEqual([false, true, false])
    expect([spans.size(), spans.firstMissing(), spans.end()]).toEqual([1, 0, 3])
  })

  it('stays small: numbers that follow each other are one span', () => {
    const spans = createSpans()
    spans.add(5, 8)
    spans.add(3, 5)
    spans.add(0, 3)
    spans.add(8)
    expect(spans.toJSON()).toEqual([[0, 9]])
    expect([spans.size(), spans.firstMissing()]).toEqual([9, 9])
  })

  it('is as it was when nothing is added', () => {
    const spans = createSpans([[0, 2]])
    expect([spans.add(5, 5), spans.add(5, 4)]).toEqual([0, 0])
    expect(spans.toJSON()).toEqual([[0, 2]])
  })
})
