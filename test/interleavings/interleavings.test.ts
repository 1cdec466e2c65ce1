import { describe, expect, test, vi } from 'vitest'
import type { Explored } from './explore.ts'
import { explore } from './explore.ts'
import type { Machine } from './pureMachine.ts'
import { pureMachineOf, realMachine } from './pureMachine.ts'
import type { Bounds, Flaw, World } from './smallWorld.ts'
import { noteFigures } from '../support/noteFigures.ts'
import { Broken, newWorld } from './smallWorld.ts'
import { worlds } from './worlds.ts'

// A search is nothing but work, and a busy machine takes its time.
vi.setConfig({ testTimeout: 600_000 })

/** Nothing is lost, whatever happened so far; and what the remote took twice, it took because of a mishap. */
function check({ enqueues, crashes, losses, stops }: Bounds) {
  return ({ pending, delivered, left, repeats }: World) => {
    const enqueued = enqueues - left.enqueues
    if (pending.length + delivered !== enqueued) throw new Broken(`of ${enqueued} entries some are lost`)
    if (repeats > crashes + losses + stops) throw new Broken(`${repeats} entries were pushed twice`)
  }
}

const isDrained = ({ pending }: World) => pending.length === 0

/** Nobody has said that nothing is to be pushed: what happens by itself has to lead to an empty outbox. */
const isUnhindered = ({ isPaused, isHeld }: World) => !isPaused && !isHeld

function exploreWith(world: keyof typeof worlds, machine: Machine, flaw?: Flaw): Explored {
  const { contexts, bounds } = worlds[world]
  return explore(newWorld(contexts, bounds, pureMachineOf(machine), flaw), check(bounds), isDrained, isUnhindered)
}

const names = Object.keys(worlds) as (keyof typeof worlds)[]

test.each(names.filter((name) => !worlds[name].isLarge || process.env['LARGE'] !== undefined))(
  'every order of events keeps the promises, and leads to an empty outbox: %s',
  (name) => {
    const { states, moves, broken, stuck } = exploreWith(name, realMachine)
    expect({ broken, stuck }).toEqual({ broken: undefined, stuck: undefined })
    console.log(`${name}: ${states} states, ${moves} moves`)
    noteFigures('interleavings of a small world', { worlds: 1, states, moves })
  },
)

describe('the search notices', () => {
  const flaws: readonly (readonly [Flaw, keyof typeof worlds])[] = [
    ['settles in any epoch', 'two contexts, two entries, a lost lease'],
    ['forgets what was taken', 'one context, two entries, pause, hold and a lost lease'],
    ['grants twice', 'two contexts, an entry, a failure and a flush'],
    ['ends unheard', 'one context, three entries, a crash and a stop'],
  ]
  test.each(flaws)('an engine or a store that %s', (flaw, name) => {
    const { broken, stuck } = exploreWith(name, realMachine, flaw)
    console.log(`noticed, ${flaw}: ${broken ? `${broken.why} after ${broken.path.length} moves` : stuck?.join(', ')}`)
    expect(broken ?? stuck).toBeDefined()
    noteFigures('planted flaws that the search notices', { noticed: 1 })
  })

  const mistakes: Record<string, Machine> = {
    'forgets that something is there to push': realMachine.provide({ actions: { count: () => undefined } }),
    'never ends a wait': realMachine.provide({ guards: { isWaitOver: () => false } }),
    'drains only when nothing is there': realMachine.provide({ guards: { canDrain: () => false } }),
    'forgets what it is told': realMachine.provide({ actions: { setFlags: () => undefined } }),
  }
  test.each(Object.entries(mistakes))('a machine that %s', (_, machine) => {
    const found = names
      .filter((name) => !worlds[name].isLarge && worlds[name].contexts === 1)
      .map((name) => exploreWith(name, machine))
    expect(found.some(({ broken, stuck }) => (broken ?? stuck) !== undefined)).toBe(true)
    noteFigures('planted flaws that the search notices', { noticed: 1 })
  })
})
