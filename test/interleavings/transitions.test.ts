import { getMicrosteps } from 'xstate'
import { expect, test } from 'vitest'
import { noteFigures } from '../support/noteFigures.ts'
import { commands, delays, places, reports } from '../support/machineMatrix.ts'
import { explore } from './explore.ts'
import type { MachineEvent, Place } from './pureMachine.ts'
import { nameOf, pureMachineOf, realMachine } from './pureMachine.ts'
import { newWorld } from './smallWorld.ts'
import { worlds } from './worlds.ts'

type Node = (typeof realMachine)['root']

/** Every transition that the machine is written with, by the state that has it. */
function* transitionsOf(node: Node): Generator<string> {
  for (const [type, definitions] of node.transitions) {
    for (const index of definitions.keys()) yield named(node.id, type, index)
  }
  for (const { target = [] } of node.always ?? []) yield `${node.id} always to ${target.map(({ id }) => id).join()}`
  for (const child of Object.values(node.states)) yield* transitionsOf(child)
}

const named = (state: string, type: string, index: number) => `${state} on ${type}${index > 0 ? `, ${index + 1}` : ''}`

const pure = pureMachineOf(realMachine)

/** The engine has thrown, which it never should. */
const broken = { type: 'xstate.error.actor.engine', error: new Error('a bug') } as const

/** The transitions that an event takes in a place, those that follow by themselves included. */
function* takenBy(place: Place, event: MachineEvent): Generator<string> {
  const before = pure.snapshotAt(place)
  for (const taken of realMachine.getTransitionData(before, event as never)) {
    const { source, eventType } = taken
    const all = source.transitions.get(eventType) ?? []
    yield named(source.id, eventType, all.indexOf(taken))
  }
  const values = getMicrosteps(realMachine, before, event as never).map(([{ value }]) => nameOf(value))
  for (const [index, to] of values.entries()) {
    const from = values[index - 1]
    if (from !== undefined) yield `sync.${from.split('.')[0]} always to sync.${targetOf(from, to)}`
  }
}

/** From outside a state the target is the state itself, which then enters its first substate. */
const targetOf = (from: string, to: string) => (from.split('.')[0] === to.split('.')[0] ? to : (to.split('.')[0] ?? ''))

test('every command is given in every state, and no transition is dead', () => {
  const counts = new Map([...transitionsOf(realMachine.root)].map((name) => [name, 0]))
  const cells = new Set<string>()
  const count = (place: Place, event: MachineEvent) => {
    cells.add(`${place.value} ${event.type}`)
    for (const name of takenBy(place, event)) {
      expect(counts.has(name), `${name} is one of the machine's transitions`).toBe(true)
      counts.set(name, (counts.get(name) ?? 0) + 1)
    }
  }
  for (const { name, context } of places) {
    const place = { number: -1, value: name, context }
    for (const event of [...commands, ...reports, ...Object.values(delays), broken]) count(place, event)
    count({ ...place, context: { ...context, waitLeftMs: 500 } }, delays['backoff (the wait is over)'])
  }
  for (const { contexts, bounds, isLarge } of Object.values(worlds)) {
    if (contexts > 1 || isLarge) continue
    const machine = pureMachineOf(realMachine)
    explore(
      newWorld(contexts, bounds, machine),
      () => {},
      () => true,
      () => false,
    )
    for (const { from, event } of machine.taken()) count(from, event)
  }
  const wanted = places.flatMap(({ name }) => commands.map(({ type }) => `${name} ${type}`))
  const dead = [...counts].filter(([, times]) => times === 0).map(([name]) => name)
  console.log(`transitions: ${counts.size - dead.length} of ${counts.size} taken; ${wanted.length} state-command cells`)
  for (const [name, times] of counts) console.log(`  ${String(times).padStart(4)}  ${name}`)
  expect(dead).toEqual([])
  expect(wanted.filter((cell) => !cells.has(cell))).toEqual([])
  noteFigures('the machine', { transitions: counts.size, dead: dead.length, 'states x commands': wanted.length })
})
