import { expect, test, vi } from 'vitest'
import type { Entry, PushContext, SyncOptions } from '../../src/index.ts'
import { HoldError, createOutbox, exponentialBackoff, memoryStore } from '../../src/index.ts'
import { simulatedTime } from '../../src/testing/index.ts'

/** What an agent reports: the case that the Go reference was built for. */
interface Report {
  readonly agentId: string
  readonly fleetNodeId: string
  readonly dispatches: readonly { readonly id: string }[]
}

type Answer = (entry: Entry<Report>, context: PushContext) => unknown

/** An agent's outbox in simulated time, with what it pushed and recorded. */
function createAgent(answer: Answer, options: Partial<SyncOptions<Report>> = {}) {
  const time = simulatedTime()
  const startedAt = time.now()
  const pushed: { readonly dispatches: readonly string[]; readonly atMs: number }[] = []
  const dropped: string[] = []
  const outbox = createOutbox<Report>({
    ...time.options,
    store: memoryStore(),
    countItems: ({ dispatches }) => dispatches.length,
    meta: ({ agentId, fleetNodeId }) => ({ agentId, fleetNodeId }),
    ...options,
    push: (entry, context) => {
      pushed.push({ dispatches: entry.payload.dispatches.map(({ id }) => id), atMs: time.now() - startedAt })
      return answer(entry, context)
    },
  })
  outbox.on('warning', ({ message }) => dropped.push(message))
  return {
    time,
    outbox,
    pushed,
    dropped,
    report: (...ids: readonly string[]) =>
      outbox.enqueue({ agentId: 'agent-1', fleetNodeId: 'node-1', dispatches: ids.map((id) => ({ id })) }),
  }
}

const refuse: Answer = () => {
  throw new Error('fleet server: 503')
}

test('the first drain runs at start, and later ones when something is enqueued or the poll comes round', async () => {
  const agent = createAgent(() => undefined, { idlePollMs: 60_000 })
  await agent.report('d1')
  await agent.time.quiet()
  expect(agent.pushed).toEqual([{ dispatches: ['d1'], atMs: 0 }])
  let passes = 0
  agent.outbox.actor.subscribe((snapshot) => {
    if (snapshot.matches('draining')) passes += 1
  })
  await agent.time.advance(59_999)
  expect(passes).toBe(0)
  await agent.time.advance(1)
  expect(passes).toBeGreaterThan(0)
  await agent.outbox.stop()
})

test('counts dispatches, not reports', async () => {
  const agent = createAgent(() => undefined)
  await agent.report('d1', 'd2')
  await agent.report()
  await agent.report('d3', 'd4', 'd5')
  await agent.time.quiet()
  expect(await agent.outbox.stop()).toEqual({ delivered: 2, items: 5, dropped: 0, skipped: 1, pending: 0 })
})

test('a record of each push holds agent, fleet node, bytes, dispatches and time', async () => {
  const agent = createAgent(() => undefined)
  await agent.report('d1', 'd2')
  await agent.time.quiet()
  const bytes = JSON.stringify({
    agentId: 'agent-1',
    fleetNodeId: 'node-1',
    dispatches: [{ id: 'd1' }, { id: 'd2' }],
  }).length
  expect(await agent.outbox.history()).toMatchObject([
    { direction: 'push', meta: { agentId: 'agent-1', fleetNodeId: 'node-1' }, items: 2, bytes, at: agent.time.now() },
  ])
  expect(agent.outbox.status().lastDeliveredAt).toBe(agent.time.now())
  await agent.outbox.stop()
})

test('a failing head blocks the rest and is tried after 1, 2, 4, 8, 16, 30, 30 seconds', async () => {
  const agent = createAgent(refuse)
  await agent.report('d1')
  await agent.report('d2')
  await agent.time.advance(91_000)
  const waits = agent.pushed.slice(1).map(({ atMs }, index) => atMs - (agent.pushed[index]?.atMs ?? 0))
  expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000])
  expect(agent.pushed.every(({ dispatches }) => dispatches[0] === 'd1')).toBe(true)
  await agent.outbox.stop()
})

