// Runs an outbox for a long time and looks whether anything grows: `npm run soak -- --minutes 30`; `--json` prints one line of JSON.
// A server with moods takes the entries; a second process on the same directory is killed and started again and again.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { createOutbox } from 'xstate-outbox'
import { fsStore } from 'xstate-outbox/fs'
import { httpPush } from 'xstate-outbox/http'
import { chartOf } from './soakChart.js'

const { values: asked, positionals: place } = parseArgs({
  allowPositionals: true,
  options: {
    minutes: { type: 'string', default: '5' },
    rate: { type: 'string', default: '40' },
    json: { type: 'boolean' },
    as: { type: 'string' },
  },
})
const script = fileURLToPath(import.meta.url)
const pause = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms))
const say = asked.json === true ? () => {} : console.log

/** @param {string} directory @param {string} url */
function outboxIn(directory, url) {
  return createOutbox({
    store: fsStore({ directory }),
    push: httpPush({ url }),
    pushTimeoutMs: 2_000,
    backoff: (attempts) => Math.min(25 * 2 ** attempts, 500),
    maxAttempts: Infinity,
  })
}

/** Enqueues so many entries a second until it is told to end; tells each id that is kept. */
async function enqueueSteadily({ outbox, prefix, perSecond, isOver, onKept }) {
  const startedAt = performance.now()
  for (let number = 1; !isOver(); number += 1) {
    const aheadMs = startedAt + (number * 1000) / perSecond - performance.now()
    if (aheadMs > 0) await pause(aheadMs)
    const { id } = await outbox.enqueue({ number, text: 'x'.repeat(300) }, { id: `${prefix}-${number}` })
    onKept(id)
  }
}

/** Takes entries, but now and then refuses, breaks off, or is slow for a while; answers its parent which ids it has not seen. */
async function serve() {
  const seen = new Set()
  let requests = 0
  const server = createServer((request, response) => {
    requests += 1
    const mood = Math.floor(requests / 200) % 5
    request.resume().on('end', () => {
      if (mood === 1 && requests % 4 === 0) return response.writeHead(503).end()
      if (mood === 2 && requests % 7 === 0) return request.socket.destroy()
      seen.add(request.headers['idempotency-key'])
      setTimeout(() => response.end(), mood === 3 ? 15 : 0)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  process.send({ port: server.address().port })
  process.on('message', (ids) => process.send({ missing: ids.filter((id) => !seen.has(id)), requests }))
}

/** The second process: enqueues, and drains when the first does not. */
async function accompany([directory, url, prefix]) {
  const outbox = outboxIn(directory, url)
  process.once('disconnect', () => process.exit())
  await enqueueSteadily({
    outbox,
    prefix,
    perSecond: Number(asked.rate) / 4,
    isOver: () => false,
    onKept: (id) => process.send({ kept: id }),
  })
}

function sample(directory) {
  globalThis.gc?.()
  const { rss, heapUsed } = process.memoryUsage()
  let files = 0
  let bytes = 0
  for (const name of readdirSync(directory)) {
    const size = statSync(join(directory, name), { throwIfNoEntry: false })?.size
    if (size === undefined) continue
    files += 1
    bytes += size
  }
  return {
    rssMb: rss / 2 ** 20,
    heapMb: heapUsed / 2 ** 20,
    handles: process.getActiveResourcesInfo().length,
    files,
    diskMb: bytes / 2 ** 20,
  }
}

/** Least, most, and how the last third compares with the second: what has warmed up by then must not grow any more. */
function summaryOf(samples, name) {
  const values = samples.map((each) => each[name])
  const third = Math.floor(values.length / 3)
  const mean = (list) => list.reduce((sum, value) => sum + value, 0) / list.length
  const grown = mean(values.slice(2 * third)) - mean(values.slice(third, 2 * third))
  const rounded = (value) => Math.round(value * 100) / 100
  const slope = (grown * 60_000) / (third * everyMs)
  return {
    min: rounded(Math.min(...values)),
    max: rounded(Math.max(...values)),
    perMinute: rounded(slope),
    grown: rounded(grown),
  }
}

const everyMs = 1_000
/** What still waits in the end has so long to arrive. */
const mostDrainMs = 300_000

async function soak() {
  const minutes = Number(asked.minutes)
  if (!(minutes >= 0.25)) throw new RangeError(`--minutes must be 0.25 or more, got ${asked.minutes}`)
  const directory = mkdtempSync(join(tmpdir(), 'xstate-outbox-soak-'))
  const server = fork(script, ['--as', 'server'])
  const [{ port }] = await once(server, 'message')
  const url = `http://127.0.0.1:${port}/`
  const kept = []
  let kills = 0
  const over = new AbortController()
  const isOver = () => over.signal.aborted

  const outbox = outboxIn(directory, url)
  const enqueuing = enqueueSteadily({
    outbox,
    prefix: 'first',
    perSecond: Number(asked.rate),
    isOver,
    onKept: (id) => kept.push(id),
  })
  const killing = (async () => {
    for (; !isOver(); kills += 1) {
      const second = fork(script, ['--as', 'second', '--rate', asked.rate, directory, url, `second${kills}`])
      const exited = once(second, 'exit')
      second.on('message', (message) => kept.push(message.kept))
      await pause(2_000 + Math.random() * 4_000)
      second.kill('SIGKILL')
      await exited
    }
  })()

  const samples = []
  const endAt = performance.now() + minutes * 60_000
  while (performance.now() < endAt) {
    await pause(everyMs)
    samples.push(sample(directory))
  }
  over.abort()
  await Promise.all([enqueuing, killing])
  const giveUpAt = performance.now() + mostDrainMs
  while ((await outbox.flush()).outcome !== 'empty' && performance.now() < giveUpAt) await pause(500)
  const { pending } = await outbox.stop()
  server.send(kept)
  const [{ missing, requests }] = await once(server, 'message')
  server.kill()
  rmSync(directory, { recursive: true })

  const figures = Object.fromEntries(
    ['rssMb', 'heapMb', 'handles', 'files', 'diskMb'].map((name) => [name, summaryOf(samples, name)]),
  )
  writeFileSync(
    fileURLToPath(new URL('../docs/soak.svg', import.meta.url)),
    chartOf(samples, everyMs, `${minutes} minutes, ${kept.length} entries, ${kills} kills`),
  )
  return {
    minutes,
    entries: kept.length,
    requests,
    kills,
    pending,
    lost: Math.max(missing.length - pending, 0),
    ...figures,
  }
}

if (asked.as === 'server') await serve()
else if (asked.as === 'second') await accompany(place)
else {
  const result = await soak()
  const { lost, pending, heapMb, handles } = result
  // A collection that comes late is no leak.
  const hasGrown = heapMb.grown > Math.max(2, heapMb.max * 0.1) || handles.grown > 3
  if (asked.json === true) console.log(JSON.stringify({ ...result, hasGrown }))
  else {
    const { minutes, entries, requests, kills } = result
    say(
      `${minutes} minutes: ${entries} entries kept, ${requests} requests, ${kills} kills, ${pending} pending in the end, ${lost} lost`,
    )
    console.table(Object.fromEntries(Object.entries(result).filter(([, value]) => typeof value === 'object')))
    if (hasGrown) say('heap or handles have grown')
  }
  process.exitCode = lost > 0 || pending > 0 || hasGrown ? 1 : 0
}
