import { execFile, spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import { serveDeadLetters } from '../../examples/tasks/deadLetterAdmin.ts'
import { startOutbox } from '../../examples/tasks/electronMain.ts'
import { PermanentError, createOutbox, memoryStore } from '../../src/index.ts'
import { scriptedPush } from '../../src/testing/index.ts'
import { scriptedServer } from '../../src/testing/server.ts'
import { buildPackage } from '../support/builtPackage.ts'

// The page and the component run in a browser: test/browser/inPage/tasks.test.ts.
const built = await buildPackage()
afterAll(() => built[Symbol.asyncDispose]())

async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), 'xstate-outbox-task-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) }
}

it('each task takes fewer than 40 lines', async () => {
  const folder = new URL('../../examples/tasks/', import.meta.url)
  const sources = await Promise.all((await readdir(folder)).map((name) => readFile(new URL(name, folder), 'utf8')))
  expect(sources).toHaveLength(6)
  expect(sources.map((source) => source.trimEnd().split('\n').length).filter((lines) => lines >= 40)).toEqual([])
})

describe('Electron’s main process', () => {
  /** What stands in for Electron: no Electron runs here. */
  function standIn() {
    const handlers = new Map<string, (event: unknown, payload: unknown) => unknown>()
    const powerMonitor = new EventEmitter()
    return {
      powerMonitor,
      net: { isOnline: () => true },
      ipcMain: {
        handle: (channel: string, handler: (event: unknown, payload: unknown) => unknown) =>
          handlers.set(channel, handler),
      },
      /** As a window calls it. */
      invoke: (channel: string, payload?: unknown) => handlers.get(channel)?.({}, payload),
    }
  }

  it('asks to sign in when nobody is, and again when the sign-in has expired, and loses nothing', async () => {
    await using folder = await temporaryFolder()
    await using server = await scriptedServer(({ headers }) => ({
      status: headers.authorization === (server.requests.length > 2 ? 'Bearer token 2' : 'Bearer token 1') ? 200 : 401,
    }))
    const electron = standIn()
    let signIns = 0
    await using outbox = startOutbox({
      ...electron,
      directory: folder.path,
      url: server.url,
      async signIn() {
        signIns += 1
        return new Promise((resolve) => setImmediate(resolve, `token ${signIns}`))
      },
    })
    const ids: unknown[] = []
    const delivered: string[] = []
    const all = new Promise<void>((resolve) => {
      outbox.on('delivered', ({ entry }) => delivered.push(entry.id) === 3 && resolve())
    })
    for (const note of ['a', 'b', 'c']) ids.push(await electron.invoke('keep', { note }))
    await all
    expect(delivered).toEqual(ids)
    expect(signIns).toBe(2)
    expect(server.requests.map(({ key }) => key)).toEqual([ids[0], ids[1], ids[2], ids[2]])
    await outbox.flush()
    expect(electron.invoke('status')).toBe('Everything has been pushed.')
  })
})

describe('the Node agent', () => {
  it('keeps each line before it says so, delivers it, and stops on SIGTERM', async () => {
    await using folder = await temporaryFolder()
    await using server = await scriptedServer()
    const child = spawn(process.execPath, [built.path('examples/tasks/nodeAgent.js')], {
      env: { STATE_DIRECTORY: folder.path, FLEET_URL: server.url, FLEET_KEY: 'key' },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    const lines: string[] = []
    const reader = createInterface({ input: child.stdout })
    const isDone = new Promise<void>((resolve) => {
      reader.on('line', (line) => {
        lines.push(line)
        if (['kept two', 'delivered two'].every((awaited) => lines.includes(awaited))) resolve()
      })
    })
    child.stdin.write('one\ntwo\n')
    await isDone
    child.kill('SIGTERM')
    expect(await once(child, 'exit')).toEqual([0, null])
    expect(lines.toSorted()).toEqual([
      'delivered one',
      'delivered two',
      'kept one',
      'kept two',
      'stopped with 0 waiting',
    ])
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer key', 'Bearer key'])
  })

  it('keeps what it could not deliver for its next life', async () => {
    await using folder = await temporaryFolder()
    await using server = await scriptedServer()
    await server.refuse()
    const env = { STATE_DIRECTORY: folder.path, FLEET_URL: server.url }
    const live = async (input: string) => {
      const child = spawn(process.execPath, [built.path('examples/tasks/nodeAgent.js')], {
        env,
        stdio: ['pipe', 'pipe', 'inherit'],
      })
      child.stdin.end(input)
      return (await text(child.stdout)).trimEnd().split('\n')
    }
    expect((await live('one\n')).at(-1)).toBe('stopped with 1 waiting')
    expect((await live('two\n')).at(-1)).toBe('stopped with 2 waiting')
  })
})

it('the test with fake time passes in no time, with node:test', async () => {
  const startedAt = performance.now()
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--test-reporter=tap',
    built.path('examples/tasks/fakeTime.js'),
  ])
  expect(stdout).toContain('# pass 1')
  expect(stdout).toContain('# fail 0')
  expect(performance.now() - startedAt).toBeLessThan(30_000)
})

it('the admin lists dead letters, mends one, forgets another, and says what cannot be', async () => {
  const push = scriptedPush<{ n: number }>(({ payload: { n } }) => {
    if (n < 0) throw new PermanentError(`${n} is negative`)
  })
  await using outbox = createOutbox({ store: memoryStore(), push })
  const admin = serveDeadLetters(outbox, 0)
  try {
    await once(admin, 'listening')
    const { port } = admin.address() as AddressInfo
    const ask = async (method: string, path: string, body?: string) =>
      (
        await fetch(`http://127.0.0.1:${port}${path}`, { method, ...(body !== undefined && { body }) })
      ).json() as Promise<unknown>
    await outbox.enqueueAll([-1, -2, -3].map((n) => ({ payload: { n }, id: `entry ${n}` })))
    await outbox.flush()

    expect(await ask('GET', '/dead')).toMatchObject([
      { id: 'entry -1', payload: { n: -1 }, code: 'permanent', reason: '-1 is negative' },
      { id: 'entry -2' },
      { id: 'entry -3' },
    ])
    expect(await ask('POST', '/dead/entry%20-1', '{"n":1}')).toEqual({ requeued: 1 })
    expect(await ask('DELETE', '/dead/entry%20-2')).toEqual({ discarded: 1 })
    expect(await ask('POST', '/dead/entry%20-3', 'no json')).toMatchObject({
      error: expect.stringContaining('SyntaxError'),
    })
    await outbox.flush()
    expect(push.calls.at(-1)?.entry.payload).toEqual({ n: 1 })
    expect(await ask('GET', '/dead')).toMatchObject([{ id: 'entry -3' }])
  } finally {
    admin.close()
  }
})
