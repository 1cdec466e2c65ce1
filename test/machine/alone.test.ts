import { createActor } from 'xstate'
import { expect, test } from 'vitest'
import { syncMachineOf } from '../../machines/syncMachine.ts'

test('a machine without its engine holds, and stops when it is told to', () => {
  const actor = createActor(syncMachineOf<string>()).start()
  expect(actor.getSnapshot()).toMatchObject({ value: { idle: 'held' }, context: { held: 'no push' } })
  actor.send({ type: 'enqueue', payload: 'a' })
  expect(actor.getSnapshot().status).toBe('active')
  actor.send({ type: 'stop' })
  expect(actor.getSnapshot()).toMatchObject({ value: 'stopped', status: 'done' })
})

interface Node {
  readonly id: string
  readonly description?: string | undefined
  readonly states: Record<string, Node>
}

const allIn = (node: Node): readonly Node[] => [node, ...Object.values(node.states).flatMap(allIn)]

test('every state says what it is', () => {
  const silent = allIn(syncMachineOf().root).filter(({ description = '' }) => !description.endsWith('.'))
  expect(silent.map(({ id }) => id)).toEqual(['sync'])
})
