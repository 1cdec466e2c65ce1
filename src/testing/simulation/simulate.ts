import { createOutbox } from '../../createOutbox.ts'
import { optionError } from '../../errors.ts'
import type { Push } from '../../push/contract.ts'
import type { Store } from '../../store/contract.ts'
import { memoryStore } from '../../store/memory.ts'
import type { Run, SimulationEnding, SimulationFigures } from './run.ts'
import { run } from './run.ts'
import type { Scenario, ScenarioName } from './scenarios.ts'
import { scenarios } from './scenarios.ts'
import { shorten } from './shorten.ts'
import type { SimulationStep } from './steps.ts'
import { drawSteps } from './steps.ts'

/** A remote for one run: what it keeps begins anew with each. */
export interface SimulatedRemote<P> {
  /** Called as a server is: maybe twice for one request, maybe with its answer lost. Must not wait for real time. */
  readonly push: Push<P>
  /** Called when everything has been drained; answers what is wrong, if anything. */
  check?(ending: SimulationEnding): string | undefined
}

/** What a simulation can be told. */
export interface SimulationOptions<P> {
  /** Any number; decides everything that is left to chance. */
  readonly seed: number
  /** One with a name, or one of your own; default `'everything'`. */
  readonly scenario?: ScenarioName | Scenario
  /** How many steps to draw, or the steps themselves, from a recording; default 40. */
  readonly steps?: number | readonly SimulationStep[]
  /** The remote, if it keeps nothing; default: one that takes everything. */
  readonly push?: Push<P>
  /** Makes the remote of a run, in place of `push`. A failing simulation runs many times, to find the shortest way to fail. */
  readonly remote?: () => SimulatedRemote<P>
  /** Makes the payloads; default: `{ n }`. */
  readonly payload?: (n: number) => P
  /** Makes the store of a run; it must not wait for anything real. Default: `memoryStore()`. */
  readonly store?: () => Store
}

/** What a simulation came to; what tells of a failure is undefined unless a rule is broken. */
export interface Simulation {
  readonly seed: number
  /** The rule that did not hold, and how. */
  readonly broken: string | undefined
  /** The step in which it broke, counted from 1; one more than there are steps for what broke after the last. */
  readonly step: number | undefined
  /** What happened, line by line. */
  readonly trace: readonly string[]
  /** The trace of the shortest run that breaks the same rule. */
  readonly shortest: readonly string[] | undefined
  /** The steps of the shortest run. */
  readonly shortestSteps: readonly SimulationStep[] | undefined
  /** JSON: `simulate({ ...JSON.parse(recording) })` runs the shortest one again, given the same `remote`, `payload` and `store`. */
  readonly recording: string | undefined
  readonly figures: SimulationFigures
  readonly ending: SimulationEnding
}

/**
 * Runs outboxes - the real machine, engine and drain, over a store in memory - in a world that one seed makes up: clock, network, faults
 * of the store, crashes, several contexts, commands at any moment. After every step all rules are checked: nothing lost, nothing out of
 * order, nothing early, one drainer, sums that add up. In the end all faults cease, and everything must drain. The same seed, the same run.
 * @throws OutboxError `OUTBOX_OPTION`
 */
export function simulate<P>(options: SimulationOptions<P>): Promise<Simulation> {
  return simulateWith(createOutbox, options)
}

/** The same with another `createOutbox`: how tests show that a broken outbox is noticed. */
export async function simulateWith<P>(make: typeof createOutbox, options: SimulationOptions<P>): Promise<Simulation> {
  const { seed, scenario: chosen = 'everything', steps: asked = 40 } = options
  if (!Number.isFinite(seed)) throw optionError('seed', 'a number', seed)
  const scenario = scenarioFrom(chosen)
  const steps = typeof asked === 'number' ? drawSteps(seed, scenario, asked) : asked
  const runSteps = (part: readonly SimulationStep[]) => run({ ...partsFrom(options), seed, scenario, make }, part)

  const first = await runSteps(steps)
  if (first.broken === undefined) return simulationOf(seed, first)
  const { rule } = first.broken
  const shortestSteps = await shorten(
    steps.slice(0, first.step + 1),
    async (part) => (await runSteps(part)).broken?.rule === rule,
  )
  const { trace } = await runSteps(shortestSteps)
  return {
    ...simulationOf(seed, first),
    shortest: trace,
    shortestSteps,
    recording: JSON.stringify({ seed, scenario: chosen, steps: shortestSteps }),
  }
}

function scenarioFrom(chosen: ScenarioName | Scenario): Scenario {
  if (typeof chosen === 'object') return chosen
  if (!Object.hasOwn(scenarios, chosen)) {
    throw optionError('scenario', `an object or one of ${Object.keys(scenarios).join(', ')}`, chosen)
  }
  return scenarios[chosen]
}

function partsFrom<P>({ push, remote, payload, store }: SimulationOptions<P>) {
  const { push: own, check } = remote?.() ?? { push: push ?? (() => undefined), check: undefined }
  return {
    // Whoever names neither payload nor push has payloads of no particular type.
    payload: payload ?? ((n: number): unknown => ({ n })),
    push: own as Push<unknown>,
    check,
    store: store?.() ?? memoryStore(),
  }
}

function simulationOf(seed: number, { broken, step, trace, figures, ending }: Run): Simulation {
  return {
    seed,
    broken: broken && `${broken.rule}: ${broken.what}`,
    step: broken && step + 1,
    trace,
    shortest: undefined,
    shortestSteps: undefined,
    recording: undefined,
    figures,
    ending,
  }
}
