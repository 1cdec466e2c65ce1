import { describe, expect, test } from 'vitest'
import type { Counts, Store } from '../../src/index.ts'
import type { EngineEvent, OutboxEvent, Reports, Untold } from '../../src/report.ts'
import { createReporter } from '../../src/reporter.ts'
import { deferred } from '../support/world.ts'

const skipped = { type: 'skipped', origin: 'here', entry: {} } as OutboxEvent<string>
const enqueued: OutboxEvent<string> = { type: 'enqueued', origin: 'here', id: 'a', enqueuedAt: 0 }

/** A reporter whose time stands still: what it would wait for comes when the test says so. */
function reporterWith({
  isHungry = false,
  counts = () => Promise.resolve(numbered(0)),
  onCounts = () => Promise.resolve(),
} = {}) {
  const told: Reports<string>[] = []
  const waits: { readonly what: 'soon' | 'later'; readonly ms: number; readonly end: () => void }[] = []
  const waiting = (what: 'soon' | 'later') => (ms: number) =>
    new Promise<void>((end) => void waits.push({ what, ms, end }))
  const reporter = createReporter<string>({
    openStore: () => Promise.resolve({ counts } as Partial<Store> as Store),
    send: (event: EngineEvent<string>) => void (event.type === 'engine.reports' && told.push(event)),
    onCounts,
    isHungry: () => isHungry,
    monotonic: () => 0,
    soon: waiting('soon'),
    later: waiting('later'),
  })
  return {
    reporter,
    told,
    waits,
    sizes: () => told.map(({ events }) => events.length),
    kinds: () => waits.map(({ what, ms }) => `${what} ${ms}`),
    addAll: (event: OutboxEvent<string>, count: number) => {
      for (let index = 0; index < count; index += 1) reporter.add(event)
    },
  }
}

const numbered = (pending: number) => ({ pending }) as Partial<Counts> as Counts
const settled = () => new Promise(setImmediate)

describe('what leaves the queue', () => {
  test('is told 64 at a time, and what comes while they are counted waits for its own time', async () => {
    const counting = deferred<Counts>()
    const { reporter, sizes, kinds, addAll } = reporterWith({ counts: () => counting.promise })
    addAll(skipped, 64)
    await settled()
    addAll(skipped, 3)
    counting.resolve(numbered(0))
    await settled()
    expect(sizes()).toEqual([64])
    expect(kinds()).toEqual(['soon 0'])
    await reporter.flush()
    expect(sizes()).toEqual([64, 3])
  })

  test.each([
    [1, [1]],
    [127, [127]],
    [128, [64, 64]],
    [200, [67, 67, 66]],
  ])('is told in parts of 64 to 127 events when there are %i', async (count, parts) => {
    const { reporter, sizes, addAll } = reporterWith()
    addAll(enqueued, count)
    await reporter.flush()
    expect(sizes()).toEqual(parts)
  })
})

