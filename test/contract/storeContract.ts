import { describe } from 'vitest'
import { appending } from './appending.ts'
import { deadLetters } from './deadLetters.ts'
import type { StoreHarness } from './harness.ts'
import { hostile } from './hostile.ts'
import { leasing } from './leasing.ts'
import { settling } from './settling.ts'
import { sharing } from './sharing.ts'

export type { StoreHarness, StorePlace } from './harness.ts'

/** What every store must do: call it in a test file with the name of the store and what makes fresh places for it. */
export function storeContract(name: string, harness: StoreHarness): void {
  describe(name, () => {
    describe('append and read', () => appending(harness))
    describe('settle and audit', () => settling(harness))
    describe('dead letters', () => deadLetters(harness))
    describe('lease', () => leasing(harness))
    describe('counts, control, watch, close', () => sharing(harness))
    describe('hostile input', () => hostile(harness))
  })
}
