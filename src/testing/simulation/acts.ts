import { isOutboxError } from '../../errors.ts'
import type { Chance } from './chance.ts'
import { hashOf } from './chance.ts'
import { allFaults, drawBlow, drawFault } from './faults.ts'
import type { Life } from './life.ts'
import type { ActName } from './scenarios.ts'
import type { CutCommand, Given } from './waits.ts'
import type { World } from './world.ts'

/** What an act works with; `at` is the number of its step. */
interface Stage {
  readonly world: World
  readonly life: Life
  readonly chance: Chance
  readonly at: number
}

type Act = (stage: Stage) => string | Promise<string>

/** What each act does; answers how a trace tells it. */
export const acts: Readonly<Record<ActName, Act>> = {
  enqueue({ world, life, chance, at }) {
    const waitMs = chance.happens(0.1) ? 1 + chance.upTo(20_000) : 0
    const notBefore = waitMs > 0 ? { notBefore: world.time.now() + waitMs } : {}
    world.items = chance.happens(0.04) ? 0 : 1
    const id = `e${at}`
    keep(world, life, [id], () => life.outbox.enqueue(world.payload(at), { id, ...notBefore }))
    const isEmpty = world.items === 0 ? ', which holds nothing' : ''
    world.items = 1
    return `enqueues ${id}${waitMs > 0 ? `, not before ${waitMs} ms` : ''}${isEmpty}`
  },
  enqueueAll({ world, life, chance, at }) {
    const ids = Array.from({ length: 2 + chance.upTo(3) }, (_, index) => `e${at}.${index + 1}`)
    keep(world, life, ids, () =>
      life.outbox.enqueueAll(ids.map((id, index) => ({ id, payload: world.payload(at + index / 10) }))),
    )
    return `enqueues ${ids.join(', ')}`
  },
  advance: ({ world, chance }) => advance(world, 1 + chance.upTo(5_000)),
  advanceFar: ({ world, chance }) => advance(world, 5_000 + chance.upTo(70_000)),
  pause({ world, life }) {
    life.pausedAt = world.order()
    life.unwritten.pauses += 1
    life.outbox.pause()
    return 'pauses'
  },
  resume({ world, life }) {
    resume(world, life)
    return 'resumes'
  },
  flush({ world, life }) {
    flush(world, life)
    return 'flushes'
  },
  retry({ world, life, chance }) {
    const id = chance.happens(0.5) ? pick([...world.ledger.pending.keys()], chance) : undefined
    const about = id === undefined ? {} : { id }
    give(world, 'retry', about)
    life.outbox.retry(about)
    return `retries ${id ?? 'the first entry'}`
  },
  cancel({ world, life, chance }) {
    const id = pick([...world.ledger.pending.keys(), ...world.ledger.left.keys()], chance)
    if (id === undefined) return 'has nothing to cancel'
    ask(world, life, `cancel ${id}`, life.outbox.cancel(id))
    return `cancels ${id}`
  },
  requeue({ world, life, chance }) {
    if (chance.happens(0.4)) {
      ask(world, life, 'requeue all', life.outbox.deadLetters.requeueAll())
      return 'requeues all dead letters'
    }
    const id = pick([...world.ledger.dead.keys()], chance)
    if (id === undefined) return 'has nothing to requeue'
    ask(world, life, `requeue ${id}`, life.outbox.deadLetters.requeue(id))
    return `requeues ${id}`
  },
  edit({ world, life, chance, at }) {
    const id = pick([...world.ledger.dead.keys()], chance)
    if (id === undefined) return 'has nothing to edit'
    ask(world, life, `edit ${id}`, life.outbox.deadLetters.requeue(id, { edit: () => world.payload(at) }))
    return `edits ${id} and requeues it`
  },
  discard({ world, life, chance }) {
    const id = pick([...world.ledger.dead.keys()], chance)
    if (id === undefined) return 'has nothing to discard'
    ask(world, life, `discard ${id}`, life.outbox.deadLetters.discard(id))
    return `discards ${id}`
  },
  offline({ life }) {
    life.isOffline = true
    life.signal('offline')
    return 'is offline'
  },
  online({ world, life }) {
    online(world, life)
    return 'is online'
  },
  wake({ life }) {
    life.outbox.actor.send({ type: 'wake' })
    return 'is woken'
  },
  stop({ world, life }) {
    stop(world, life)
    return 'stops'
  },
  crash({ world, life, chance }) {
    const freeAfterMs = chance.happens(0.5) ? 0 : chance.upTo(10_000)
    if (chance.happens(0.4)) {
      world.crash(life, freeAfterMs)
      return 'is killed'
    }
    const blow = drawBlow(chance)
    life.store.arm(blow)
    return `will be killed ${blow.kind === 'crashesBefore' ? 'before' : 'after'} its next ${blow.method}`
  },
  async sleep({ world, life, chance }) {
    const ms = chance.upTo(chance.happens(0.3) ? 7_200_000 : 60_000)
    world.jump(ms)
    if (chance.happens(0.6)) return `sleeps ${ms} ms`
    give(world, 'flush', {})
    life.signal('awake')
    return `sleeps ${ms} ms and hears that it woke up`
  },
  jump({ world, chance }) {
    const ms = chance.upTo(chance.happens(0.5) ? 7_200_000 : 20_000) * (chance.happens(0.5) ? 1 : -1)
    world.jump(ms)
    return `sets the clock by ${ms} ms`
  },
  loseLease({ life, chance }) {
    const ms = chance.happens(0.4) ? 0 : 1 + chance.upTo(20_000)
    const hears = ms === 0 ? 'and hears of it' : `and hears of it after ${ms} ms`
    if (chance.happens(0.5) && life.store.loseLease(ms)) return `loses the lease, ${hears}`
    life.store.arm({ method: chance.pick(['settle', 'read']), kind: 'losesLease', calls: 1, ms })
    return `will lose the lease in the middle of its work, ${hears}`
  },
  breakStore({ world, life, chance }) {
    const fault = drawFault(chance, world.scenario.faults ?? allFaults)
    life.store.arm(fault)
    const time = fault.kind.startsWith('slow') ? `, ${fault.ms} ms` : ''
    return `has a store that ${fault.kind} in ${fault.method} (${fault.calls} times${time})`
  },
  mendStore({ life }) {
    life.store.mend()
    return 'has its store mended'
  },
}

