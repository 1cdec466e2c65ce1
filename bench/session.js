// One contestant doing one work, in a process of its own. Started by `runSession`; prints what it measured as one line of JSON.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { contestants } from './contestants/index.js'
import { countingPush, enqueueRate, rate, usage } from './support/measure.js'
import { payloadOf } from './support/payload.js'

const order = JSON.parse(process.argv[2])
const contestant = await contestants[order.contestant]()
const works = { speed, fill, backlog, restart }

const server = await contestant.startServer?.(order.directory)
const pids = server ? [server.pid] : []
try {
  const measured = await works[order.work](order)
  process.stdout.write(`${JSON.stringify(measured)}\n`)
} finally {
  await server?.stop()
}
process.exit()

/** Queues of one session stand in directories of their own; those on a server share it, one after the other. */
async function open(name) {
  const directory = join(order.directory, name)
  mkdirSync(directory, { recursive: true })
  return contestant.open({ directory, port: server?.port })
}

function payloads(count, from = 0) {
  return Array.from({ length: count }, (_, index) => payloadOf(from + index))
}

async function drained(queue, gate, count) {
  const reached = gate.reached(count)
  queue.drain(gate.push)
  return reached
}

/** Enqueue one by one, 100 callers, drain, end to end; and what was written to the disk for it. */
async function speed({ one, many, warm }) {
  const warmUp = await open('warm')
  const alone = warmUp.enqueueAlone ?? warmUp.enqueue
  await enqueueRate(alone, payloads(Math.min(warm, one)), 1)
  await enqueueRate(warmUp.enqueue, payloads(warm, warm), 100)
  if (warmUp.drain) await drained(warmUp, countingPush(), warm + Math.min(warm, one))
  await warmUp.close()

  const queue = await open('queue')
  const measured = {}
  measured.oneByOne = await enqueueRate(queue.enqueueAlone ?? queue.enqueue, payloads(one), 1)
  const before = usage(pids)
  measured.callers = await enqueueRate(queue.enqueue, payloads(many, one), 100)
  const filled = usage(pids)
  measured.enqueueCpuUs = (filled.cpuUs - before.cpuUs) / many
  measured.enqueueBytes = (filled.writtenBytes - before.writtenBytes) / many
  if (queue.drain) {
    const gate = countingPush()
    const startedAt = performance.now()
    const endedAt = await drained(queue, gate, one + many)
    measured.drain = ((one + many) * 1_000) / (endedAt - startedAt)
    const after = usage(pids)
    measured.drainCpuUs = (after.cpuUs - filled.cpuUs) / (one + many)
    measured.drainBytes = (after.writtenBytes - filled.writtenBytes) / (one + many)
    const begunAt = performance.now()
    const ended = gate.reached(many)
    await enqueueRate(queue.enqueue, payloads(many, one + many), 100)
    await ended
    measured.endToEnd = rate(many, begunAt)
  }
  await queue.close()
  return measured
}

async function fillQueue(queue, size) {
  const step = 1_000
  for (let from = 0; from < size; from += step) {
    const some = payloads(Math.min(step, size - from), from)
    if (queue.enqueueMany) await queue.enqueueMany(some)
    else await enqueueRate(queue.enqueue, some, 100)
  }
}

async function fill({ size }) {
  const queue = await open('queue')
  await fillQueue(queue, size)
  await queue.close()
  return {}
}

/** Drains the first `count` of `size` waiting entries, warmed up. */
async function backlog({ size, count, warm }) {
  const warmUp = await open('warm')
  await fillQueue(warmUp, warm)
  await drained(warmUp, countingPush(), warm)
  await warmUp.close()
  const queue = await open('queue')
  await fillQueue(queue, size)
  const before = usage(pids)
  const startedAt = performance.now()
  const endedAt = await drained(queue, countingPush(), count)
  const after = usage(pids)
  return { drain: (count * 1_000) / (endedAt - startedAt), drainCpuUs: (after.cpuUs - before.cpuUs) / count }
}

/** From opening what `fill` has left to the first push, and what the process holds then. */
async function restart({ count }) {
  const startedAt = performance.now()
  const queue = await open('queue')
  const gate = countingPush()
  const first = gate.reached(1)
  queue.drain(gate.push)
  const firstPushMs = (await first) - startedAt
  await gate.reached(count - 1)
  return { firstPushMs, rssMb: usage(pids).rssBytes / 1e6 }
}
