import type { Move, World } from './smallWorld.ts'
import { copyOf, keyOf, movesIn } from './smallWorld.ts'

/** What a search through every order of events has found. */
export interface Explored {
  readonly states: number
  readonly moves: number
  /** The moves that led to the first broken promise, and what it was. */
  readonly broken: { readonly path: readonly string[]; readonly why: string } | undefined
  /** The moves to a state from which what happens by itself never leads to the goal. */
  readonly stuck: readonly string[] | undefined
}

/**
 * Visits every world that any order of moves leads to, breadth first.
 * @param check - throws when a promise is broken.
 * @param isGoal - where fair moves have to be able to lead from everywhere that `mustReach` says.
 */
export function explore(
  first: World,
  check: (world: World) => void,
  isGoal: (world: World) => boolean,
  mustReach: (world: World) => boolean,
): Explored {
  const numbers = new Map<string, number>([[keyOf(first), 0]])
  /** How each state was first reached. */
  const cameBy: { readonly from: number; readonly move: string }[] = [{ from: -1, move: 'start' }]
  /** Fair moves backwards: who leads here. */
  const before: number[][] = [[]]
  const goals: number[] = []
  const due: number[] = []
  let moves = 0
  let frontier: { readonly number: number; readonly world: World }[] = [{ number: 0, world: first }]
  const note = (number: number, world: World) => {
    if (isGoal(world)) goals.push(number)
    if (mustReach(world)) due.push(number)
  }
  note(0, first)
  while (frontier.length > 0) {
    const next: typeof frontier = []
    for (const { number, world } of frontier) {
      for (const move of movesIn(world)) {
        moves += 1
        let after: World
        try {
          after = made(move, world)
          check(after)
        } catch (error) {
          const why = error instanceof Error ? error.message : String(error)
          const path = [...pathTo(number, cameBy), move.name]
          return { states: numbers.size, moves, broken: { path, why }, stuck: undefined }
        }
        const key = keyOf(after)
        let known = numbers.get(key)
        if (known === undefined) {
          known = numbers.size
          numbers.set(key, known)
          cameBy.push({ from: number, move: move.name })
          before.push([])
          note(known, after)
          next.push({ number: known, world: after })
        }
        if (move.isFair) before[known]?.push(number)
      }
    }
    frontier = next
  }
  const stuck = firstStuck(due, goals, before)
  const path = stuck === undefined ? undefined : pathTo(stuck, cameBy)
  return { states: numbers.size, moves, broken: undefined, stuck: path }
}

function made(move: Move, world: World): World {
  const after = copyOf(world)
  move.make(after)
  return after
}

function pathTo(number: number, cameBy: readonly { readonly from: number; readonly move: string }[]): string[] {
  const path: string[] = []
  for (let at = number; at > 0; at = cameBy[at]?.from ?? 0) path.unshift(cameBy[at]?.move ?? '')
  return path
}

/** The first state that is due and from which no fair moves lead to a goal. */
function firstStuck(due: readonly number[], goals: readonly number[], before: readonly number[][]): number | undefined {
  const reaches = new Set(goals)
  const open = [...goals]
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    for (const from of before[at] ?? []) {
      if (reaches.has(from)) continue
      reaches.add(from)
      open.push(from)
    }
  }
  return due.find((number) => !reaches.has(number))
}