/** Everything goes on, in a context. */
export function resume(world: World, life: Life): void {
  world.resumedAt = world.order()
  life.unwritten.resumes += 1
  life.outbox.resume()
}

/** The platform says that the connection is back. */
export function online(world: World, life: Life): void {
  life.isOffline = false
  give(world, 'online', { context: life.name })
  life.signal('online')
}

/** Stops a context in good order. */
export function stop(world: World, life: Life): void {
  life.phase = 'stopping'
  const stopped = life.outbox.stop().then(() => {
    if (life.phase === 'stopping') life.phase = 'stopped'
  })
  ask(world, life, 'stop', stopped)
}

function flush(world: World, life: Life): void {
  const command = give(world, 'flush', {})
  // It waits for what is being enqueued before it is said.
  command.closedAtMs = undefined
  const flushed = life.outbox.flush().then(() => {
    command.closedAtMs = world.elapsedMs()
  })
  ask(world, life, 'flush', flushed)
}

async function advance(world: World, ms: number): Promise<string> {
  await world.time.advance(ms)
  return `waits ${ms} ms`
}

function give(world: World, type: CutCommand, about: { readonly id?: string; readonly context?: string }): Given {
  const command: Given = { type, ...about, closedAtMs: world.elapsedMs() }
  world.given.push(command)
  return command
}

/** Remembers what was asked, so that it can be seen whether it is answered. */
function ask(world: World, life: Life, what: string, answer: Promise<unknown>): void {
  const question = { life, what }
  const forget = () => {
    world.unanswered.delete(question)
  }
  world.unanswered.add(question)
  answer.then(forget, forget)
}

function keep(world: World, life: Life, ids: readonly string[], enqueue: () => Promise<unknown>): void {
  const { ledger, verdict } = world
  const answer = enqueue().then(
    () => {
      if (life.phase === 'crashed') return
      for (const id of ids) {
        world.accepted.add(id)
        if (!ledger.knows(id)) verdict.fail('kept', `enqueue of ${id} resolved, but it is not in the store`)
      }
    },
    (error: unknown) => {
      if (life.phase === 'crashed' || isOutboxError(error, 'OUTBOX_STOPPED')) return
      world.note(`    refused: ${String(error)}`)
      if (!isOutboxError(error))
        verdict.fail('refused', `enqueue rejects with what is no OutboxError: ${String(error)}`)
      const kept = ids.find((id) => ledger.knows(id))
      if (kept !== undefined) verdict.fail('refused', `enqueue of ${kept} was refused, but it is in the store`)
    },
  )
  ask(world, life, `enqueue ${ids.join(', ')}`, answer)
}

/** One of them, so that the choice stays the same when others are no longer there. */
function pick(ids: readonly string[], chance: Chance): string | undefined {
  const salt = chance.upTo(2 ** 31)
  return ids.toSorted((a, b) => hashOf(salt, a) - hashOf(salt, b))[0]
}
