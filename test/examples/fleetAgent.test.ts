import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { afterAll, describe, expect, it } from 'vitest'
import type { Work } from '../../examples/fleet-agent/agent.ts'
import type { Change } from '../../examples/fleet-agent/chronicle.ts'
import { createChronicle } from '../../examples/fleet-agent/chronicle.ts'
import { buildPackage } from '../support/builtPackage.ts'
import { runInTerminal, screensOf, whyNoTerminal } from '../support/terminal.ts'
import { scriptedServer } from '../../src/testing/server.ts'

const built = await buildPackage()
afterAll(() => built[Symbol.asyncDispose]())

/** Runs the demo without a terminal. */
async function runDemo(...args: readonly string[]) {
  const child = spawn(process.execPath, [built.path('examples/fleet-agent/demo.js'), ...args])
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  return { code: code as unknown, err, lines: out.trimEnd().split('\n') }
}

/** Runs the agent alone, with no environment but `env`, and hands in one report. */
function startAgent(folder: string, env: NodeJS.ProcessEnv, work: Work) {
  const child = spawn(process.execPath, [built.path('examples/fleet-agent/agent.js'), folder], {
    env,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const chronicle = createChronicle(() => {})
  const lines = createInterface({ input: child.stdout })
  lines.on('line', (line) => chronicle.add({ ...(JSON.parse(line) as Change), who: 'agent' }))
  child.stdin.write(`${JSON.stringify(work)}\n`)
  return {
    until: (what: string) => chronicle.until(() => chronicle.count('agent', what) > 0),
    untilEmpty: () =>
      chronicle.until(() => {
        const status = chronicle.changes.at(-1)?.status
        return chronicle.count('agent', 'enqueued') > 0 && status?.reason === 'ready' && status.pending === 0
      }),
    /** Ends it as a service manager does; answers what it says of itself at its end. */
    async stop() {
      const closed = once(lines, 'close')
      child.kill('SIGTERM')
      await closed
      return chronicle.changes.at(-1)?.account
    },
  }
}

/** Every kind of line that the demo prints. */
const kinds = [
  /demo {4}started {9}an agent without a key, and a server that refuses connections/,
  /demo {4}started {9}the agent again, with a key/,
  /demo {4}started {9}the agent again, in the middle of its backoff/,
  /demo {4}started {9}the agent again, with a report in doubt/,
  /demo {4}started {9}the agent again, to its end/,
  /demo {4}accepting {7}the server listens from now on/,
  /demo {4}killed/,
  /agent {3}enqueued {8}report-\d\d/,
  /agent {3}held {12}CORE_AGENT_API_KEY or CORE_BRAIN_KEY is not set/,
  /agent {3}status {10}On hold until resume \(CORE_AGENT_API_KEY or CORE_BRAIN_KEY is not set\); \d+ entr(y waits|ies wait)\./,
  /agent {3}status {10}The first entry is tried again in [12] s(: no answer from \S+ \(ECONN(REFUSED|RESET)\))?; \d+ entr(y waits|ies wait)\./,
  /agent {3}status {10}The remote asked to wait another 3 s: answered 503 Service Unavailable: busy; \d+ entr(y waits|ies wait)\./,
  /agent {3}status {10}Pushing; \d+ entr(y waits|ies wait)\./,
  /agent {3}status {10}Everything has been pushed\./,
  /agent {3}status {10}Nothing waits; 1 dead letter is kept\./,
  /agent {3}status {10}Stopping; 0 entries wait\./,
  /agent {3}status {10}Stopped; 0 entries wait in the store\./,
  /agent {3}retryScheduled {2}report-01 {2}again in 1\.0 s: no answer from \S+ \(ECONNREFUSED\)/,
  /agent {3}retryScheduled {2}report-01 {2}again in 2\.0 s: no answer from \S+ \(ECONNREFUSED\)/,
  /agent {3}retryScheduled {2}report-04 {2}again in 3\.0 s: answered 503 Service Unavailable: busy/,
  /agent {3}retryScheduled {2}report-07 {2}again in 1\.0 s: no answer from \S+ \(ECONNRESET\)/,
  /agent {3}delivered {7}report-\d\d/,
  /agent {3}warning {9}OUTBOX_DROPPED: .*report-09.*/,
  /agent {3}dropped {9}report-09 {2}answered 400 Bad Request: a result cannot be poison/,
  /agent {3}stopped/,
  /server {2}took {12}report-\d\d/,
  /server {2}tookAgain {7}report-(12|25)/,
  /server {2}busy {12}report-04/,
  /server {2}cutRequest {6}report-07/,
  /server {2}refused {9}report-09/,
  /server {2}silent {10}report-12/,
  /server {2}cutAnswer {7}report-18/,
].map(({ source }) => new RegExp(`^ *\\d+\\.\\d s {2}${source}$`))

describe.concurrent('the fleet agent', () => {
  it('loses nothing to a failing server and four kills, and the demo’s account adds up', async () => {
    const { code, err, lines } = await runDemo()
    expect(err).toBe('')
    expect(lines.slice(-5)).toEqual([
      'yes  enqueued 60 = delivered 59 + dead 1 + waiting 0',
      expect.stringMatching(/^yes {2}repeats [12] <= kills 4$/),
      'yes  order: delivered as enqueued',
      expect.stringMatching(/^yes {2}ledger: each of \d+ delivered dispatches is marked$/),
      'The account adds up.',
    ])
    expect(code).toBe(0)
    const log = lines.slice(0, -5)
    expect(log.filter((line) => !kinds.some((kind) => kind.test(line)))).toEqual([])
    expect(kinds.filter((kind) => !log.some((line) => kind.test(line)))).toEqual([])
  })

  it('shows an account that does not add up when the server forgets a report, and the demo exits 1', async () => {
    const { code, lines } = await runDemo('--forget')
    expect(lines).toContain('NO   enqueued 60 = delivered 58 + dead 1 + waiting 0; missing: report-30')
    expect(lines.at(-1)).toBe('The account does not add up.')
    expect(code).toBe(1)
  })

  it('paints a live view in a terminal: state, countdown, a bar that only grows, and the latest changes', async ({
    skip,
  }) => {
    const missing = whyNoTerminal()
    if (missing !== undefined) return skip(missing)
    const { code, output } = await runInTerminal(80, built.path('examples/fleet-agent/demo.js'))
    const screens = screensOf(output)
    const views = screens.slice(0, -1)

    expect(code).toBe(0)
    expect(views.length).toBeGreaterThan(50)
    const heads = views.map(([head = '']) => head)
    expect(
      heads.filter(
        (head) =>
          !/^fleet agent {2}(not running|stopped|backoff|[a-z]+ \([a-z]+\))( {2}next try in \d\.\d s)?$/.test(head),
      ),
    ).toEqual([])
    for (const seen of [
      'draining (pushing)',
      'backoff  next try in 0.',
      'backoff (server)  next try in 2.',
      'stopped',
    ]) {
      expect(
        heads.some((head) => head.startsWith(`fleet agent  ${seen}`)),
        seen,
      ).toBe(true)
    }
    const done = views.map(([, bar = '']) => {
      const [, hashes = '', dots = '', count] =
        /^\[(#*)(\.*)\] {2}(\d+) of 60 done {2}\d+ waiting {2}[01] dead$/.exec(bar) ?? []
      expect([hashes.length, dots.length]).toEqual([Math.round((Number(count) / 60) * 40), 40 - hashes.length])
      return Number(count)
    })
    expect(done).toEqual(done.toSorted((a, b) => a - b))
    expect(views.flat().filter((line) => line.length > 79)).toEqual([])
    expect(views.map((view) => view.length).filter((height) => height > 15)).toEqual([])
    expect(screens.at(-1)?.slice(0, 3)).toEqual([
      'fleet agent  stopped',
      `[${'#'.repeat(40)}]  60 of 60 done  0 waiting  1 dead`,
      'Stopped; 0 entries wait in the store.',
    ])
    expect(screens.at(-1)?.at(-2)).toBe('The account adds up.')
  })

  it('posts agent id and dispatches with the key of the environment, keeps a ledger, and stops on SIGTERM', async () => {
    await using server = await scriptedServer()
    await using folder = await temporaryFolder()
    const dispatches = [{ id: 'd1', result: 'done' }]
    const env = { CORE_API_URL: server.url, CORE_BRAIN_KEY: 'brain-key', AGENT_ID: 'agent-7' }

    const first = startAgent(folder.path, env, { id: 'r1', dispatches })
    await first.until('delivered')
    await first.stop()
    const second = startAgent(folder.path, { ...env, CORE_AGENT_API_KEY: 'agent-key' }, { id: 'r2', dispatches })
    await second.until('delivered')

    expect(await second.stop()).toEqual({ waiting: [], dead: [], synced: ['d1'], lastSyncAt: expect.any(Number) })
    expect(server.requests).toMatchObject([
      { method: 'POST', path: '/v1/agent/sync', key: 'r1', headers: { authorization: 'Bearer brain-key' } },
      { method: 'POST', path: '/v1/agent/sync', key: 'r2', headers: { authorization: 'Bearer agent-key' } },
    ])
    expect(JSON.parse(server.requests[0]?.body ?? '')).toEqual({ agent_id: 'agent-7', dispatches })
  })

  it('keeps a report while nothing says where to', async () => {
    await using folder = await temporaryFolder()
    const agent = startAgent(folder.path, {}, { id: 'r1', dispatches: [{ id: 'd1', result: 'done' }] })
    await agent.until('held')
    expect(await agent.stop()).toEqual({ waiting: ['r1'], dead: [], synced: [] })
  })

  it('needs no push for a report without dispatches', async () => {
    await using folder = await temporaryFolder()
    const agent = startAgent(folder.path, {}, { id: 'r1', dispatches: [] })
    await agent.untilEmpty()
    expect(await agent.stop()).toEqual({ waiting: [], dead: [], synced: [] })
  })
})

async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), 'fleet-agent-test-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) }
}
