import { describe, expect, test } from 'vitest'
import { exponentialBackoff } from '../../src/index.ts'
import { createWorld, fails, scripted } from '../support/world.ts'

describe('exponentialBackoff', () => {
  test.each([
    [-1, 0],
    [0, 0],
    [1, 1_000],
    [2, 2_000],
    [3, 4_000],
    [4, 8_000],
    [5, 16_000],
    [6, 30_000],
    [7, 30_000],
    [100, 30_000],
  ])('waits after %i failures: %i ms', (attempts, waitMs) => {
    expect(exponentialBackoff()(attempts)).toBe(waitMs)
  })

  test('takes off up to the share that jitter names', () => {
    const chances = [0, 0.5, 0.75]
    const backoff = exponentialBackoff({ jitter: 0.5, random: () => chances.shift() ?? 0 })
    expect([backoff(1), backoff(1), backoff(1)]).toEqual([1_000, 750, 625])
  })

  test.each([-0.1, 1.1, Number.NaN])('refuses the jitter %d', (jitter) => {
    expect(() => exponentialBackoff({ jitter })).toThrow('`jitter` must be a number from 0 to 1')
  })

  test('refuses an option that it does not have', () => {
    expect(() => exponentialBackoff({ baseMs: 50 } as never)).toThrow('`baseMs` is no option of exponentialBackoff')
  })
})

describe('a backoff that fails', () => {
  test.each([
    ['throws', () => fails(new Error('bad maths'))()],
    ['answers a negative number', () => -5],
    ['answers NaN', () => Number.NaN],
    ['answers Infinity', () => Infinity],
    ['answers a text', () => '1000' as never],
  ])('falls back to the default and warns once when it %s', async (_, backoff) => {
    await using world = createWorld(
      scripted(fails(new Error('503')), fails(new Error('503')), () => 'ok'),
      { backoff },
    )
    await world.outbox.enqueue({ text: 'a' })
    await world.time.advance(10_000)
    expect(world.pushes.map(({ atMs }) => atMs)).toEqual([0, 1_000, 3_000])
    expect(world.eventsOf('warning').map(({ code }) => code)).toEqual(['OUTBOX_BACKOFF'])
  })
})
