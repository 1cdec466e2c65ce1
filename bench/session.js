// One contestant doing one work, in a process of its own. Started by `runSession`; prints what it measured as one line of JSON.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { contestants } from './contestants/index.js'
import { countingPush, enqueueRate, rate, usage } from './support/measure.js'
import { payloadOf } from './support/payload.js'

const order = JSON.parse(process.argv[2])
const contestant = await contestants[order.contestant]()
const works = { speed, fill, backlog, restart, steady, memory }

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

/**
 * Enqueue one by one, 100 callers, drain, end to end; and what was written to the disk for it. Warmed up in the queue that is
 * measured: the runtime compiles what each one is made of anew.
 */
async function speed({ one, many, warm }) {
  const queue = await open('queue')
  const alone = queue.enqueueAlone ?? queue.enqueue
  const before = one + warm
  await enqueueRate(alone, payloads(one), 1)
  await enqueueRate(queue.enqueue, payloads(warm, one), 100)

  const measured = {}
  measured.oneByOne = await enqueueRate(alone, payloads(one, before), 1)
  const began = usage(pids)
  measured.callers = await enqueueRate(queue.enqueue, payloads(many, before + one), 100)
  const filled = usage(pids)
  measured.enqueueCpuUs = (filled.cpuUs - began.cpuUs) / many
  measured.enqueueBytes = (filled.writtenBytes - began.writtenBytes) / many
  if (queue.drain) {
    const gate = countingPush()
    const warmed = gate.reached(before).then((at) => ({ at, used: usage(pids) }))
    const endedAt = await drained(queue, gate, before + one + many)
    const { at, used } = await warmed
    measured.drain = ((one + many) * 1_000) / (endedAt - at)
    const after = usage(pids)
    measured.drainCpuUs = (after.cpuUs - used.cpuUs) / (one + many)
    measured.drainBytes = (after.writtenBytes - used.writtenBytes) / (one + many)
    const begunAt = performance.now()
    const ended = gate.reached(before + one + 2 * many)
    await enqueueRate(queue.enqueue, payloads(many, before + one + many), 100)
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
  const gate = allowingPush()
  const before = usage(pids)
  const startedAt = performance.now()
  const allowed = gate.allow(count)
  queue.drain(gate.push)
  const endedAt = await allowed
  const after = usage(pids)
  // What is left waits for the next process.
  const closing = queue.close()
  gate.open()
  await closing
  return { drain: (count * 1_000) / (endedAt - startedAt), drainCpuUs: (after.cpuUs - before.cpuUs) / count }
}

/** From opening what `fill` has left to the first push, and what the process holds then. */
async function restart({ count }) {
  const startedAt = performance.now()
  const queue = await open('queue')
  const gate = countingPush()
  const pushed = [gate.reached(1), gate.reached(count)]
  queue.drain(gate.push)
  const firstPushMs = (await pushed[0]) - startedAt
  await pushed[1]
  return { firstPushMs, rssMb: usage(pids).rssBytes / 1e6 }
}

/** CPU time of an entry that is enqueued behind `size` others, and of one that is drained in front of as many. */
async function steady({ size, count, repeats }) {
  await repeat(await openWaiting('warm', count), count, repeats)
  const { enqueueUs, drainUs } = await repeat(await openWaiting('queue', size), count, repeats)
  return { enqueueUs, drainUs, cpuUs: enqueueUs + drainUs }
}

async function openWaiting(name, size) {
  const queue = await open(name)
  const gate = allowingPush()
  queue.drain(gate.push)
  await fillQueue(queue, size)
  return { queue, gate }
}

async function repeat({ queue, gate }, count, repeats) {
  const used = { enqueueUs: 0, drainUs: 0 }
  for (let turn = 0; turn < repeats; turn += 1) {
    const some = payloads(count)
    const before = usage(pids).cpuUs
    await enqueueRate(queue.enqueue, some, 100)
    const between = usage(pids).cpuUs
    await gate.allow(count)
    used.enqueueUs += (between - before) / (count * repeats)
    used.drainUs += (usage(pids).cpuUs - between) / (count * repeats)
  }
  const closing = queue.close()
  gate.open()
  await closing
  return used
}

/** A push that waits when as many as were allowed have been. */
function allowingPush() {
  let left = 0
  let goOn
  let whenSpent
  return {
    async push() {
      if (left === 0) await new Promise((resolve) => (goOn = resolve))
      left -= 1
      if (left === 0) whenSpent(performance.now())
    },
    /** Resolves, with the moment, when so many have been pushed. */
    allow(count) {
      left = count
      goOn?.()
      return new Promise((resolve) => (whenSpent = resolve))
    },
    open() {
      left = Infinity
      goOn?.()
    },
  }
}

/** What the process holds before and after `size` entries have come, and what the heap holds while they go. */
async function memory({ size }) {
  const queue = await open('queue')
  const gate = countingPush()
  const step = size / 10
  const base = 20_000
  const heapMb = () => {
    globalThis.gc()
    return process.memoryUsage().heapUsed / 1e6
  }
  await enqueueRate(queue.enqueue, payloads(base), 100)
  const warm = gate.reached(base)
  const steps = Array.from({ length: 10 }, (_, index) => gate.reached(base + (index + 1) * step))
  let pushOn = gate.push
  queue.drain((payload) => pushOn(payload))
  await warm
  let goOn
  const closed = new Promise((resolve) => (goOn = resolve))
  pushOn = async (payload) => {
    await closed
    return gate.push(payload)
  }
  const before = { rss: usage().rssBytes / 1e6, heap: heapMb() }
  await fillQueue(queue, size)
  const waiting = { rss: usage().rssBytes / 1e6, heap: heapMb() }
  goOn()
  const heaps = []
  for (const reached of steps) {
    await reached
    heaps.push(heapMb())
  }
  return {
    rssBeforeMb: before.rss,
    rssWaitingMb: waiting.rss,
    rssEndMb: usage().rssBytes / 1e6,
    heapBeforeMb: before.heap,
    heapWaitingMb: waiting.heap,
    heaps,
  }
}
