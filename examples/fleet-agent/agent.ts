// A Node agent that reports finished work to a fleet server, and loses none of it: not while the server is away, and not when the
// agent is killed.
//
//   CORE_API_URL=http://127.0.0.1:8080 CORE_AGENT_API_KEY=... node agent.js <state folder>
//
// Finished work comes in on stdin, one `Work` a line; what happens goes out on stdout, one change a line.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { createOutbox, HoldError } from 'xstate-outbox'
import { fsStore } from 'xstate-outbox/fs'
import { httpPush } from 'xstate-outbox/http'
import { openLedger } from './ledger.ts'

export interface Dispatch {
  readonly id: string
  readonly result: string
}

/** Finished work, as it arrives: what was dispatched together is reported together. */
export interface Work {
  readonly id: string
  readonly dispatches: readonly Dispatch[]
}

/** What waits in the outbox. */
interface Report {
  readonly agentId: string
  readonly fleetNodeId: string
  readonly dispatches: readonly Dispatch[]
}

const { AGENT_ID: agentId = 'agent-1', FLEET_NODE_ID: fleetNodeId = 'node-1' } = process.env
const folder = process.argv[2] ?? '.fleet-agent'
mkdirSync(folder, { recursive: true })
const ledger = openLedger(join(folder, 'synced.jsonl'))

const post = httpPush<Report>({
  url: () => `${setting('CORE_API_URL')}/v1/agent/sync`,
  headers: () => ({ authorization: `Bearer ${setting('CORE_AGENT_API_KEY', 'CORE_BRAIN_KEY')}` }),
  body: ({ payload }) => ({ agent_id: payload.agentId, dispatches: payload.dispatches }),
})

const outbox = createOutbox<Report>({
  name: 'fleet-agent',
  store: fsStore({ directory: join(folder, 'outbox') }),
  push: async (entry, context) => {
    await post(entry, context)
    // At the end of push, since it must happen for every delivery: after a crash it may happen twice.
    await ledger.mark(entry.payload.dispatches.map(({ id }) => id))
  },
  countItems: ({ dispatches }) => dispatches.length,
  meta: (report) => ({ agentId: report.agentId, fleetNodeId: report.fleetNodeId }),
})

/** Read at each try, so that a key that comes later is used. Without one the outbox holds, and keeps everything. */
function setting(...names: readonly string[]): string {
  const value = names.map((name) => process.env[name]?.trim()).find(Boolean)
  if (value === undefined) throw new HoldError(`${names.join(' or ')} is not set`)
  return value
}

function tell(what: string, facts: object = {}): void {
  console.log(JSON.stringify({ what, ...facts }))
}

outbox.on('delivered', ({ entry }) => tell('delivered', { id: entry.id, attempts: entry.attempts }))
outbox.on('retryScheduled', ({ entry, waitMs, reason }) => tell('retryScheduled', { id: entry.id, waitMs, reason }))
outbox.on('dropped', ({ entry, reason }) => tell('dropped', { id: entry.id, reason }))
outbox.on('held', ({ reason }) => tell('held', { reason }))
outbox.on('warning', ({ code, message }) => tell('warning', { reason: `${code}: ${message}` }))
outbox.subscribe(() => tell('status', { status: outbox.status(), reason: outbox.explain() }))

/** Durable once told: whoever handed the work in may forget it. */
async function keep(line: string): Promise<void> {
  const { id, dispatches } = JSON.parse(line) as Work
  try {
    await outbox.enqueue({ agentId, fleetNodeId, dispatches }, { id })
    tell('enqueued', { id })
  } catch (error) {
    tell('notKept', { id, reason: String(error) })
  }
}

const lines = createInterface({ input: process.stdin })
process.once('SIGTERM', () => lines.close())
const kept: Promise<void>[] = []
for await (const line of lines) kept.push(keep(line))
await Promise.all(kept)

const waiting = (await outbox.list({ limit: 1_000 })).map(({ id }) => id)
const dead = (await outbox.deadLetters.list({ limit: 1_000 })).map(({ entry }) => entry.id)
const { synced, lastSyncAt } = await ledger.read()
await outbox.stop()
tell('stopped', { account: { waiting, dead, synced: [...synced], lastSyncAt } })
