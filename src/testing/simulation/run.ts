import { acts } from './acts.ts'
import { chanceOf } from './chance.ts'
import { checkAll, endWell } from './ending.ts'
import type { SimulationStep } from './steps.ts'
import type { Broken } from './verdict.ts'
import type { WorldParts } from './world.ts'
import { createWorld } from './world.ts'

/** What the whole of a run came to. */
export interface SimulationFigures {
  /** Steps that were taken. */
  readonly steps: number
  /** Calls of the outboxes' push. */
  readonly pushes: number
  readonly crashes: number
  /** How often the remote was asked for what it had taken already. */
  readonly repeats: number
}

/** Where the entries are when a run is over. */
export interface SimulationEnding {
  /** Ids whose enqueue resolved. */
  readonly accepted: readonly string[]
  /** Ids that are recorded as delivered. */
  readonly delivered: readonly string[]
  /** Ids of dead letters. */
  readonly dead: readonly string[]
}

/** One run of given steps. */
export interface Run {
  readonly broken: Broken | undefined
  /** The step in which it broke, by its place in the list; their number for what broke after the last. */
  readonly step: number
  readonly trace: readonly string[]
  readonly figures: SimulationFigures
  readonly ending: SimulationEnding
}

/** Runs the steps, then lets all faults end, and looks at everything after each step. */
export async function run(
  parts: WorldParts & { readonly check?: ((ending: SimulationEnding) => string | undefined) | undefined },
  steps: readonly SimulationStep[],
): Promise<Run> {
  const world = createWorld(parts)
  const { time, verdict, ledger, network } = world
  let step = 0

  async function take({ at, act, context }: SimulationStep): Promise<void> {
    const life = world.lifeAt(context)
    const place = world.trace.length
    const told = await acts[act]({ world, life, chance: chanceOf(parts.seed, 'act', at), at })
    await time.quiet()
    world.note(`${at}. ${life.name} ${told}`, place)
    await checkAll(world)
  }

  for (const next of steps) {
    await take(next)
    if (verdict.broken() !== undefined) break
    step += 1
  }
  const ending = () => ({
    accepted: [...world.accepted],
    delivered: [...ledger.left].flatMap(([id, fate]) => (fate === 'delivered' ? [id] : [])),
    dead: [...ledger.dead.keys()],
  })
  if (verdict.broken() === undefined) {
    world.note('all faults end')
    await endWell(world)
    const complaint = verdict.broken() === undefined ? parts.check?.(ending()) : undefined
    if (complaint !== undefined) verdict.fail('check', complaint)
  }
  const figures = {
    steps: Math.min(step + 1, steps.length),
    pushes: world.flights.all.length,
    crashes: world.crashes,
    repeats: network.figures().repeats,
  }
  world.end()
  return { broken: verdict.broken(), step, trace: world.trace, figures, ending: ending() }
}
