import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, expect, it } from 'vitest'
import { buildPackage } from '../support/builtPackage.ts'
import { startRelay } from '../inspect/support/relay.ts'

const built = await buildPackage()
afterAll(() => built[Symbol.asyncDispose]())

const run = async (file: string, ...args: string[]) => {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [built.path(file), ...args])
  expect(stderr).toBe('')
  return stdout.trimEnd().split('\n')
}

it('records a session without its payloads, and every step of it agrees when replayed', async () => {
  const lines = await run('examples/inspect/record.js')
  expect(lines.filter((line) => line.includes('-> backoff'))).toEqual([
    'draining.pushing -> backoff (engine.waiting)',
    'draining.pushing -> backoff (engine.waiting)',
  ])
  expect(lines.slice(-2)).toEqual([
    expect.stringMatching(/^replayed: all \d\d steps agree$/),
    'the recording says "milk": no',
  ])
})

it('shows an outbox in the inspector of Stately', async () => {
  await using relay = await startRelay()
  const lines = await run('examples/inspect/stately.js', relay.url)
  expect(lines).toEqual([`shown at ${relay.url}: the outbox is empty`])
  const messages = relay.texts.map((text) => JSON.parse(text) as { type: string; event?: { type: string } })
  expect(messages.filter(({ type }) => type === '@xstate.actor').length).toBeGreaterThan(1)
  expect(messages.map(({ event }) => event?.type)).toContain('engine.closed')
  expect(relay.texts.filter((text) => text.includes('milk'))).toEqual([])
})
