import { describe, expect, it } from 'vitest'
import { createTurns } from '../../src/store/fs/turns.ts'

/** Turns for a hundred callers; in each group the event loop works for so long, and the disk takes so long. */
function turnsWith() {
  let work = { active: 0, utilization: 0 }
  const turns = createTurns(() => work)
  return {
    areTaken: turns.areTaken,
    atOnce(workMs: number, syncMs: number, groups = 1) {
      work = { active: workMs, utilization: workMs / (workMs + syncMs) }
      for (let group = 0; group < groups; group += 1) turns.onSynced(100, 100, syncMs)
    },
    half(workMs: number, syncMs: number) {
      work = { active: workMs / 2, utilization: 1 }
      turns.onSynced(50, 100, syncMs)
    },
  }
}

/** So many groups show how it usually is. */
const usual = 20

describe('turns are', () => {
  it('not taken at first', () => {
    expect(turnsWith().areTaken()).toBe(false)
  })

  it('taken where the event loop waits for a disk that is faster than it', () => {
    const { atOnce, areTaken } = turnsWith()
    atOnce(3, 2, usual)
    expect(areTaken()).toBe(true)
  })

  it('not taken where the disk is the slower one: each group is synced by itself', () => {
    const { atOnce, areTaken } = turnsWith()
    for (let group = 0; group < usual; group += 1) {
      atOnce(3, 3.1)
      expect(areTaken()).toBe(false)
    }
  })

  it('not taken where the event loop hardly ever waits', () => {
    const { atOnce, areTaken } = turnsWith()
    atOnce(9, 1, usual)
    expect(areTaken()).toBe(false)
  })

  it('not taken because the event loop waited once', () => {
    const { atOnce, areTaken } = turnsWith()
    atOnce(9, 1, usual)
    atOnce(3, 2)
    expect(areTaken()).toBe(false)
  })

  it('given up once the disk takes longer than the callers', () => {
    const { atOnce, half, areTaken } = turnsWith()
    atOnce(3, 2, usual)
    half(3, 2.05)
    expect(areTaken()).toBe(true)
    half(3, 2.2)
    expect(areTaken()).toBe(false)
  })

  it('not tried again at once where the disk took too long', () => {
    const { atOnce, half, areTaken } = turnsWith()
    atOnce(3, 2, usual)
    half(3, 2.2)
    const before: boolean[] = []
    for (let group = 0; group < 5; group += 1) {
      before.push(areTaken())
      atOnce(3, 2)
    }
    expect(before).toEqual([false, false, false, false, false])
    expect(areTaken()).toBe(true)
  })

  it('given up now and then, to see whether the event loop would still wait', () => {
    const { atOnce, half, areTaken } = turnsWith()
    atOnce(3, 2, usual)
    let groups = 0
    for (; areTaken(); groups += 1) half(3, 2.05)
    expect(groups).toBeGreaterThan(10)
    atOnce(3, 2)
    expect(areTaken()).toBe(true)
    for (let group = 0; group < 500; group += 1) {
      if (areTaken()) half(9, 1)
      else atOnce(9, 1)
    }
    expect(areTaken()).toBe(false)
  })
})

it('what the event loop does while nobody appends does not count', () => {
  let worked = 0
  const asked: number[] = []
  const turns = createTurns(() => {
    asked.push(worked)
    worked = 0
    return { active: asked.at(-1) ?? 0, utilization: 0.5 }
  })
  worked = 1_000
  turns.onStart()
  worked = 2
  for (let group = 0; group < usual; group += 1) {
    turns.onSynced(100, 100, 10)
    worked = 2
  }
  expect(asked.slice(0, 3)).toEqual([1_000, 2, 2])
  expect(turns.areTaken()).toBe(false)
})

it('the event loop’s own work is what counts by default', async () => {
  const { areTaken, onSynced } = createTurns()
  // A thread that works without end never waits.
  for (let group = 0; group < usual; group += 1) {
    for (const until = performance.now() + 10; performance.now() < until;);
    onSynced(100, 100, 1)
  }
  expect(areTaken()).toBe(false)
  // One that waits for half of the time does, with room for a busy machine.
  for (let group = 0; group < 6 && !areTaken(); group += 1) {
    await new Promise((resolve) => setTimeout(resolve, 12))
    for (const until = performance.now() + 12; performance.now() < until;);
    onSynced(100, 100, 4)
  }
  expect(areTaken()).toBe(true)
})
