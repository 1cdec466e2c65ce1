import { online, resume, stop } from './acts.ts'
import { checkContext, checkStore, checkTimeouts } from './checks.ts'
import type { World } from './world.ts'

const minuteMs = 60_000
/** Long enough for the longest `Retry-After` and everything that waits behind it. */
const patienceMinutes = 240
/** An outbox says that it has stopped after 10 s, whatever happens. */
const stopLimitSeconds = 10

/** Looks at everything while nothing moves. */
export async function checkAll(world: World, isWell = false): Promise<void> {
  const { store, ledger, verdict } = world
  await checkStore(store, ledger, verdict)
  const { paused } = await store.control()
  checkTimeouts(world.flights.all, world.lives(), world.elapsedMs(), verdict)
  const lives = world.lives()
  // Who could not read what is paused does not watch yet: it hears of nothing, and others may not hear of it.
  const isBlurred = !isWell && lives.some(({ store: own }) => own.missedControl())
  for (const life of lives) checkContext(life, { ledger, isPaused: paused, isWell, isBlurred }, verdict)
  for (const id of world.accepted) if (!ledger.knows(id)) verdict.fail('lost', `${id} was accepted and is nowhere`)
}

/** All faults end: whatever was accepted must now arrive, and everybody must get an answer. */
export async function endWell(world: World): Promise<void> {
  const { ledger, time, scenario, network, verdict } = world
  network.heal()
  world.mend()
  // What a slow store still has of those who stop comes before what is said now.
  for (let seconds = 0; seconds < stopLimitSeconds && isAnyStopping(world); seconds += 1) await time.advance(1_000)
  const lives = Array.from({ length: scenario.contexts }, (_, place) => world.lifeAt(place))
  await time.quiet()
  for (const life of lives) {
    online(world, life)
    resume(world, life)
  }
  for (let minutes = 0; minutes < patienceMinutes && ledger.pending.size > 0; minutes += 1) {
    await time.advance(minuteMs)
    if (verdict.broken() !== undefined) return
    // What was sent before may come back with a hold; somebody signs in again.
    for (const life of lives) if (life.outbox.status().reason === 'held') resume(world, life)
  }
  if (ledger.pending.size > 0) {
    const told = lives.map(({ name, outbox }) => `${name}: ${outbox.explain()}`)
    verdict.fail('drained', `${[...ledger.pending.keys()].join(', ')} never left; ${told.join(' ')}`)
  }
  // What is still on its way arrives, and every idle outbox looks once more.
  await time.advance(3 * minuteMs)
  await checkAll(world, true)
  for (const life of lives) stop(world, life)
  await time.advance(minuteMs / 2)
  await checkStore(world.store, ledger, verdict)
  checkAnswers(world)
  checkRemote(world)
}

function isAnyStopping(world: World): boolean {
  return world.lives().some(({ phase }) => phase === 'stopping')
}

function checkAnswers({ unanswered, verdict }: World): void {
  for (const { life, what } of unanswered) {
    if (life.phase !== 'crashed') verdict.fail('answers', `${life.name} never answered: ${what}`)
  }
}

/** What is recorded as delivered must be there, and no more often than what came between allows. */
function checkRemote({ ledger, network, flights, verdict }: World): void {
  for (const [id, fate] of ledger.left) {
    if (fate === 'delivered' && !network.taken.has(id)) {
      verdict.fail('remote', `${id} is recorded as delivered, but the remote never took it`)
    }
  }
  const { repeats, twice } = network.figures()
  const unrecorded = flights.all.filter(({ isTaken, isDecisive }) => isTaken && !isDecisive).length
  if (repeats > twice + unrecorded) {
    verdict.fail('repeats', `the remote was asked ${repeats} times for what it had; ${twice + unrecorded} are allowed`)
  }
}
