// The figures that the file store is held to, each beside what was measured: `npm --prefix bench run goals -- [options]`.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { describeMachine } from './report/machine.js'
import { median } from './report/median.js'
import { replaceBetween } from './report/page.js'
import { inDirectory, runSession } from './support/runSession.js'
import { table } from './support/table.js'

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    one: { type: 'string', default: '2000' },
    many: { type: 'string', default: '20000' },
    warm: { type: 'string', default: '20000' },
    backlogs: { type: 'string', default: '1000,100000,1000000' },
    restart: { type: 'string', default: '100000' },
    waiting: { type: 'string', default: '1000000' },
    /** Which parts to measure, of speed, restart, steady, memory; the rows of the others are left out. */
    only: { type: 'string', default: 'speed,restart,steady,memory' },
    /** Puts the table into docs/performance.md. */
    write: { type: 'boolean', default: false },
    again: { type: 'boolean', default: false },
  },
})
const rounds = Number(options.rounds)
const results = fileURLToPath(new URL('results/', import.meta.url))
const backlogs = options.backlogs.split(',').map(Number)

const measured = options.again ? JSON.parse(readFileSync(`${results}goals.json`, 'utf8')) : await measureAll()
const text = `Measured on ${measured.date}: ${measured.machine}. ${measured.rounds} interleaved rounds; a ratio is the median of the rounds' ratios.\n\n${table(['what', 'wanted', 'measured', ''], rowsOf(measured))}\n${cpuOf(measured)}\n`
process.stdout.write(text)
if (options.write) replaceBetween(fileURLToPath(new URL('../docs/performance.md', import.meta.url)), 'goals', text)

async function measureAll() {
  const sizes = { one: Number(options.one), many: Number(options.many), warm: Number(options.warm) }
  const found = {
    date: new Date().toISOString().slice(0, 10),
    machine: describeMachine(),
    rounds,
    speed: [],
    steady: [],
    restart: [],
  }
  // After each round: who stops a long run keeps what it has measured, for `--again`.
  const save = () => writeFileSync(`${results}goals.json`, JSON.stringify(found))
  mkdirSync(results, { recursive: true })
  for (let round = 0; round < roundsOf('speed'); round += 1) {
    const speed = {}
    for (const contestant of ['bare', 'store', 'handle', 'sqliteFull', 'plainjob']) {
      speed[contestant] = await inDirectory((directory) =>
        runSession({ contestant, work: 'speed', directory, ...sizes }),
      )
    }
    found.speed.push(speed)
    save()
    progress(`speed, round ${round + 1}`)
  }
  for (let round = 0; round < roundsOf('restart'); round += 1) {
    const restart = {}
    for (const contestant of ['handle', 'sqliteFull']) {
      restart[contestant] = await inDirectory(async (directory) => {
        await runSession({ contestant, work: 'fill', directory, size: Number(options.restart) })
        return runSession({ contestant, work: 'restart', directory, count: 50 })
      })
    }
    found.restart.push(restart)
    save()
    progress(`restart, round ${round + 1}`)
  }
  for (let round = 0; round < roundsOf('steady'); round += 1) {
    const steady = {}
    for (const size of backlogs) {
      steady[size] = await inDirectory((directory) =>
        runSession({ contestant: 'handle', work: 'steady', directory, size, count: 1_000, repeats: 20 }),
      )
    }
    found.steady.push(steady)
    save()
    progress(`backlog, round ${round + 1}`)
  }
  if (roundsOf('memory') > 0) {
    found.memory = await inDirectory((directory) =>
      runSession({
        contestant: 'handle',
        work: 'memory',
        directory,
        size: Number(options.waiting),
        flags: ['--expose-gc'],
      }),
    )
    save()
  }
  return found
}

function roundsOf(part) {
  return options.only.split(',').includes(part) ? rounds : 0
}

function cpuOf({ speed }) {
  if (speed.length === 0) return ''
  const of = (who, field) => median(speed.map((round) => round[who][field])).toFixed(0)
  const enqueue = ['bare', 'store', 'handle'].map((who) => `${who} ${of(who, 'enqueueCpuUs')}`)
  const drain = ['store', 'handle'].map((who) => `${who} ${of(who, 'drainCpuUs')}`)
  return `CPU time of an entry, us: enqueued by 100 callers: ${enqueue.join(', ')}; drained: ${drain.join(', ')}.`
}

