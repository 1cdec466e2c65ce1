// Runs the app's push against many seeds: the first that breaks a rule tells how, in the fewest steps that were found.
import type { ScenarioName, Simulation, SimulatedRemote } from 'xstate-outbox/testing'
import { simulate } from 'xstate-outbox/testing'
import type { Booking } from './bookings.ts'

/** The first simulation that fails, or undefined. */
export async function firstFailure(
  remote: () => SimulatedRemote<Booking>,
  scenario: ScenarioName,
  seeds: number,
): Promise<Simulation | undefined> {
  for (let seed = 1; seed <= seeds; seed += 1) {
    const simulation = await simulate<Booking>({ seed, scenario, remote, payload: (n) => ({ seats: 1 + (n % 10) }) })
    if (simulation.broken !== undefined) return simulation
  }
  return undefined
}
