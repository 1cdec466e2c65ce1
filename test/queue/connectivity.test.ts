import { EventEmitter } from 'node:events'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { ConnectivitySignal } from '../../src/connectivity.ts'
import { alwaysOnline, browserConnectivity, platformConnectivity } from '../../src/connectivity.ts'
import { electronConnectivity } from '../../src/electron.ts'
import type { Connectivity } from '../../src/index.ts'
import { RetryAfterError, UnreachableError } from '../../src/index.ts'
import { createWorld, deferred, fails, scripted } from '../support/world.ts'

/** A connection that a test switches. */
function switchable(
  first?: ConnectivitySignal,
): Connectivity & { say(signal: ConnectivitySignal): void; watchers(): number } {
  const listeners = new Set<(signal: ConnectivitySignal) => void>()
  return {
    watch(listener) {
      listeners.add(listener)
      if (first !== undefined) listener(first)
      return () => listeners.delete(listener)
    },
    say(signal) {
      for (const listener of listeners) listener(signal)
    },
    watchers: () => listeners.size,
  }
}

describe('an outbox that is told it is offline', () => {
  test('keeps entries, lets the push under way finish, and goes on at once when it is back', async () => {
    const connectivity = switchable()
    const gate = deferred()
    await using world = createWorld(() => gate.promise, { connectivity })
    await world.outbox.enqueue({ text: 'a' })
    await world.outbox.enqueue({ text: 'b' })
    await world.time.quiet()
    connectivity.say('offline')
    gate.resolve()
    await world.time.advance(30_000)
    expect(world.texts()).toEqual(['a'])
    expect(world.outbox.explain()).toBe('Offline; 1 entry waits.')
    connectivity.say('online')
    await world.time.quiet()
    expect(world.texts()).toEqual(['a', 'b'])
    expect(world.elapsed()).toBe(30_000)
  })

  test('tries all the same every 60 s: the platform may be wrong', async () => {
    const connectivity = switchable('offline')
    await using world = createWorld(undefined, { connectivity })
    await world.outbox.enqueue({ text: 'a' })
    await world.outbox.enqueue({ text: 'b' })
    await world.time.advance(59_000)
    expect(world.texts()).toEqual([])
    await world.time.advance(2_000)
    expect(world.texts()).toEqual(['a', 'b'])
    expect(world.outbox.status()).toMatchObject({ reason: 'offline', pending: 0 })
  })

  test('spends no attempts in six hours without an answer', async () => {
    const connectivity = switchable('offline')
    await using world = createWorld(fails(new UnreachableError('no network')), { connectivity, maxAttempts: 3 })
    await world.outbox.enqueue({ text: 'a' })
    await world.time.advance(6 * 3_600_000)
    expect(world.pushes.length).toBeGreaterThan(300)
    expect(await world.store.read({ limit: 1 })).toMatchObject([{ attempts: 0 }])
    expect(world.outbox.status()).toMatchObject({ reason: 'offline', pending: 1, dead: 0 })
  })

  test('counts a failure that was answered', async () => {
    const connectivity = switchable('offline')
    await using world = createWorld(fails(new Error('500')), { connectivity, maxAttempts: 2 })
    await world.outbox.enqueue({ text: 'a' })
    await world.time.advance(125_000)
    expect(world.outbox.status()).toMatchObject({ pending: 0, dead: 1 })
  })
})

describe('inside a backoff', () => {
  test.each(['online', 'awake'] as const)('%s tries at once', async (signal) => {
    const connectivity = switchable()
    const down = fails(new UnreachableError('no network'))
    await using world = createWorld(
      scripted(down, down, down, () => 'ok'),
      { connectivity },
    )
    await world.outbox.enqueue({ text: 'a' })
    await world.time.advance(3_500)
    connectivity.say(signal)
    await world.time.quiet()
    expect(world.pushes.map(({ atMs }) => atMs)).toEqual([0, 1_000, 3_000, 3_500])
  })

  test('a wait that the server asked for goes on', async () => {
    const connectivity = switchable()
    await using world = createWorld(
      scripted(fails(new RetryAfterError(5_000)), () => 'ok'),
      { connectivity },
    )
    await world.outbox.enqueue({ text: 'a' })
    await world.time.advance(1_000)
    connectivity.say('online')
    await world.time.advance(3_999)
    expect(world.pushes).toHaveLength(1)
    await world.time.advance(1)
    expect(world.pushes).toHaveLength(2)
  })
})

