import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createActor, toPromise } from 'xstate'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { OutboxEvent } from '../../src/index.ts'
import { createOutbox, syncMachine } from '../../src/index.ts'

describe('the ready-made machine', () => {
  const home = process.cwd()
  let directory = ''
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'outbox-ready-'))
    process.chdir(directory)
  })
  afterEach(async () => {
    process.chdir(home)
    await rm(directory, { recursive: true, force: true })
  })

  /** Starts an actor, hands it one payload, and answers its events once `isEnough`. */
  async function run(
    input: { readonly name?: string; readonly url?: string } | undefined,
    payload: unknown,
    isEnough: (events: readonly OutboxEvent<unknown>[]) => boolean,
  ) {
    const actor = input === undefined ? createActor(syncMachine) : createActor(syncMachine, { input })
    const events: OutboxEvent<unknown>[] = []
    const enough = new Promise<void>((resolve) => {
      actor.on('*', (event) => {
        events.push(event)
        if (isEnough(events)) resolve()
      })
    })
    actor.start()
    if (payload !== undefined) actor.send({ type: 'enqueue', payload })
    await enough
    const held = actor.getSnapshot().context.held
    actor.send({ type: 'stop' })
    return { events, held, output: await toPromise(actor) }
  }

  const has =
    (type: OutboxEvent<unknown>['type'], count = 1) =>
    (events: readonly OutboxEvent<unknown>[]) =>
      events.filter((event) => event.type === type).length >= count

  test('keeps entries without a url, pushes nothing, and says so', async () => {
    const both = (events: readonly OutboxEvent<unknown>[]) => has('enqueued')(events) && has('warning')(events)
    const { events, output } = await run(undefined, { text: 'a' }, both)
    expect(events.filter(({ type }) => type === 'warning')).toMatchObject([{ code: 'OUTBOX_NO_PUSH' }])
    expect(output).toEqual({ delivered: 0, items: 0, dropped: 0, skipped: 0, pending: 1 })
    expect(existsSync(join(directory, '.xstate-outbox', 'default'))).toBe(true)
  })

  test('posts to the url of its input what an earlier actor kept', async () => {
    await run({ name: 'app' }, { text: 'a' }, has('enqueued'))
    const bodies: string[] = []
    const server = createServer((request, response) => {
      request.setEncoding('utf8')
      request.on('data', (chunk: string) => bodies.push(chunk))
      request.on('end', () => response.end())
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/sync`
    const { output } = await run({ name: 'app', url }, undefined, has('delivered'))
    server.close()
    expect(output).toMatchObject({ delivered: 1, pending: 0 })
    expect(bodies.map((body) => JSON.parse(body) as unknown)).toMatchObject([{ payload: { text: 'a' } }])
  })

  test.each([
    ['name', { name: '' }, '`name` must be a text of 1 to 128 characters'],
    ['url', { url: 'http://' }, '`input.url` cannot be used'],
  ])('answers a bad %s in its input with a warning, not with a crash', async (_, input, message) => {
    const { events } = await run(input, undefined, has('warning'))
    expect(events.find(({ type }) => type === 'warning')).toMatchObject({ message: expect.stringContaining(message) })
  })

  test('is made and imported without touching the disk', async () => {
    createActor(syncMachine)
    createOutbox({ push: () => undefined, autoStart: false })
    expect(existsSync(join(directory, '.xstate-outbox'))).toBe(false)
  })
})
