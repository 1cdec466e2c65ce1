import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { createActor } from 'xstate'
import type { PushStep } from '../../src/testing/index.ts'
import { scriptedPush, simulatedTime } from '../../src/testing/index.ts'
import { HoldError, memoryStore } from '../../src/index.ts'
import type { Todo } from '../../examples/compose/appMachine.ts'
import { createAppMachine } from '../../examples/compose/appMachine.ts'
import { buildPackage } from '../support/builtPackage.ts'

const expired = new HoldError('the token has expired')

/** The app of the example, started, in simulated time. */
function startApp(script: readonly PushStep<Todo>[] = [], store = memoryStore()) {
  const time = simulatedTime()
  const push = scriptedPush<Todo>(script)
  const tokens: string[] = []
  const machine = createAppMachine({ ...time.options, store, push }, (token) => tokens.push(token))
  const app = createActor(machine, time.options).start()
  return {
    app,
    time,
    push,
    store,
    tokens,
    save: (title: string) => app.send({ type: 'save', todo: { title } }),
    titles: () => push.calls.map(({ entry }) => entry.payload.title),
    [Symbol.asyncDispose]: async () => {
      app.send({ type: 'quit' })
      await time.quiet()
    },
  }
}

describe('an app with the sync machine inside', () => {
  it('asks to sign in when the remote refuses the token, and goes on with the same entry', async () => {
    await using world = startApp([expired])
    world.save('milk')
    await world.time.quiet()
    expect(world.app.getSnapshot().value).toBe('signedOut')
    world.app.send({ type: 'signIn', token: 'new' })
    await world.time.quiet()
    expect(world.app.getSnapshot().value).toBe('signedIn')
    expect(world.tokens).toEqual(['new'])
    const [first, second] = world.push.calls
    expect([first?.attempt, second?.attempt]).toEqual([1, 1])
    expect(second?.entry.id).toBe(first?.entry.id)
  })

  it('keeps what is saved while nobody is signed in, and pushes nothing', async () => {
    await using world = startApp([expired])
    for (const title of ['milk', 'bread', 'salt']) {
      world.save(title)
      await world.time.advance(600_000)
    }
    expect(world.titles()).toEqual(['milk'])
    expect(await world.store.counts()).toMatchObject({ pending: 3 })
    world.app.send({ type: 'signIn', token: 'new' })
    await world.time.quiet()
    expect(world.titles()).toEqual(['milk', 'milk', 'bread', 'salt'])
  })

  it('asks again when the new token is refused, too', async () => {
    await using world = startApp([expired, expired])
    world.save('milk')
    await world.time.quiet()
    world.app.send({ type: 'signIn', token: 'wrong' })
    expect(world.app.getSnapshot().value).toBe('signedIn')
    await world.time.quiet()
    expect(world.app.getSnapshot().value).toBe('signedOut')
  })

  it('closes when the outbox has stopped, and a new app goes on with what waits', async () => {
    const first = startApp([expired])
    first.save('milk')
    await first.time.quiet()
    await first[Symbol.asyncDispose]()
    expect(first.app.getSnapshot()).toMatchObject({ value: 'closed', status: 'done' })
    await using second = startApp([], first.store)
    await second.time.quiet()
    expect(second.titles()).toEqual(['milk'])
  })
})

it('runs the compose example', async () => {
  await using built = await buildPackage()
  const { stdout } = await promisify(execFile)(process.execPath, [built.path('examples/compose/demo.js')])
  expect(stdout.split('\n')).toEqual([
    'app: signedIn',
    'delivered milk',
    'on hold: the token has expired',
    'app: signedOut',
    'app: signedIn',
    'delivered bread',
    'delivered salt',
    'app: closed',
    'the remote has milk, bread, salt',
    '',
  ])
})