test('a connectivity that throws is told of, and the outbox goes on as if always online', async () => {
  await using world = createWorld(undefined, { connectivity: { watch: fails(new Error('no such event')) } })
  await world.outbox.enqueue({ text: 'a' })
  await world.time.quiet()
  expect(world.texts()).toEqual(['a'])
  expect(world.eventsOf('warning')).toMatchObject([
    { code: 'OUTBOX_OPTION', message: '`connectivity` must not throw, but did: no such event' },
  ])
})

test('an outbox that has ended listens no more', async () => {
  const connectivity = switchable()
  const world = createWorld(undefined, { connectivity })
  expect(connectivity.watchers()).toBe(1)
  await world.outbox.stop()
  expect(connectivity.watchers()).toBe(0)
})

describe('the browser', () => {
  afterEach(() => {
    vi.unstubAllGlobals()
  })

  /** Globals as a page has them. */
  function stubPage(onLine: boolean) {
    const page = new EventTarget()
    const document = Object.assign(new EventTarget(), { visibilityState: 'hidden' })
    vi.stubGlobal('addEventListener', page.addEventListener.bind(page))
    vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page))
    vi.stubGlobal('document', document)
    vi.stubGlobal('navigator', { onLine })
    return { page, document }
  }

  test('tells of every event that means the connection or the page is back', () => {
    const { page, document } = stubPage(true)
    const heard: string[] = []
    expect(platformConnectivity()).toBe(browserConnectivity)
    const end = browserConnectivity.watch((signal) => heard.push(signal))
    page.dispatchEvent(new Event('offline'))
    page.dispatchEvent(new Event('online'))
    page.dispatchEvent(new Event('pageshow'))
    document.dispatchEvent(new Event('visibilitychange'))
    document.visibilityState = 'visible'
    document.dispatchEvent(new Event('visibilitychange'))
    document.dispatchEvent(new Event('resume'))
    expect(heard).toEqual(['offline', 'online', 'awake', 'awake', 'awake'])
    end()
    page.dispatchEvent(new Event('online'))
    document.dispatchEvent(new Event('resume'))
    expect(heard).toHaveLength(5)
  })

  test('tells at once that it is offline, and never that it is online', () => {
    stubPage(false)
    const heard: string[] = []
    browserConnectivity.watch((signal) => heard.push(signal))()
    stubPage(true)
    browserConnectivity.watch((signal) => heard.push(signal))()
    expect(heard).toEqual(['offline'])
  })
})

test('Node is always online', () => {
  expect(platformConnectivity()).toBe(alwaysOnline)
})

describe("Electron's main process", () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  test('tells of waking up, and of what net says', () => {
    vi.useFakeTimers()
    const powerMonitor = new EventEmitter()
    let isOnline = false
    const heard: string[] = []
    const end = electronConnectivity({ powerMonitor, net: { isOnline: () => isOnline } }).watch((signal) =>
      heard.push(signal),
    )
    expect(heard).toEqual(['offline'])
    isOnline = true
    vi.advanceTimersByTime(5_000)
    expect(heard).toEqual(['offline', 'online'])
    powerMonitor.emit('resume')
    powerMonitor.emit('unlock-screen')
    expect(heard).toEqual(['offline', 'online', 'awake', 'awake'])
    end()
    powerMonitor.emit('resume')
    isOnline = false
    vi.advanceTimersByTime(60_000)
    expect(heard).toHaveLength(4)
  })
})
