// xstate-outbox beside others on the same work: `npm --prefix bench run bench -- [options]`.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { contestants } from './contestants/index.js'
import { writeCharts } from './report/charts.js'
import { describeMachine, versionsOf } from './report/machine.js'
import { replaceBetween } from './report/page.js'
import { tablesOf } from './report/tables.js'
import { inDirectory, runSession } from './support/runSession.js'

const { values: options } = parseArgs({
  options: {
    /** Runs of each contestant on each work; what is shown is their median. */
    rounds: { type: 'string', default: '5' },
    /** The same for the work with a backlog, which takes longer. */
    'backlog-rounds': { type: 'string', default: '3' },
    /** Entries enqueued one by one, by 100 callers, and before anything is measured. */
    one: { type: 'string', default: '1000' },
    many: { type: 'string', default: '10000' },
    warm: { type: 'string', default: '5000' },
    /** How many entries wait when a drain begins. */
    backlogs: { type: 'string', default: '1000,10000,100000' },
    contestants: { type: 'string', default: Object.keys(contestants).join(',') },
    /** Puts the tables into docs/performance.md and the charts beside it. */
    write: { type: 'boolean', default: false },
    /** Measures nothing: shows what an earlier run has left in bench/results. */
    again: { type: 'boolean', default: false },
  },
})
const results = fileURLToPath(new URL('results/', import.meta.url))
const docs = fileURLToPath(new URL('../docs/', import.meta.url))
const names = options.contestants.split(',')
const sizes = { one: Number(options.one), many: Number(options.many), warm: Number(options.warm) }
const backlogs = options.backlogs.split(',').map(Number)

const measured = options.again ? JSON.parse(readFileSync(`${results}bench.json`, 'utf8')) : await measureAll()
const tables = tablesOf(measured)
process.stdout.write(tables)
mkdirSync(results, { recursive: true })
writeCharts(measured, options.write ? docs : results)
if (options.write) replaceBetween(`${docs}performance.md`, 'bench', tables)

async function measureAll() {
  const all = {}
  for (const name of names) {
    const contestant = await contestants[name]().catch((error) => ({ name, survives: '', reason: reasonOf(error) }))
    const { reason } = contestant
    all[name] = {
      name: contestant.name,
      survives: contestant.survives,
      package: contestant.package,
      runs: [],
      ...(reason && { reason }),
    }
  }

  const found = {
    date: new Date().toISOString().slice(0, 10),
    machine: describeMachine(),
    versions: versionsOf(),
    sizes,
    backlogs,
    rounds: { speed: Number(options.rounds), backlog: Number(options['backlog-rounds']) },
    contestants: all,
  }
  // After each round: who stops a long run keeps what it has measured, for `--again`.
  const save = () => writeFileSync(`${results}bench.json`, JSON.stringify(found))
  mkdirSync(results, { recursive: true })
  for (let round = 0; round < found.rounds.speed; round += 1) {
    for (const name of inTurn(round)) {
      await attempt(all[name], (directory) => runSession({ contestant: name, work: 'speed', directory, ...sizes }))
      progress(`round ${round + 1} of ${found.rounds.speed}: ${name}`)
    }
    save()
  }
  for (let round = 0; round < found.rounds.backlog; round += 1) {
    for (const name of inTurn(round).filter((each) => each !== 'bare' && each !== 'machine')) {
      for (const size of backlogs) await attempt(all[name], (directory) => measureBacklog(name, size, directory))
      progress(`backlog round ${round + 1} of ${found.rounds.backlog}: ${name}`)
    }
    save()
  }
  return found
}

async function measureBacklog(contestant, size, directory) {
  const count = Math.min(size, 1_000)
  const { drain, drainCpuUs } = await runSession({
    contestant,
    work: 'backlog',
    directory,
    size: size + count,
    count,
    warm: 2_000,
  })
  const { firstPushMs, rssMb } = await runSession({ contestant, work: 'restart', directory, count: 50 })
  return {
    [`drain${size}`]: drain,
    [`drainCpuUs${size}`]: drainCpuUs,
    [`firstPushMs${size}`]: firstPushMs,
    [`rssMb${size}`]: rssMb,
  }
}

/** Does the work in a directory of its own; who fails takes no further part, and the reason is shown. */
async function attempt(contestant, work) {
  if (contestant.reason) return
  try {
    contestant.runs.push(await inDirectory(work))
  } catch (error) {
    contestant.reason = reasonOf(error)
  }
}

function reasonOf(error) {
  const text = String(error.stderr || error.message)
  return /^\w*Error.*$/m.exec(text)?.[0] ?? text.split('\n')[0]
}

/** The contestants in an order that differs from round to round. */
function inTurn(round) {
  const shift = (round * 5) % names.length
  return [...names.slice(shift), ...names.slice(0, shift)]
}

function progress(text) {
  process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`)
}
