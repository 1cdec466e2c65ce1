// The outbox beside raw IndexedDB, workbox-background-sync and TanStack offline-transactions, in one Chromium, in one run.
// `node run.js [--rounds 5] [--waiting 10000] [--systems raw,xstate-outbox]`; the first line says what it ran on.
import { accessSync, constants } from 'node:fs'
import { createServer } from 'node:http'
import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { chromium } from 'playwright'
import { build } from 'vite'

const { values: asked } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    waiting: { type: 'string', default: '10000' },
    systems: { type: 'string', default: 'raw,xstate-outbox,xstate-outbox relaxed,workbox,tanstack' },
  },
})
const rounds = Number(asked.rounds)
const waiting = Number(asked.waiting)
const names = asked.systems.split(',')
const counts = { warm: 500, oneByOne: 200, burst: 1_000 }
/** How long a system may take to its first push with a full outbox. */
const patienceMs = 40_000
/** How long a page that is reloaded is left alone. */
const undisturbedMs = 500

const here = fileURLToPath(new URL('.', import.meta.url))
const dist = (/** @type {string} */ path) => fileURLToPath(new URL(`../../dist/src/${path}`, import.meta.url))

function findChromium() {
  if (process.env.CHROMIUM_PATH) return process.env.CHROMIUM_PATH
  const paths = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'chromium'))
  const found = paths.find((path) => {
    try {
      accessSync(path, constants.X_OK)
      return true
    } catch {
      return false
    }
  })
  if (found === undefined) throw new Error('no Chromium: set CHROMIUM_PATH, or put `chromium` on the PATH')
  return found
}

async function bundle() {
  const output = await build({
    root: here,
    configFile: false,
    logLevel: 'error',
    define: { 'process.env.NODE_ENV': '"production"' },
    resolve: {
      alias: [
        { find: /^xstate-outbox$/, replacement: dist('index.js') },
        { find: /^xstate-outbox\/idb$/, replacement: dist('store/idb/index.js') },
      ],
    },
    build: { write: false, modulePreload: false, rollupOptions: { input: join(here, 'systems.js') } },
  })
  const [built] = [output].flat()
  if (built === undefined || !('output' in built)) throw new Error('nothing was built')
  return new Map(built.output.flatMap((file) => (file.type === 'chunk' ? [[`/${file.fileName}`, file]] : [])))
}

async function serve() {
  const files = await bundle()
  const entry = [...files.values()].find((file) => file.isEntry)
  const server = createServer((request, response) => {
    const file = files.get(request.url ?? '')
    response.setHeader('content-type', file ? 'text/javascript' : 'text/html')
    response.end(file?.code ?? `<!doctype html><script type="module" src="/${entry?.fileName}"></script>`)
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a port was expected')
  return { server, url: `http://127.0.0.1:${address.port}` }
}

/** A browser with a profile of its own. */
async function launch() {
  const profile = await mkdtemp(join(tmpdir(), 'xstate-outbox-bench-'))
  const args = ['--no-sandbox', '--disable-background-networking', '--disable-component-update', '--disable-sync']
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: findChromium(),
    headless: true,
    args: [...args, '--no-first-run'],
  })
  return {
    context,
    async close() {
      await context.close()
      await rm(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
    },
  }
}

/** @param {import('playwright').BrowserContext} context @param {string} [draining] the system to drain at once */
async function open(context, draining = '') {
  const page = await context.newPage()
  await page.goto(draining === '' ? url : `${url}#${encodeURIComponent(draining)}`)
  // What is measured is a page of its own: the scripts by which it is asked for its time would take some of that.
  if (draining !== '') await new Promise((resolve) => setTimeout(resolve, undisturbedMs))
  await page.waitForFunction(() => 'bench' in globalThis)
  return page
}

/** @param {import('playwright').Page} page */
async function heapOf(page) {
  const session = await page.context().newCDPSession(page)
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  return usedSize / 1e6
}

/** @param {readonly number[]} values */
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN

/** @type {Map<string, Record<string, number[]>>} */
const results = new Map(names.map((name) => [name, {}]))
/** @param {string} name @param {object} figures */
function note(name, figures) {
  const all = results.get(name) ?? {}
  for (const [what, value] of Object.entries(figures)) (all[what] ??= []).push(value)
}

const { server, url } = await serve()
for (let round = 0; round < rounds; round += 1) {
  for (const name of names) {
    const browser = await launch()
    const page = await open(browser.context)
    note(name, await page.evaluate(([system, how]) => bench.rates(system, how), [name, counts]))
    await browser.close()
  }
}

const browsers = new Map()
for (const name of names) {
  const browser = await launch()
  browsers.set(name, browser)
  const page = await open(browser.context)
  await page.evaluate(([system, count]) => bench.fill(system, count), [name, waiting])
  await page.close()
}
const stuck = new Set()
for (let round = 0; round < rounds; round += 1) {
  for (const name of names.filter((each) => !stuck.has(each))) {
    const reloaded = await open(browsers.get(name).context, name)
    const tooLong = new Promise((resolve) => setTimeout(() => resolve(Infinity), patienceMs))
    const firstPushMs = await Promise.race([reloaded.evaluate(() => firstPush), tooLong])
    note(name, { firstPushMs })
    await reloaded.close()
    if (firstPushMs === Infinity) stuck.add(name)
  }
}
for (const [name, { context, close }] of browsers) {
  const resting = await open(context)
  const before = await heapOf(resting)
  await resting.evaluate((system) => bench.rest(system), name)
  await new Promise((resolve) => setTimeout(resolve, 1_000))
  note(name, { heapMb: (await heapOf(resting)) - before })
  await close()
}
server.close()

const version = await chromium
  .launch({ executablePath: findChromium(), args: ['--no-sandbox'] })
  .then(async (browser) => {
    const text = browser.version()
    await browser.close()
    return text
  })
console.log(`Chromium ${version}, ${cpus().length} x ${cpus()[0]?.model}, entries of 1 KB, medians of ${rounds} rounds`)
const rows = [
  ['enqueue, awaited one by one', 'oneByOne', '/s'],
  [`enqueue, ${counts.burst} at once`, 'burst', '/s'],
  ['drain, one push after the other', 'drain', '/s'],
  [`reload with ${waiting} waiting, to the first push`, 'firstPushMs', ' ms'],
  [`heap with ${waiting} waiting`, 'heapMb', ' MB'],
]
console.log(`| | ${names.join(' | ')} |\n|${' --- |'.repeat(names.length + 1)}`)
for (const [label, what, unit] of rows) {
  const bases = results.get('raw')?.[what ?? ''] ?? []
  const cells = names.map((name) => {
    const values = results.get(name)?.[what ?? ''] ?? []
    const value = median(values)
    // Round by round: what disturbs the machine disturbs those of one round alike.
    const ratio = median(values.map((each, round) => each / (bases[round] ?? NaN)))
    if (value === Infinity) return `none within ${patienceMs / 1_000} s`
    return `${value < 10 ? value.toFixed(1) : Math.round(value)}${unit} (${ratio.toFixed(2)})`
  })
  console.log(`| ${label} | ${cells.join(' | ')} |`)
}
