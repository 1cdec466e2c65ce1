import { expect, test } from 'vitest'
import type { Scenario } from './simulate.ts'
import { simulate } from './simulate.ts'

const seeds = Number(process.env['SEEDS'] ?? 60)
const first = Number(process.env['SEED'] ?? 1)

const scenarios: Record<string, Scenario> = {
  'one context, nothing but a remote with moods': {
    contexts: 1,
    steps: 40,
    storeFaults: false,
    crashes: false,
    cuts: false,
  },
  'one context, a store with faults': { contexts: 1, steps: 40, storeFaults: true, crashes: false, cuts: true },
  'one context that crashes': { contexts: 1, steps: 40, storeFaults: false, crashes: true, cuts: false },
  'two contexts': { contexts: 2, steps: 40, storeFaults: false, crashes: false, cuts: true },
  'three contexts, faults and crashes': { contexts: 3, steps: 60, storeFaults: true, crashes: true, cuts: true },
}

test.each(Object.entries(scenarios))('keeps every promise: %s', async (name, scenario) => {
  const sums = { pushes: 0, crashes: 0 }
  for (let seed = first; seed < first + seeds; seed += 1) {
    const { broken, trace, pushes, crashes } = await simulate(seed, scenario)
    expect({ seed, broken, ...(broken !== undefined && { trace }) }).toEqual({ seed, broken: undefined })
    sums.pushes += pushes
    sums.crashes += crashes
  }
  console.log(
    `simulation: ${name}: ${seeds} seeds, ${sums.pushes} pushes, ${sums.crashes} crashes, every invariant held`,
  )
})
