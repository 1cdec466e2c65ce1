export { observeSteps, sessionHead } from './observeSteps.ts'
export type { Observed, StepOptions } from './observeSteps.ts'
export type { ShownPayloads } from './redact.ts'
export type { RecordedLine, SessionHead, ShownReport, Step, StepContext, StepEvent } from './step.ts'
