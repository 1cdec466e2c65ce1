import type { Backoff } from './backoff.ts'
import { exponentialBackoff } from './backoff.ts'
import type { Clock } from './clock.ts'
import { longestTimerMs, systemClock, unrefClock } from './clock.ts'
import type { Codec } from './codec.ts'
import { jsonCodec } from './codec.ts'
import type { Connectivity } from './connectivity.ts'
import type { Entry, Meta } from './entry.ts'
import { OutboxError, optionError } from './errors.ts'
import { uuidv7 } from './id.ts'
import type { Push } from './push/contract.ts'
import type { Schema } from './schema.ts'
import type { Store } from './store/contract.ts'

/** What an outbox can be told. */
export interface SyncOptions<P> {
  /** Sends one entry to the remote. */
  readonly push: Push<P>
  /** Names directory, database, lock and channel: two names never meet. 1 to 128 characters; default `'default'`. */
  readonly name?: string
  /** Where entries live; default: the platform's store, made when the actor starts. */
  readonly store?: Store
  /**
   * Answered failures after which an entry becomes a dead letter: an integer >= 1, or `Infinity`.
   * Default: the environment's `CORE_AGENT_SYNC_MAX_ATTEMPTS`, then `CORE_SYNC_MAX_ATTEMPTS`, then 100.
   */
  readonly maxAttempts?: number
  /** The wait after so many failed tries, ms; default `exponentialBackoff()`. */
  readonly backoff?: Backoff
  /** An idle outbox looks again after this many ms, 1 to 2^31 - 1; default 60,000. */
  readonly idlePollMs?: number
  /** A push that takes longer is aborted and counts as a failure; ms, 1 to 2^31 - 1, or a function of the entry; default 30,000. */
  readonly pushTimeoutMs?: number | ((entry: Entry<P>) => number)
  /** How long `stop` waits for an aborted push to end, ms, 0 to 2^31 - 1; default 2,000. */
  readonly stopGraceMs?: number
  /** After this many ms `stop` ends even if the store hangs, 1 to 2^31 - 1; default 10,000. */
  readonly stopLimitMs?: number
  /** An entry older than this becomes a dead letter instead of being pushed, ms >= 1; default: never. */
  readonly maxAgeMs?: number
  /** Warns (`OUTBOX_STALE`) when the oldest entry has waited this long, ms >= 1; default: never. */
  readonly staleAfterMs?: number
  /** At most this many entries wait; more are refused with `OUTBOX_FULL`, none is evicted. An integer >= 1; default: no limit. */
  readonly maxEntries?: number
  /** At most this many bytes wait, by `bytes` of the entries; as `maxEntries`. Default: none; in a browser's own store a tenth of the quota. */
  readonly maxBytes?: number
  /** At most this many dead letters are kept; the oldest beyond are discarded with the warning `OUTBOX_DEAD_LIMIT`. An integer >= 1; default: no limit. */
  readonly deadLimit?: number
  /** How many things a payload holds, an integer >= 0; run once, at enqueue; 0 marks an entry that needs no push. Default 1. */
  readonly countItems?: (payload: P) => number
  /** The meta of an entry that is enqueued without one; run once, at enqueue. */
  readonly meta?: (payload: P) => Meta
  /** How payloads are written to the store; default: as JSON. */
  readonly codec?: Codec
  /** Where it hears of the connection; default: the page's events in a browser, elsewhere always online. */
  readonly connectivity?: Connectivity
  /** Version of the payload's shape, kept with each entry; an integer >= 0, default 0. */
  readonly version?: number
  /** Brings a payload of another version to the present shape. Without it, such an entry holds the outbox. */
  readonly migrate?: (payload: unknown, from: number) => P
  /** Checks payloads at enqueue, and after they are read back: any Standard Schema. */
  readonly schema?: Schema<P>
  /** Time for machine, engine and handle; who uses `createSyncMachine` gives the same one to `createActor`. */
  readonly clock?: Clock
  /** Whether a Node process may end while the outbox waits for time to pass; not together with `clock`. Default false. */
  readonly unref?: boolean
  /** Makes ids, unique for ever; default: UUIDv7. */
  readonly createId?: () => string
}

/** The options as the inside sees them: every default in place. */
export interface Settings<P> {
  readonly push: Push<P> | undefined
  readonly name: string
  readonly store: Store | undefined
  readonly maxAttempts: number | undefined
  readonly backoff: Backoff
  readonly idlePollMs: number
  readonly pushTimeoutMs: number | ((entry: Entry<P>) => number)
  readonly stopGraceMs: number
  readonly stopLimitMs: number
  readonly maxAgeMs: number
  readonly staleAfterMs: number
  readonly maxEntries: number
  readonly maxBytes: number
  readonly deadLimit: number
  readonly countItems: (payload: P) => number
  readonly meta: ((payload: P) => Meta) | undefined
  readonly codec: Codec
  readonly connectivity: Connectivity | undefined
  readonly version: number
  readonly migrate: ((payload: unknown, from: number) => P) | undefined
  readonly schema: Schema<P> | undefined
  readonly clock: Clock
  readonly createId: () => string
}

