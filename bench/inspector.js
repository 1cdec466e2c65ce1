// What it costs to be watched: drains the memory store with nobody looking and with a page's stream open, in turns, and prints the
// ratio of the rates. `npm --prefix bench run inspector -- [options]`. The client is a process of its own, as a browser is.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { createOutbox, memoryStore } from '../dist/src/index.js'
import { startInspector } from '../dist/src/inspect/server/startInspector.js'
import { median } from './report/median.js'
import { countingPush, usage } from './support/measure.js'
import { payloadOf } from './support/payload.js'
import { table } from './support/table.js'

const { values: options } = parseArgs({
  options: {
    entries: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '7' },
  },
})
const entries = Number(options.entries)

/** Reads a stream to its end, and says when it has begun and how much came. */
const client = `
  const { origin, hash } = new URL(process.argv[1])
  const headers = { authorization: 'Bearer ' + hash.slice(1), 'content-type': 'application/json' }
  const { body } = await fetch(origin + '/stream', { method: 'POST', headers, body: '{}' })
  let bytes = 0
  try {
    for await (const chunk of body) {
      if (bytes === 0) process.send('reads')
      bytes += chunk.length
    }
  } catch {}
  process.send(bytes)
`

async function drainRate(isWatched) {
  const gate = countingPush()
  const outbox = createOutbox({ store: memoryStore(), push: gate.push })
  outbox.pause()
  for (let first = 0; first < entries; first += 1_000) {
    const batch = Array.from({ length: Math.min(1_000, entries - first) }, (_, number) => payloadOf(first + number))
    await outbox.enqueueAll(batch.map((payload) => ({ payload })))
  }
  const watched = isWatched ? await watch(outbox) : undefined
  globalThis.gc?.()
  const reached = gate.reached(entries)
  const before = usage().cpuUs
  const startedAt = performance.now()
  outbox.resume()
  await reached
  const rate = entries / ((performance.now() - startedAt) / 1_000)
  const cpuUs = (usage().cpuUs - before) / entries
  await outbox.flush()
  const bytes = await watched?.end()
  await outbox.stop()
  return { rate, cpuUs, bytes }
}

async function watch(outbox) {
  const inspector = await startInspector(outbox)
  const words = ['--input-type=module', '--eval', client, inspector.url]
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  await once(child, 'message')
  return {
    async end() {
      const said = once(child, 'message')
      await inspector.stop()
      const [bytes] = await said
      return bytes
    },
  }
}

const found = { alone: [], watched: [] }
let sent = 0
await drainRate(false)
await drainRate(true)
for (let round = 0; round < Number(options.rounds); round += 1) {
  // Each goes first in every other round.
  for (const isWatched of round % 2 === 0 ? [false, true] : [true, false]) {
    const drained = await drainRate(isWatched)
    found[isWatched ? 'watched' : 'alone'].push(drained)
    sent = Math.max(sent, drained.bytes ?? 0)
  }
}

const whole = (number) => Math.round(number).toLocaleString('en')
const rows = Object.entries(found).map(([name, all]) => {
  const rates = all.map(({ rate }) => rate)
  const cpu = median(all.map(({ cpuUs }) => cpuUs)).toFixed(1)
  return [name, whole(median(rates)), whole(Math.min(...rates)), whole(Math.max(...rates)), cpu]
})
console.log(table(['drain', 'entries/s, median', 'least', 'most', 'CPU us an entry'], rows))
const ratioOf = (ratio) => median(found.watched.map((watched, index) => ratio(watched, found.alone[index]))).toFixed(2)
const speed = ratioOf((watched, alone) => watched.rate / alone.rate)
const cpu = ratioOf((watched, alone) => alone.cpuUs / watched.cpuUs)
console.log(
  `watched / alone, median of ${found.alone.length} pairs: ${speed} of the speed (aim: at least 0.85); by CPU time ${cpu}`,
)
console.log(`${whole(entries)} entries a round; at most ${whole(sent)} bytes were sent for them`)
