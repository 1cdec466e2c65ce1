import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { createOutbox, memoryStore } from '../../src/index.ts'
import type { Note } from '../support/world.ts'
import { fails, scripted } from '../support/world.ts'

describe('under fake timers', () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  test('an outbox keeps entries, waits and drains', async () => {
    vi.useFakeTimers()
    const down = fails(new Error('503'))
    const outbox = createOutbox<Note>({ store: memoryStore(), push: scripted(down, down, down, () => 'ok') })
    const delivered = new Promise((resolve) => outbox.on('delivered', resolve))
    await outbox.enqueue({ text: 'a' })
    expect(await outbox.flush()).toMatchObject({ outcome: 'waiting', pending: 1 })
    for (let second = 0; second < 10; second += 1) await vi.advanceTimersByTimeAsync(1_000)
    expect(await delivered).toMatchObject({ entry: { attempts: 3 } })
    await outbox.stop()
  })
})

describe('unref', () => {
  /** Runs a process that does nothing but hold an idle outbox; answers how it ended, at the latest by being told to. */
  async function idleProcess(unref: boolean, limitMs: number): Promise<string> {
    const index = fileURLToPath(new URL('../../dist/src/index.js', import.meta.url))
    const script = `
      import { createOutbox, memoryStore } from ${JSON.stringify(index)}
      const outbox = createOutbox({ push: () => 'ok', store: memoryStore(), unref: ${unref} })
      await outbox.enqueue('a')
      await outbox.flush()
    `
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script], { stdio: 'inherit' })
    const timer = setTimeout(() => child.kill(), limitMs)
    const [code, signal] = (await once(child, 'exit')) as [number | null, string | null]
    clearTimeout(timer)
    return signal ?? `exit ${code}`
  }

  test('lets a process end that has nothing else to do', async () => {
    expect(await idleProcess(true, 30_000)).toBe('exit 0')
  })

  test('is off unless told: an agent lives for its outbox', async () => {
    expect(await idleProcess(false, 2_500)).toBe('SIGTERM')
  })

  test('does not go together with a clock', () => {
    const clock = { now: Date.now, setTimeout, clearTimeout: () => undefined }
    expect(() => createOutbox({ push: () => undefined, unref: true, clock })).toThrow(
      '`unref` must be left out when `clock` is given, got true',
    )
  })
})
