// `npm start`: a fleet agent in front of a server that has a bad day, killed with -9 four times; at the end everything must add up.
// With --forget the server loses a report that it has said yes to, and the account must show it.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { accountOf } from './account.ts'
import type { Work } from './agent.ts'
import { createChronicle } from './chronicle.ts'
import { startLife } from './life.ts'
import { createScreen } from './screen.ts'
import type { Trouble } from './server.ts'
import { createFleetServer } from './server.ts'

const key = 'demo-key-5f3a9c'
const work = Array.from({ length: 60 }, (_, index): Work => {
  const id = `report-${String(index + 1).padStart(2, '0')}`
  const results = id === 'report-09' ? ['done', 'poison'] : ['done', 'done', 'failed'].slice(index % 3)
  return { id, dispatches: results.map((result, place) => ({ id: `${id}.${place + 1}`, result })) }
})
const troubles = new Map<string, Trouble>([
  ['report-04', 'busy'],
  ['report-07', 'cutRequest'],
  ['report-12', 'silent'],
  ['report-18', 'cutAnswer'],
])
if (process.argv.includes('--forget')) troubles.set('report-30', 'forgets')

const screen = createScreen(work.length)
const chronicle = createChronicle((change) => {
  screen.show(change)
  if (change.what === 'crashed' || change.what === 'notKept') fail(`The agent ${change.what}.`)
})
const tell = (what: string, reason: string) => chronicle.add({ who: 'demo', what, reason })
const { count, until } = chronicle
const server = createFleetServer({ key, troubles, onDeed: (what, id) => chronicle.add({ who: 'server', what, id }) })
const folder = await mkdtemp(join(tmpdir(), 'fleet-agent-'))
const signedOut = { CORE_API_URL: server.url }
const signedIn = { ...signedOut, CORE_AGENT_API_KEY: key }

/** The agent's status, when that is the latest news. */
const present = () => chronicle.changes.at(-1)?.status

function begin(env: NodeJS.ProcessEnv, reason: string) {
  tell('started', reason)
  return startLife(folder, env, chronicle)
}

function fail(why: string): never {
  screen.end([why])
  process.exit(1)
}

const limit = setTimeout(() => fail('The demo did not come to its end within 55 s.'), 55_000)

const first = begin(signedOut, 'an agent without a key, and a server that refuses connections')
await first.hand(work.slice(0, 10))
await until(() => present()?.reason === 'held')
await first.kill()

const second = begin(signedIn, 'the agent again, with a key')
await second.hand(work.slice(10, 20))
await until(() => count('agent', 'retryScheduled') >= 2)
await second.kill()

tell('accepting', 'the server listens from now on')
await server.accept()
const third = begin(signedIn, 'the agent again, in the middle of its backoff')
await until(() => count('server', 'silent') > 0)
await third.kill() // the server has report-12, and the agent does not know

const fourth = begin(signedIn, 'the agent again, with a report in doubt')
await fourth.hand(work.slice(20, 40))
await until(() => count('server', 'took', 'report-25') > 0)
await fourth.kill() // as its answer arrives: before or after it was recorded

const last = begin(signedIn, 'the agent again, to its end')
await last.hand(work.slice(40))
await until(() => present()?.reason === 'ready' && present()?.pending === 0)
await last.end()

clearTimeout(limit)
server.close()
const agentAccount = chronicle.changes.findLast(({ account }) => account !== undefined)?.account
if (agentAccount === undefined) throw new Error('the agent ended without its account')
const account = accountOf(work, chronicle, server, agentAccount)
screen.end(account.lines)
await rm(folder, { recursive: true })
process.exitCode = account.addsUp ? 0 : 1
