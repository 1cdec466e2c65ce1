export { simulatedTime } from './simulatedTime.ts'
export type { SimulatedTime } from './simulatedTime.ts'
