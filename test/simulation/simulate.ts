import {
  HoldError,
  PermanentError,
  RetryAfterError,
  UnreachableError,
  createOutbox,
  memoryStore,
  OutboxError,
} from '../../src/index.ts'
import type { Entry, Outbox, OutboxEvent, PushContext } from '../../src/index.ts'
import type { FaultyStore } from '../../src/testing/index.ts'
import { faultyStore, simulatedTime } from '../../src/testing/index.ts'
import { seededRandom } from '../support/seededRandom.ts'

/** What a run may hold besides a remote with a mind of its own. */
export interface Scenario {
  readonly contexts: number
  readonly steps: number
  /** Store calls reject now and then. */
  readonly storeFaults: boolean
  /** Contexts die and are started again. */
  readonly crashes: boolean
  /** Commands that cut waits short, and clocks that jump: what makes an early try legal. */
  readonly cuts: boolean
}

/** What a run saw; `broken` names the invariant that did not hold, with the step. */
export interface Run {
  readonly broken: string | undefined
  readonly trace: readonly string[]
  readonly pushes: number
  readonly crashes: number
  readonly repeats: number
}

interface Note {
  readonly n: number
}

interface Context {
  readonly name: string
  readonly outbox: Outbox<Note>
  readonly view: FaultyStore
}

const maxAttempts = 4

