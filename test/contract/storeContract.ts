import { describe, it } from 'vitest'
import type { StorePlace as ContractPlace } from '../../src/testing/index.ts'
import { storeContract as casesOf } from '../../src/testing/index.ts'

export interface StorePlace extends ContractPlace {
  /** Whether each `open` gives another object on what is stored; else all give the only one there is. */
  readonly isShared: boolean
}

/** What a store brings to the contract suite. */
export interface StoreHarness {
  create(options: { readonly auditLimit: number }): Promise<StorePlace> | StorePlace
}

/** Registers what every store must do with vitest: one suite, which users have, too. */
export function storeContract(name: string, harness: StoreHarness): void {
  describe(name, () => {
    for (const { name: rule, run } of casesOf((options) => harness.create(options))) it(rule, run)
  })
}
