// Where the time of an entry goes: `npm --prefix bench run profile -- [entries]`. Profiles by sampling the CPU, every 100 us.
import { Session } from 'node:inspector/promises'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { outboxHandle } from './contestants/outbox.js'
import { countingPush, enqueueRate, usage } from './support/measure.js'
import { payloadOf } from './support/payload.js'
import { inDirectory } from './support/runSession.js'
import { table } from './support/table.js'

const entries = Number(process.argv[2] ?? 100_000)
const shown = Number(process.argv[3] ?? 24)

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
    process.stdout.write(`\n${name}, ${count.toLocaleString('en')} entries: ${cpuUs.toFixed(1)} us of CPU each\n\n`)
    process.stdout.write(table(['function', 'share', 'us an entry'], rowsOf(profile, cpuUs)))
  }

  const payloads = (count) => Array.from({ length: count }, (_, number) => payloadOf(number))
  for (const name of ['warm', 'profiled']) {
    const at = join(directory, name)
    mkdirSync(at)
    const isWarm = name === 'warm'
    const run = isWarm ? (_name, _count, work) => work() : profiled
    const many = isWarm ? 10_000 : entries
    const one = Math.ceil(many / 20)
    const queue = outboxHandle.open({ directory: at })
    await run('Enqueue one by one', one, () => enqueueRate(queue.enqueue, payloads(one), 1))
    await run('Enqueue by 100 callers', many, () => enqueueRate(queue.enqueue, payloads(many), 100))
    await run('Drain', one + many, async () => {
      const gate = countingPush()
      const reached = gate.reached(one + many)
      queue.drain(gate.push)
      await reached
    })
    await queue.close()
  }
})
process.exit()

/** The functions with the largest share of the samples in which the CPU worked. */
function rowsOf({ nodes, samples, timeDeltas }, cpuUs) {
  const callFrames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]))
  const times = new Map()
  let total = 0
  for (const [index, id] of samples.entries()) {
    const { functionName, url, lineNumber } = callFrames.get(id)
    if (functionName === '(idle)') continue
    const place = url === '' ? '' : ` ${url.split('/').slice(-2).join('/')}:${lineNumber + 1}`
    const name = `${functionName || '(anonymous)'}${place}`
    times.set(name, (times.get(name) ?? 0) + timeDeltas[index])
    total += timeDeltas[index]
  }
  const largest = [...times].toSorted(([, a], [, b]) => b - a).slice(0, shown)
  return largest.map(([name, time]) => [
    name,
    `${((time / total) * 100).toFixed(1)} %`,
    ((time / total) * cpuUs).toFixed(2),
  ])
}
