import { chanceOf } from './chance.ts'
import type { ActName, Scenario } from './scenarios.ts'

/** One step of a simulation, drawn before it begins: taking one out changes nothing about the others. JSON. */
export interface SimulationStep {
  /** Its number when it was drawn, from 1: together with the seed it decides whatever chance decides within the step. */
  readonly at: number
  readonly act: ActName
  /** Which context acts, from 0. */
  readonly context: number
}

/** The steps that a seed stands for. */
export function drawSteps(seed: number, { acts, contexts }: Scenario, count: number): readonly SimulationStep[] {
  return Array.from({ length: count }, (_, index) => {
    const at = index + 1
    const chance = chanceOf(seed, 'step', at)
    return { at, act: chance.weighted<ActName>(acts), context: chance.upTo(contexts) }
  })
}
