export { faultyStore } from '../../src/testing/index.ts'
export type { FaultyStore } from '../../src/testing/index.ts'
