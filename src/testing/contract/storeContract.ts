import { appending } from './appending.ts'
import type { PlaceMaker } from './bench.ts'
import { runOnBench } from './bench.ts'
import { deadLetters } from './deadLetters.ts'
import { hostile } from './hostile.ts'
import { leasing } from './leasing.ts'
import { settling } from './settling.ts'
import { sharing } from './sharing.ts'

/** One case of the contract, for any runner: `test(name, run)`. */
export interface StoreCase {
  /** What every store must do, in a sentence. */
  readonly name: string
  /** Rejects with what was found to be otherwise. It waits for as long as the store makes it wait: the runner's limit ends that. */
  readonly run: () => Promise<void>
}

const suite = {
  'append and read': appending,
  settle: settling,
  'dead letters': deadLetters,
  lease: leasing,
  sharing,
  hostile,
}

/**
 * What every store must do, as cases for any runner, in Node and in a browser. Each makes an empty place of its own, and closes the
 * stores that it opened on it. `for (const { name, run } of storeContract(makePlace)) test(name, run)`
 */
export function storeContract(makePlace: PlaceMaker): readonly StoreCase[] {
  return Object.entries(suite).flatMap(([part, cases]) =>
    cases.map((one) => ({ name: `${part}: ${one.name}`, run: () => runOnBench(makePlace, one) })),
  )
}
