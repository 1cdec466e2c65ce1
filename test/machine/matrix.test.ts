import { readFile, writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { setupSync } from '../../machines/setup.ts'
import { afterKeys, commands, matrices, outcome, places } from '../support/machineMatrix.ts'

const page = new URL('../../docs/machine.md', import.meta.url)
const section = /(<!-- matrices: begin -->\n)[\s\S]*(<!-- matrices: end -->)/

test('docs/machine.md holds the matrix of the machine as it is', async () => {
  const text = await readFile(page, 'utf8')
  const fresh = text.replace(section, `$1\n${matrices().replaceAll('$', '$$$$')}\n\n$2`)
  if (process.env['UPDATE_DOCS'] !== undefined) await writeFile(page, fresh)
  else expect(text).toBe(fresh)
})

test('the matrix knows every command that there is', async () => {
  const source = await readFile(new URL('../../src/report.ts', import.meta.url), 'utf8')
  const union = source.slice(
    source.indexOf('export type Command<P>'),
    source.indexOf('/** Which context made it happen. */'),
  )
  const named = [...union.matchAll(/type: '(\w+)'/g)].map(([, type]) => type)
  expect(commands.map(({ type }) => type)).toEqual(named)
})

test('every state hands enqueue to the engine', () => {
  const answers = places.map((place) => outcome(place, { type: 'enqueue', payload: 1 } as never))
  expect(answers).toEqual(places.map(() => 'append'))
})

test('stop leads from every state to stopping, once', () => {
  const answers = places.map((place) => outcome(place, { type: 'stop' }))
  expect(answers).toEqual(
    places.map(({ name }) => (name === 'draining.stopping' ? '-' : '**draining.stopping** close')),
  )
})

test('every delay that the machine names is one that setup knows: a misspelt one would fire at once', () => {
  const known = Object.keys(setupSync<unknown>().createMachine({ context: {} as never }).implementations.delays)
  expect(known.toSorted()).toEqual(['backoff', 'idlePoll', 'stopLimit'])
  expect(
    afterKeys()
      .map(({ delay }) => delay)
      .toSorted(),
  ).toEqual(['backoff', 'idlePoll', 'idlePoll', 'stopLimit'])
})
