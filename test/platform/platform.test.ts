import { spawnSync } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { defaultStore } from '../../src/store/default.node.ts'

const index = JSON.stringify(fileURLToPath(new URL('../../dist/src/index.js', import.meta.url)))

let directory = ''
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'outbox-platform-'))
})
afterEach(async () => {
  vi.unstubAllGlobals()
  await rm(directory, { recursive: true, force: true })
})

/** Runs a module in a process of its own, in an empty directory; answers what it printed and how it ended. */
function run(source: string, ...options: readonly string[]) {
  const args = [...options, '--input-type=module', '--eval', source]
  const { stdout, stderr, status } = spawnSync(process.execPath, args, {
    cwd: directory,
    encoding: 'utf8',
    timeout: 20_000,
  })
  return { stdout: stdout.trim(), stderr, status }
}

describe('rendering on a server', () => {
  test('imports and constructs without touching disk, timers or globals, and the process ends by itself', async () => {
    const { stdout, status } = run(`
      const before = Reflect.ownKeys(globalThis).length
      const { createOutbox, createSyncMachine, syncMachine, memoryStore } = await import(${index})
      const push = () => undefined
      createSyncMachine({ push })
      const outbox = createOutbox({ push, autoStart: false })
      memoryStore()
      console.log(outbox.status().state, outbox.explain(), syncMachine.id, Reflect.ownKeys(globalThis).length - before)
      console.log(process.getActiveResourcesInfo().includes('Timeout'))
    `)
    expect(stdout).toBe('draining Looking for something to push. sync 0\nfalse')
    expect(status).toBe(0)
    expect(await readdir(directory)).toEqual([])
  })

  test('does so with the globals of a page half there, as jsdom has them', () => {
    const { stdout, status, stderr } = run(`
      globalThis.window = globalThis
      globalThis.document = new EventTarget()
      Object.defineProperty(globalThis, 'navigator', { value: { userAgent: 'jsdom', onLine: true } })
      const { createOutbox, memoryStore } = await import(${index})
      const outbox = createOutbox({ push: () => 'ok', store: memoryStore() })
      await outbox.enqueue({ text: 'a' })
      console.log((await outbox.flush()).outcome)
      await outbox.stop()
    `)
    expect([stdout, status, stderr]).toEqual(['empty', 0, ''])
  })
})

describe('the platform decides where entries are kept', () => {
  test('files on Node', async () => {
    const { stdout } = run(`
      const { createOutbox } = await import(${index})
      const outbox = createOutbox({ name: 'here', push: () => { throw new Error('503') } })
      await outbox.enqueue({ text: 'a' })
      console.log((await outbox.stop()).pending)
    `)
    expect(stdout).toBe('1')
    expect(await readdir(join(directory, '.xstate-outbox'))).toEqual(['here'])
  })

  test('IndexedDB under the browser condition, and an error that says what to do where there is none', async () => {
    const { stdout } = run(
      `
      const { createOutbox } = await import(${index})
      const outbox = createOutbox({ name: 'there', push: () => 'ok' })
      await outbox.enqueue({ text: 'a' }).catch(({ code, message }) => console.log(code, message))
      await outbox.stop()
    `,
      '--conditions=browser',
    )
    expect(stdout).toBe('OUTBOX_NO_STORE this platform has no store for the outbox "there": give the option `store`')
    expect(await readdir(directory)).toEqual([])
  })

  test('IndexedDB in an Electron renderer, also with node integration', async () => {
    const opened: string[] = []
    const indexedDB = {
      open(name: string) {
        opened.push(name)
        throw new Error('a stand-in')
      },
    }
    vi.stubGlobal('indexedDB', indexedDB)
    vi.stubGlobal('process', Object.assign(Object.create(process) as object, { type: 'renderer' }))
    const store = await defaultStore({ name: 'window' })
    await expect(store.counts()).rejects.toMatchObject({ code: 'OUTBOX_STORE' })
    expect(opened).toHaveLength(1)
  })
})