/** Runs the real machine, engine and drain in a world that one seed makes up, and checks after every step that nothing is lost. */
export async function simulate(seed: number, scenario: Scenario): Promise<Run> {
  const random = seededRandom(seed)
  const chance = (share: number) => random() < share
  const upTo = (most: number) => Math.floor(random() * most)
  const pick = <T>(choices: readonly T[]): T => choices[upTo(choices.length)] as T
  const time = simulatedTime()
  const truth = memoryStore()
  const trace: string[] = []
  const contexts: Context[] = []
  const accepted = new Set<string>()
  const settledFor = new Map<string, number>()
  const delivered = new Map<string, number>()
  const inFlight = new Set<PushContext>()
  let isKind = false
  let hasFaults = false
  let pushes = 0
  let crashes = 0
  let enqueued = 0
  let starts = 0
  const verdict: { broken?: string } = {}

  const fail = (what: string) => {
    verdict.broken ??= `${what} (step ${trace.length})`
  }
  const later = (ms: number) => new Promise<void>((resolve) => time.clock.setTimeout(resolve, ms))

  async function push(life: Set<string>, entry: Entry<Note>, context: PushContext): Promise<string> {
    pushes += 1
    const { signal } = context
    for (const other of inFlight) if (!other.signal.aborted) fail(`two pushes at once: ${entry.id}`)
    inFlight.add(context)
    try {
      // What the remote took in this life is recorded before anything else, whatever the store does meanwhile.
      const key = `${entry.id}/${entry.requeues}`
      if (life.has(key)) fail(`pushed again in the same life: ${key}`)
      await checkPush(entry, context)
      const yes = await answer(signal)
      if (!signal.aborted) life.add(key)
      return yes
    } finally {
      inFlight.delete(context)
    }
  }

  async function checkPush(entry: Entry<Note>, { attempt }: PushContext): Promise<void> {
    if (attempt !== entry.attempts + 1) fail(`attempt ${attempt} of an entry with ${entry.attempts}`)
    if (entry.attempts >= maxAttempts) fail(`an attempt too many: ${entry.id}`)
    const due = entry.nextAttemptAt ?? entry.notBefore ?? 0
    if (!scenario.cuts && !isKind && due > time.now()) fail(`pushed ${due - time.now()} ms early: ${entry.id}`)
    const [head] = await truth.read({ limit: 1 })
    if (head !== undefined && entry.seq > head.seq) fail(`pushed ${entry.id} before ${head.id}`)
    const requeues = settledFor.get(entry.id)
    if (requeues !== undefined && requeues >= entry.requeues) fail(`pushed again after it was recorded: ${entry.id}`)
  }

  async function answer(signal: AbortSignal): Promise<string> {
    if (chance(0.4)) await later(upTo(3_000))
    if (isKind || chance(0.5)) return 'yes'
    const mood = pick(['error', 'error', 'unreachable', 'retryAfter', 'permanent', 'hold', 'hang', 'slow'])
    if (mood === 'error') throw new Error('503')
    if (mood === 'unreachable') throw new UnreachableError('ECONNREFUSED')
    if (mood === 'retryAfter') throw new RetryAfterError(upTo(60_000))
    if (mood === 'permanent') throw new PermanentError('400')
    if (mood === 'hold') throw new HoldError('sign in')
    if (mood === 'slow') await later(upTo(90_000))
    else if (chance(0.5)) await new Promise(() => {})
    else await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
    return 'yes, late'
  }

  function start(): void {
    const view = faultyStore(truth)
    const life = new Set<string>()
    starts += 1
    const name = `c${starts}`
    for (const method of ['append', 'read', 'settle', 'counts', 'control', 'setControl', 'lease'] as const) {
      view.faults[method] = (real) => {
        if (hasFaults && chance(0.05)) throw new Error(`EIO in ${method}`)
        if (hasFaults && method === 'settle' && chance(0.05)) throw new OutboxError('OUTBOX_LEASE_LOST', 'taken over')
        return real()
      }
    }
    const outbox = createOutbox<Note>({
      ...time.options,
      store: view,
      push: (entry, context) => push(life, entry, context),
      maxAttempts,
      idlePollMs: 60_000,
      autoStart: false,
    })
    outbox.on('*', (event) => heed(event))
    outbox.actor.start()
    contexts.push({ name, outbox, view })
  }

  function heed(event: OutboxEvent<Note>): void {
    if (event.type === 'delivered') {
      const { id, requeues } = event.entry
      delivered.set(id, (delivered.get(id) ?? 0) + 1)
      settledFor.set(id, requeues)
    }
  }

  /** As kill -9 does it: from now on nothing of this context reaches store or clock, and its lease is free. */
  function crash(context: Context): void {
    crashes += 1
    contexts.splice(contexts.indexOf(context), 1)
    for (const method of ['append', 'settle', 'setControl', 'requeue', 'discard', 'cancel'] as const) {
      context.view.faults[method] = () => new Promise(() => {})
    }
    context.outbox.actor.stop()
  }

  async function enqueue({ outbox }: Context): Promise<void> {
    enqueued += 1
    const notBefore = chance(0.1) ? { notBefore: time.now() + upTo(20_000) } : {}
    await outbox.enqueue({ n: enqueued }, { id: `e${enqueued}`, ...notBefore }).then(
      ({ id }) => accepted.add(id),
      () => undefined,
    )
  }

  const steps: Record<string, (context: Context) => unknown> = {
    enqueue: (context) => void enqueue(context),
    'enqueue ': (context) => void enqueue(context),
    advance: () => time.advance(upTo(5_000)),
    'advance far': () => time.advance(upTo(70_000)),
    pause: ({ outbox }) => outbox.pause(),
    resume: ({ outbox }) => outbox.resume(),
    'resume ': ({ outbox }) => outbox.resume(),
    wake: ({ outbox }) => outbox.actor.send({ type: 'wake' }),
    requeue: ({ outbox }) => void outbox.deadLetters.requeueAll().catch(() => undefined),
    offline: ({ outbox }) => outbox.actor.send({ type: 'offline' }),
    ...(scenario.cuts && {
      flush: ({ outbox }: Context) => void outbox.flush(),
      retry: ({ outbox }: Context) => outbox.retry(),
      online: ({ outbox }: Context) => outbox.actor.send({ type: 'online' }),
      cancel: ({ outbox }: Context) => void outbox.cancel(`e${1 + upTo(enqueued)}`).catch(() => undefined),
      jump: () => time.jump(upTo(7_200_000) - 3_600_000),
    }),
    ...(scenario.storeFaults && {
      'faults on': () => (hasFaults = true),
      'faults off': () => (hasFaults = false),
    }),
    ...(scenario.crashes && {
      crash: (context: Context) => crash(context),
      stop: async (context: Context) => {
        contexts.splice(contexts.indexOf(context), 1)
        const stopped = context.outbox.stop()
        await time.advance(15_000)
        await stopped
      },
    }),
  }

  async function check(): Promise<void> {
    const { pending, dead, totals } = await truth.counts()
    const { enqueued: all, delivered: gone, skipped, cancelled, discarded, quarantined } = totals
    if (all !== pending + dead + gone + skipped + cancelled + discarded + quarantined) fail('the totals do not add up')
    for (const { name, outbox } of contexts) {
      const { status } = outbox.actor.getSnapshot()
      if (status !== 'active') fail(`${name} is ${status}`)
    }
  }

  while (contexts.length < scenario.contexts) start()
  for (let step = 0; step < scenario.steps && verdict.broken === undefined; step += 1) {
    const name = pick(Object.keys(steps))
    const context = pick(contexts)
    trace.push(`${name.trim()} ${context.name}`)
    await steps[name]?.(context)
    await time.quiet()
    while (contexts.length < scenario.contexts) start()
    await check()
  }

  hasFaults = false
  isKind = true
  for (const { outbox } of contexts) {
    outbox.actor.send({ type: 'online' })
    outbox.resume()
  }
  trace.push('all is well')
  for (let minutes = 0; minutes < 180 && (await truth.counts()).pending > 0; minutes += 1) await time.advance(60_000)
  const { pending, totals } = await truth.counts()
  if (pending > 0)
    fail(`${pending} entries never drained: ${contexts.map(({ outbox }) => outbox.explain()).join(' / ')}`)
  if (totals.enqueued < accepted.size) fail(`accepted ${accepted.size}, stored ${totals.enqueued}`)
  await check()
  for (const { outbox } of contexts) {
    const stopped = outbox.stop()
    await time.advance(15_000)
    await stopped
  }
  const repeats = [...delivered.values()].reduce((sum, times) => sum + times - 1, 0)
  return { broken: verdict.broken, trace, pushes, crashes, repeats }
}