test('after 100 attempts by default the report is dropped with a warning and a record, and the next goes at once', async () => {
  vi.stubEnv('CORE_AGENT_SYNC_MAX_ATTEMPTS', undefined)
  vi.stubEnv('CORE_SYNC_MAX_ATTEMPTS', undefined)
  const agent = createAgent((entry) => entry.payload.dispatches[0]?.id === 'poison' && refuse(entry, {} as never))
  const { id } = await agent.report('poison', 'with it')
  await agent.report('fine')
  const untilDropMs = Array.from({ length: 99 }, (_, n) => exponentialBackoff()(n + 1)).reduce((sum, ms) => sum + ms, 0)
  await agent.time.advance(untilDropMs)
  vi.unstubAllEnvs()
  expect(agent.pushed).toHaveLength(101)
  expect(agent.pushed.at(-1)).toEqual({ dispatches: ['fine'], atMs: untilDropMs })
  expect(agent.dropped).toEqual([
    `dropping outbox entry ${id} to the dead letters (exhausted, attempts: 100): fleet server: 503`,
  ])
  expect(await agent.outbox.history({ limit: 1 })).toMatchObject([
    {
      direction: 'drop',
      meta: { agentId: 'agent-1', fleetNodeId: 'node-1' },
      items: 2,
      attempts: 100,
      reason: 'fleet server: 503',
      at: expect.any(Number),
    },
  ])
  await agent.outbox.stop()
})

test('a head without dispatches is removed although its next attempt lies ahead', async () => {
  const agent = createAgent(() => undefined)
  await agent.outbox.enqueue(
    { agentId: 'agent-1', fleetNodeId: 'node-1', dispatches: [] },
    { notBefore: agent.time.now() + 3_600_000 },
  )
  await agent.report('d1')
  await agent.time.quiet()
  expect(agent.pushed).toEqual([{ dispatches: ['d1'], atMs: 0 }])
  await agent.outbox.stop()
})

test('a restart goes on where the old process was: same entry, same attempts, same moment', async () => {
  const store = memoryStore()
  const before = createAgent(refuse, { store })
  await before.report('d1')
  await before.time.advance(3_500)
  await before.outbox.stop()
  const [waiting] = await store.read({ limit: 1 })
  expect(waiting).toMatchObject({ attempts: 3 })
  const after = createAgent(() => undefined, { store })
  after.time.jump(3_500)
  await after.time.quiet()
  const leftMs = (waiting?.nextAttemptAt ?? 0) - after.time.now()
  expect(leftMs).toBe(3_500)
  await after.time.advance(leftMs - 1)
  expect(after.pushed).toEqual([])
  await after.time.advance(1)
  expect(after.pushed).toMatchObject([{ dispatches: ['d1'] }])
  await after.outbox.stop()
})

test('without a token nothing is sent and nothing is lost', async () => {
  const auth: { token?: string } = {}
  const sent: string[] = []
  const agent = createAgent(() => {
    if (auth.token === undefined) throw new HoldError('no sync token: set CORE_AGENT_API_KEY')
    sent.push(auth.token)
  })
  await agent.report('d1')
  await agent.time.advance(86_400_000)
  expect(agent.outbox.explain()).toBe('On hold until resume (no sync token: set CORE_AGENT_API_KEY); 1 entry waits.')
  auth.token = 'read at each try'
  agent.outbox.resume()
  await agent.time.quiet()
  expect(sent).toEqual(['read at each try'])
  await agent.outbox.stop()
})

test('enqueue does not wait for the push under way, and a stop does not cost an attempt: both unlike the reference', async () => {
  const store = memoryStore()
  const agent = createAgent(
    (_, { signal }) =>
      new Promise((__, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
    { store },
  )
  await agent.report('d1')
  await agent.time.quiet()
  await agent.report('d2')
  await agent.outbox.stop()
  expect(await store.read({ limit: 2 })).toMatchObject([{ attempts: 0 }, { attempts: 0 }])
})
