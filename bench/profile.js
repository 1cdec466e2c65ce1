// Where the time of an entry goes: `npm --prefix bench run profile -- [options]`. Profiles by sampling the CPU, every 100 us.
import { Session } from 'node:inspector/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { outboxHandle } from './contestants/outbox.js'
import { replaceBetween } from './report/page.js'
import { countingPush, enqueueRate, usage } from './support/measure.js'
import { payloadOf } from './support/payload.js'
import { inDirectory } from './support/runSession.js'
import { table } from './support/table.js'

const { values: options } = parseArgs({
  options: {
    entries: { type: 'string', default: '100000' },
    shown: { type: 'string', default: '12' },
    /** Puts the tables into docs/performance.md. */
    write: { type: 'boolean', default: false },
  },
})
const entries = Number(options.entries)
const parts = []

await inDirectory(async (directory) => {
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.setSamplingInterval', { interval: 100 })

  async function profiled(name, count, work) {
    await session.post('Profiler.start')
    const before = usage()
    await work()
    const cpuUs = (usage().cpuUs - before.cpuUs) / count
    const { profile } = await session.post('Profiler.stop')
    parts.push(
      `${name}, ${count.toLocaleString('en')} entries: ${cpuUs.toFixed(1)} us of CPU time each, the profiler's own included.`,
      table(['function', 'share', 'us an entry'], rowsOf(profile, cpuUs)),
    )
  }

  const payloads = (count) => Array.from({ length: count }, (_, number) => payloadOf(number))
  const queue = outboxHandle.open({ directory })
  // Warmed up in the queue that is measured: the runtime compiles what each one is made of anew.
  const warm = { one: 2_000, many: 20_000 }
  await enqueueRate(queue.enqueue, payloads(warm.one), 1)
  await enqueueRate(queue.enqueue, payloads(warm.many), 100)
  const one = Math.ceil(entries / 20)
  await profiled('Enqueue one by one', one, () => enqueueRate(queue.enqueue, payloads(one), 1))
  await profiled('Enqueue by 100 callers', entries, () => enqueueRate(queue.enqueue, payloads(entries), 100))
  const gate = countingPush()
  const warmed = gate.reached(warm.one + warm.many)
  const reached = gate.reached(warm.one + warm.many + one + entries)
  queue.drain(gate.push)
  await warmed
  await profiled('Drain', one + entries, () => reached)
  await queue.close()
})
const text = parts.join('\n\n')
process.stdout.write(`${text}\n`)
if (options.write) replaceBetween(fileURLToPath(new URL('../docs/performance.md', import.meta.url)), 'profile', text)
process.exit()

/** The functions with the largest share of the samples in which the CPU worked. */
function rowsOf({ nodes, samples, timeDeltas }, cpuUs) {
  const callFrames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]))
  const times = new Map()
  let total = 0
  for (const [index, id] of samples.entries()) {
    const { functionName, url, lineNumber } = callFrames.get(id)
    // `dispatch` is the profiler at work.
    if (functionName === '(idle)' || (functionName === 'dispatch' && url === '')) continue
    const place = url === '' ? '' : ` ${url.split('/').slice(-2).join('/')}:${lineNumber + 1}`
    const name = `${functionName || '(anonymous)'}${place}`
    times.set(name, (times.get(name) ?? 0) + timeDeltas[index])
    total += timeDeltas[index]
  }
  const largest = [...times].toSorted(([, a], [, b]) => b - a).slice(0, Number(options.shown))
  return largest.map(([name, time]) => [
    name,
    `${((time / total) * 100).toFixed(1)} %`,
    ((time / total) * cpuUs).toFixed(2),
  ])
}
