import { describe, expect, test } from 'vitest'
import type { ScenarioName } from '../../src/testing/index.ts'
import { scenarios, simulate } from '../../src/testing/index.ts'
import { noteFigures } from '../support/noteFigures.ts'

const seeds = Number(process.env['SEEDS'] ?? 230)
const first = Number(process.env['SEED'] ?? 1)
const names = Object.keys(scenarios) as ScenarioName[]

describe('keeps every rule', () => {
  test.each(names)('%s', { timeout: 60_000 + seeds * 2_000 }, async (scenario) => {
    const sums = { steps: 0, pushes: 0, crashes: 0, repeats: 0 }
    for (let seed = first; seed < first + seeds; seed += 1) {
      const { broken, step, shortest, recording, figures } = await simulate({ seed, scenario })
      expect({ seed, broken, step, shortest, recording }).toEqual({ seed })
      for (const key of ['steps', 'pushes', 'crashes', 'repeats'] as const) sums[key] += figures[key]
    }
    expect(sums.pushes).toBeGreaterThan(seeds)
    noteFigures('simulated worlds', { seeds, ...sums, broken: 0 })
  })
})

test('the same seed runs the same way, to the last line', async () => {
  for (let seed = 1; seed <= 10; seed += 1) {
    const [one, other] = [await simulate({ seed }), await simulate({ seed })]
    expect(other).toEqual(one)
    expect(one.trace.length).toBeGreaterThan(40)
  }
})

test('other seeds run another way', async () => {
  const [one, other] = [await simulate({ seed: 1 }), await simulate({ seed: 2 })]
  expect(other.trace).not.toEqual(one.trace)
})

describe('a scenario does what it is named after', () => {
  const answers = ['ok', 'slow', 'lost', 'lostAnswer', 'brokenAnswer', 'twice', 'late', 'busy', 'retryAfter']
  const told: Readonly<Record<ScenarioName, readonly RegExp[]>> = {
    'calm remote': [/pushes \S+, try 2/],
    'moody remote': [...answers, 'unreachable', 'refused', 'signIn'].map((mood) => new RegExp(`: ${mood}$`, 'm')),
    'faulty store': ['rejects', 'losesAnswer', 'slow', 'hangs', 'corrupt'].map((kind) => new RegExp(`that ${kind} in`)),
    'full store': [/refused: OutboxError: no room left/],
    crashes: [/is killed/, /will be killed (before|after)/, / crashes$/m],
    'two tabs': [/ a\d* pushes/, / b\d* pushes/],
    'three tabs with lost leases': [/loses the lease/, /will lose the lease/, / c\d* pushes/],
    'sleep and clock jumps': [/sleeps/, /wakes|woke up/, /sets the clock by -/, /sets the clock by \d/],
    everything: [/loses? the lease/, /killed/, /sets the clock/, /has a store that/, /edits/, /discards/, /cancels/],
  }

  test.each(names)('%s', async (scenario) => {
    const runs = await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map((seed) => simulate({ seed, scenario, steps: 80 })))
    const text = runs.flatMap(({ trace }) => trace).join('\n')
    for (const pattern of told[scenario]) expect(text).toMatch(pattern)
  })
})

test('a scenario of one’s own is run as it says', async () => {
  const { trace, broken } = await simulate({
    seed: 1,
    scenario: { contexts: 1, remote: 'calm', acts: { enqueue: 1, advance: 1 } },
    steps: 12,
  })
  expect(broken).toBeUndefined()
  const steps = trace.filter((line) => /^\d/.test(line))
  expect(steps).toHaveLength(12)
  expect(steps.filter((line) => !/^\d+\. a (enqueues|waits)/.test(line))).toEqual([])
})

test('a name that no scenario has, and a seed that is no number, are refused', async () => {
  await expect(simulate({ seed: 1, scenario: 'chaos' as ScenarioName })).rejects.toThrow(/`scenario` must be/)
  await expect(simulate({ seed: Number.NaN })).rejects.toThrow(/`seed` must be a number, got NaN/)
})