describe('what is kept', () => {
  test('is told at once the first time, then with what comes within 16 ms', async () => {
    const { reporter, waits, kinds, sizes } = reporterWith()
    reporter.add(enqueued)
    expect(kinds()).toEqual(['soon 0'])
    waits[0]?.end()
    await settled()
    reporter.add(enqueued)
    reporter.add(enqueued)
    expect(kinds()).toEqual(['soon 0', 'later 16'])
    waits[1]?.end()
    await settled()
    expect(sizes()).toEqual([1, 2])
  })

  test('is told at once each time when it would be pushed at once', async () => {
    const { reporter, kinds, waits } = reporterWith({ isHungry: true })
    reporter.add(enqueued)
    waits[0]?.end()
    await settled()
    reporter.add(enqueued)
    reporter.changed()
    expect(kinds()).toEqual(['soon 0', 'soon 0'])
  })

  test('is told in its own time, however much it is: the next sync comes first', async () => {
    const { waits, sizes, addAll } = reporterWith()
    addAll(enqueued, 64)
    await settled()
    expect(sizes()).toEqual([])
    waits[0]?.end()
    await settled()
    expect(sizes()).toEqual([64])
  })

  test('is answered with what the machine is about to hear, before it hears', async () => {
    let pending = 1
    const { reporter, told, addAll } = reporterWith({ counts: () => Promise.resolve(numbered(pending)) })
    let untold: Untold<string> | undefined
    addAll(enqueued, 1)
    reporter.whenCounted({ onKept: (what) => void (untold = what) })
    await settled()
    expect(told).toEqual([])
    expect(untold?.reports()).toEqual({ events: [enqueued], counts: { pending: 1 } })

    pending = 2
    addAll(enqueued, 1)
    expect(untold?.reports()).toEqual({ events: [enqueued], counts: { pending: 1 } })
    untold?.tell()
    expect(told).toEqual([{ type: 'engine.reports', events: [enqueued], counts: { pending: 1 } }])
    expect(untold?.reports()).toBeUndefined()

    await reporter.flush()
    expect(told.slice(1)).toEqual([{ type: 'engine.reports', events: [enqueued], counts: { pending: 2 } }])
  })

  test('is answered and told also when the counts cannot be had', async () => {
    const { reporter, told, addAll } = reporterWith({ counts: () => Promise.reject(new Error('EIO')) })
    let answers = 0
    addAll(enqueued, 1)
    reporter.whenCounted({ onKept: () => void (answers += 1) })
    await settled()
    expect(answers).toBe(1)
    await reporter.flush()
    expect(told).toEqual([{ type: 'engine.reports', events: [enqueued] }])
  })

  test('is neither answered nor told once nobody listens any more', async () => {
    const { reporter, told, addAll } = reporterWith()
    let answers = 0
    addAll(enqueued, 1)
    reporter.whenCounted({ onKept: () => void (answers += 1) })
    reporter.end()
    await reporter.flush()
    expect([answers, told]).toEqual([0, []])
  })
})

test('what somebody else has changed is told with counts that are newer than that', async () => {
  let pending = 1
  const { reporter, told, addAll } = reporterWith({ counts: () => Promise.resolve(numbered(pending)) })
  addAll(enqueued, 1)
  reporter.whenCounted({})
  await settled()
  pending = 2
  reporter.changed()
  await reporter.flush()
  expect(told).toMatchObject([{ counts: { pending: 2 }, changed: true }])
})

test('that something may be there to push is said also when more comes during each look', async () => {
  let counting = deferred<Counts>()
  const { reporter, told, addAll } = reporterWith({ counts: () => counting.promise })
  addAll(enqueued, 1)
  reporter.changed()
  const flushed = reporter.flush()
  await settled()
  addAll(enqueued, 1)
  counting.resolve(numbered(1))
  await flushed
  expect(told).toMatchObject([{ events: [enqueued], changed: true }])
  counting = deferred()
  counting.resolve(numbered(2))
  await reporter.flush()
  expect(told).toHaveLength(2)
})

test('counts that could be had only when everything was told are told, too', async () => {
  let isBroken = true
  const { reporter, told, addAll } = reporterWith({
    counts: () => (isBroken ? Promise.reject(new Error('EIO')) : Promise.resolve(numbered(3))),
  })
  addAll(enqueued, 1)
  const flushed = reporter.flush()
  reporter.whenCounted({})
  await flushed
  isBroken = false
  await settled()
  await reporter.flush()
  expect(told).toMatchObject([{ events: [enqueued] }, { events: [], counts: { pending: 3 } }])
})

test('the store is asked for nothing once nobody listens any more', async () => {
  let asked = 0
  const { reporter, addAll } = reporterWith({
    counts() {
      asked += 1
      return Promise.resolve(numbered(1))
    },
  })
  addAll(enqueued, 1)
  reporter.whenCounted({})
  reporter.end()
  await reporter.flush()
  expect(asked).toBe(0)
})

test('counts that nobody can look at are none, and what happened is told all the same', async () => {
  const { reporter, told, addAll } = reporterWith({ onCounts: () => Promise.reject(new TypeError('no counts')) })
  addAll(enqueued, 1)
  await reporter.flush()
  addAll(enqueued, 1)
  await reporter.flush()
  expect(told).toEqual(Array.from({ length: 2 }, () => ({ type: 'engine.reports', events: [enqueued] })))
})

test('that something may be there to push is said with the last of what is told', async () => {
  const { reporter, told, addAll } = reporterWith()
  addAll(enqueued, 128)
  reporter.changed()
  await reporter.flush()
  expect(told.map(({ changed = false }) => changed)).toEqual([false, true])
})
