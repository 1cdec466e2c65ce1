import type { Bounds } from './smallWorld.ts'

const nothing: Bounds = {
  enqueues: 0,
  failures: 0,
  holds: 0,
  crashes: 0,
  losses: 0,
  stops: 0,
  pauses: 0,
  flushes: 0,
}

const world = (contexts: number, bounds: Partial<Bounds>, isLarge = false) => ({
  contexts,
  bounds: { ...nothing, ...bounds },
  /** Takes minutes: searched with `LARGE=1` only. */
  isLarge,
})

/** Worlds small enough to try every order in which things can happen. */
export const worlds = {
  'one context, three entries, a crash and a stop': world(1, {
    enqueues: 3,
    failures: 1,
    crashes: 1,
    stops: 1,
    flushes: 1,
  }),
  'one context, two entries, pause, hold and a lost lease': world(1, {
    enqueues: 2,
    failures: 1,
    holds: 1,
    pauses: 1,
    losses: 1,
  }),
  'two contexts, two entries, a failure': world(2, { enqueues: 2, failures: 1 }),
  'two contexts, an entry, a failure and a flush': world(2, { enqueues: 1, failures: 1, flushes: 1 }),
  'two contexts, two entries, a crash': world(2, { enqueues: 2, crashes: 1 }),
  'two contexts, two entries, a lost lease': world(2, { enqueues: 2, losses: 1 }),
  'two contexts, an entry, a stop': world(2, { enqueues: 1, stops: 1 }),
  'two contexts, an entry, a pause': world(2, { enqueues: 1, pauses: 1 }),
  'two contexts, an entry, a hold': world(2, { enqueues: 1, holds: 1 }),
  'two contexts, three entries, a crash, a lost lease and a stop': world(
    2,
    { enqueues: 3, crashes: 1, losses: 1, stops: 1 },
    true,
  ),
} as const