function rowsOf(found) {
  return [
    ...(found.speed.length > 0 ? speedRows(found) : []),
    ...(found.steady.length > 0 ? steadyRows(found) : []),
    ...(found.restart.length > 0 ? restartRows(found) : []),
    ...(found.memory ? memoryRows(found) : []),
  ]
}

function speedRows({ speed }) {
  const ratio = (one, oneField, other, otherField = oneField) =>
    median(speed.map((round) => round[one][oneField] / round[other][otherField]))
  const rate = (one, field) => median(speed.map((round) => round[one][field]))
  const per = (field) => `${rate('handle', field).toFixed(0)}/s`
  return [
    atLeast('enqueue, 100 callers: store alone / bare group commit', 0.85, ratio('store', 'callers', 'bare')),
    atLeast(
      'enqueue, 100 callers: handle / bare group commit',
      0.6,
      ratio('handle', 'callers', 'bare'),
      per('callers'),
    ),
    atLeast('enqueue, 100 callers: handle / SQLite WAL FULL', 5, ratio('handle', 'callers', 'sqliteFull')),
    atLeast('enqueue, 100 callers: handle / plainjob, which is not synced', 2, ratio('handle', 'callers', 'plainjob')),
    atLeast(
      'enqueue one by one: handle / bare append + fdatasync',
      0.8,
      ratio('handle', 'oneByOne', 'bare'),
      per('oneByOne'),
    ),
    atLeast('enqueue one by one: handle / SQLite WAL FULL', 1, ratio('handle', 'oneByOne', 'sqliteFull')),
    atLeast(
      'drain through the machine, a journal write for each entry, entries per second',
      50_000,
      rate('handle', 'drain'),
    ),
    atLeast('drain: machine / plainjob', 5, ratio('handle', 'drain', 'plainjob')),
  ]
}

function steadyRows({ steady }) {
  const [least, ...others] = Object.keys(steady[0]).map(Number)
  return others.map((size) =>
    atMost(
      `CPU of an entry, ${size.toLocaleString('en')} waiting / ${least.toLocaleString('en')} waiting`,
      1.25,
      median(steady.map((round) => round[size].cpuUs / round[least].cpuUs)),
      `${median(steady.map((round) => round[size].cpuUs)).toFixed(1)} us`,
    ),
  )
}

function restartRows({ restart }) {
  const first = (who) => median(restart.map((round) => round[who].firstPushMs))
  return [
    atMost(
      'open to first push, 100,000 waiting, ms',
      25,
      first('handle'),
      `SQLite WAL FULL: ${first('sqliteFull').toFixed(1)}`,
    ),
  ]
}

function memoryRows({ memory }) {
  const { heaps } = memory
  const heapGrowthMb = Math.max(...heaps.slice(-3)) - Math.max(...heaps.slice(0, 3))
  return [
    atMost(
      'growth of RSS with 1,000,000 waiting, MB',
      30,
      memory.rssWaitingMb - memory.rssBeforeMb,
      `to ${memory.rssWaitingMb.toFixed(0)}`,
    ),
    atMost(
      'growth of the heap over 1,000,000 drained, MB',
      1,
      heapGrowthMb,
      heaps.map((heap) => heap.toFixed(1)).join(' '),
    ),
  ]
}

function atLeast(what, wanted, value, more) {
  return row(what, `>= ${wanted.toLocaleString('en')}`, value, value >= wanted, more)
}

function atMost(what, wanted, value, more) {
  return row(what, `<= ${wanted.toLocaleString('en')}`, value, value <= wanted, more)
}

function row(what, wanted, value, holds, more) {
  const shown = value >= 1_000 ? Math.round(value).toLocaleString('en') : value.toFixed(2)
  return [what, wanted, more ? `${shown} (${more})` : shown, holds ? 'holds' : 'does not hold']
}

function progress(text) {
  process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`)
}
