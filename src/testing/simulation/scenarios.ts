import type { FaultKind } from './faults.ts'

/** What can happen in a step of a simulation. */
export type ActName =
  | 'enqueue'
  | 'enqueueAll'
  | 'advance'
  | 'advanceFar'
  | 'pause'
  | 'resume'
  | 'flush'
  | 'retry'
  | 'cancel'
  | 'requeue'
  | 'edit'
  | 'discard'
  | 'offline'
  | 'online'
  | 'wake'
  | 'stop'
  | 'crash'
  | 'sleep'
  | 'jump'
  | 'loseLease'
  | 'breakStore'
  | 'mendStore'

/** A world to simulate; JSON. */
export interface Scenario {
  /** Processes or tabs on one store, 1 to 8. */
  readonly contexts: number
  /** `calm`: latency and now and then a 503; `moody`: everything that a network and a server can do. */
  readonly remote: 'calm' | 'moody'
  /** How often each act is drawn, relative to the others; one that is missing does not happen. */
  readonly acts: Readonly<Partial<Record<ActName, number>>>
  /** What `breakStore` may do; default: everything. */
  readonly faults?: readonly FaultKind[]
}

const use = {
  enqueue: 14,
  enqueueAll: 3,
  advance: 14,
  advanceFar: 5,
  pause: 1,
  resume: 5,
  flush: 2,
  retry: 2,
  cancel: 2,
  requeue: 2,
  edit: 1,
  discard: 1,
  offline: 1,
  online: 2,
  wake: 1,
  stop: 1,
} as const

/** The scenarios that have a name. */
export const scenarios = {
  'calm remote': { contexts: 1, remote: 'calm', acts: use },
  'moody remote': { contexts: 1, remote: 'moody', acts: use },
  'faulty store': { contexts: 1, remote: 'moody', acts: { ...use, breakStore: 8, mendStore: 3 } },
  'full store': {
    contexts: 1,
    remote: 'calm',
    acts: { ...use, breakStore: 8, mendStore: 2 },
    faults: ['full'],
  },
  crashes: { contexts: 1, remote: 'moody', acts: { ...use, crash: 8 } },
  'two tabs': { contexts: 2, remote: 'moody', acts: { ...use, stop: 3, crash: 2 } },
  'three tabs with lost leases': { contexts: 3, remote: 'moody', acts: { ...use, stop: 2, crash: 2, loseLease: 6 } },
  'sleep and clock jumps': { contexts: 1, remote: 'moody', acts: { ...use, sleep: 4, jump: 5 } },
  everything: {
    contexts: 3,
    remote: 'moody',
    acts: { ...use, stop: 2, crash: 3, loseLease: 3, sleep: 1, jump: 2, breakStore: 6, mendStore: 2 },
  },
} as const satisfies Readonly<Record<string, Scenario>>

/** The name of a ready-made scenario. */
export type ScenarioName = keyof typeof scenarios