/** The settings of an outbox that was told nothing, and has no push. */
export function defaultSettings<P>(): Settings<P> {
  return {
    push: undefined,
    name: 'default',
    store: undefined,
    maxAttempts: undefined,
    backoff: exponentialBackoff(),
    idlePollMs: 60_000,
    pushTimeoutMs: 30_000,
    stopGraceMs: 2_000,
    stopLimitMs: 10_000,
    maxAgeMs: Infinity,
    staleAfterMs: Infinity,
    maxEntries: Infinity,
    maxBytes: Infinity,
    deadLimit: Infinity,
    countItems: () => 1,
    meta: undefined,
    codec: jsonCodec,
    connectivity: undefined,
    version: 0,
    migrate: undefined,
    schema: undefined,
    clock: systemClock,
    createId: uuidv7,
  }
}

/**
 * Checks options and fills in the defaults.
 * @throws OutboxError `OUTBOX_OPTION` naming the option, the rule and what came.
 */
export function settingsFrom<P>(options: SyncOptions<P>): Settings<P> {
  for (const [option, value] of Object.entries(checkObject(options))) {
    if (value === undefined) continue
    const rule = Object.hasOwn(rules, option) ? rules[option as keyof typeof rules] : undefined
    if (rule === undefined) {
      throw new OutboxError(
        'OUTBOX_OPTION',
        `\`${option}\` is no option; the options are ${Object.keys(rules).join(', ')}; for createOutbox also autoStart, inspect`,
      )
    }
    if (!rule.holds(value)) throw optionError(option, rule.text, value)
  }
  if (options.push === undefined) throw optionError('push', rules.push.text, undefined)
  const { unref = false, ...others } = options
  if (unref && others.clock !== undefined) throw optionError('unref', 'left out when `clock` is given', unref)
  const given = Object.entries(others).filter(([, value]) => value !== undefined)
  return {
    ...defaultSettings<P>(),
    ...(unref && { clock: unrefClock }),
    ...(Object.fromEntries(given) as unknown as Omit<SyncOptions<P>, 'unref'>),
  }
}

/** @throws OutboxError `OUTBOX_OPTION` when the options are none. */
export function checkObject<T>(options: T): T {
  if (typeof options !== 'object' || options === null) throw optionError('options', 'an object', options)
  return options
}

/** @throws OutboxError `OUTBOX_OPTION` when `name` cannot name an outbox. */
export function checkName(name: unknown): asserts name is string {
  if (!rules.name.holds(name)) throw optionError('name', rules.name.text, name)
}

interface Rule {
  readonly text: string
  holds(value: unknown): boolean
}

const timer = (least: number): Rule => ({
  text: `a number of ms from ${least} to 2^31 - 1`,
  holds: (value) => typeof value === 'number' && value >= least && value <= longestTimerMs,
})
const limit: Rule = {
  text: 'an integer >= 1, or Infinity',
  holds: (value) => typeof value === 'number' && value >= 1 && (Number.isSafeInteger(value) || value === Infinity),
}
const longTime: Rule = { text: 'a number of ms >= 1', holds: (value) => typeof value === 'number' && value >= 1 }
const callable: Rule = { text: 'a function', holds: (value) => typeof value === 'function' }
const objectWith = (...methods: readonly string[]): Rule => ({
  text: `an object with ${methods.join(', ')}`,
  holds: (value) =>
    typeof value === 'object' &&
    value !== null &&
    methods.every((method) => typeof Reflect.get(value, method) === 'function'),
})

const rules = {
  push: callable,
  name: {
    text: 'a text of 1 to 128 characters',
    holds: (value) => typeof value === 'string' && value.length >= 1 && value.length <= 128,
  },
  store: objectWith(
    'append',
    'read',
    'settle',
    'counts',
    'control',
    'setControl',
    'readDead',
    'requeue',
    'discard',
    'cancel',
    'readAudit',
    'lease',
    'watch',
    'close',
    'destroy',
  ),
  maxAttempts: limit,
  backoff: callable,
  idlePollMs: timer(1),
  pushTimeoutMs: {
    text: `${timer(1).text}, or a function of the entry`,
    holds: (value) => typeof value === 'function' || timer(1).holds(value),
  },
  stopGraceMs: timer(0),
  stopLimitMs: timer(1),
  maxAgeMs: longTime,
  staleAfterMs: longTime,
  maxEntries: limit,
  maxBytes: limit,
  deadLimit: limit,
  countItems: callable,
  meta: callable,
  codec: {
    text: 'an object with name, encode, decode',
    holds: (value) =>
      objectWith('encode', 'decode').holds(value) &&
      typeof (value as Codec).name === 'string' &&
      (value as Codec).name !== '',
  },
  version: {
    text: 'an integer >= 0',
    holds: (value) => typeof value === 'number' && value >= 0 && Number.isSafeInteger(value),
  },
  connectivity: objectWith('watch'),
  migrate: callable,
  schema: {
    text: 'a Standard Schema',
    holds: (value) => objectWith('validate').holds((value as Partial<Schema<unknown>> | null)?.['~standard']),
  },
  clock: objectWith('now', 'setTimeout', 'clearTimeout'),
  unref: { text: 'true or false', holds: (value) => typeof value === 'boolean' },
  createId: callable,
} satisfies Record<keyof SyncOptions<unknown>, Rule>
