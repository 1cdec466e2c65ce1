import { writeSync } from 'node:fs'
import type { Push } from './site.ts'

/** What became of acknowledged entries on their way to the server. */
export interface Fate {
  readonly lost: number
  readonly repeated: number
  /** First arrivals that came after one with a greater number. */
  readonly outOfOrder: number
}

export function fateOf(kept: readonly string[], pushes: readonly Push[]): Fate {
  const first = new Map<string, Push>()
  for (const push of pushes) if (!first.has(push.key)) first.set(push.key, push)
  const arrivals = [...first.values()]
  const descents = (numbers: readonly number[]) =>
    numbers.filter((number, index) => number < Math.max(...numbers.slice(0, index))).length
  const tabs = [...new Set(arrivals.map(({ tab }) => tab))]
  const ofTab = (name: string) => arrivals.filter(({ tab }) => tab === name)
  return {
    lost: kept.filter((id) => !first.has(id)).length,
    repeated: pushes.length - first.size,
    outOfOrder:
      descents(arrivals.map(({ seq }) => seq)) +
      tabs.reduce((sum, name) => sum + descents(ofTab(name).map(({ number }) => number)), 0),
  }
}

/** Prints what was measured, whether or not the test passes. */
export function printFigures(what: string, figures: object): void {
  const text = Object.entries(figures).map(([name, value]) => `${name} ${String(value)}`)
  writeSync(1, `    ${what}: ${text.join(', ')}\n`)
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? NaN
}
