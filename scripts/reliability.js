// What the tests of reliability have tried, counted: `npm run reliability` prints a table, `-- --json` one line of JSON.
// Longer runs take their numbers from the environment, as in docs/reliability.md: SEEDS=2000 KILLS=1000 npm run reliability.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const root = fileURLToPath(new URL('..', import.meta.url))
const { values: asked } = parseArgs({ options: { json: { type: 'boolean' } } })
const mark = 'figures '

/** Each prints lines of figures, and fails when a promise was broken. */
const commands = [
  [
    'npx',
    'vitest',
    'run',
    '--project',
    'node',
    'test/store',
    'test/interleavings',
    'test/simulation',
    'test/crash',
    'test/fuzz',
  ],
  ['node', 'scripts/mutations.js', '--figures'],
]

/** @type {Map<string, Record<string, number>>} */
const sums = new Map()

/** @param {string} text */
function add(text) {
  /** @type {{ of: string } & Record<string, number>} */
  const { of, ...figures } = JSON.parse(text)
  const sum = sums.get(of) ?? {}
  sums.set(of, sum)
  for (const [name, value] of Object.entries(figures)) {
    if (name === 'seed') continue
    const before = sum[name] ?? 0
    sum[name] = name.endsWith('Ms') ? Math.max(before, value) : before + value
  }
}

/** @param {readonly string[]} command @returns {Promise<number | null>} */
function run([file = '', ...args]) {
  const child = spawn(file, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] })
  createInterface(child.stdout).on('line', (line) => {
    const at = line.indexOf(mark)
    if (at >= 0) add(line.slice(at + mark.length))
    else if (asked.json !== true) console.error(line)
  })
  return new Promise((resolve) => child.on('close', resolve))
}

for (const command of commands) {
  if ((await run(command)) !== 0) {
    console.error(`failed: ${command.join(' ')}`)
    process.exitCode = 1
  }
}
if (asked.json === true) console.log(JSON.stringify(Object.fromEntries(sums)))
else {
  console.log('| what | how many |\n| --- | --- |')
  for (const [of, figures] of sums) {
    const told = Object.entries(figures).map(([name, value]) => `${value.toLocaleString('en')} ${name}`)
    console.log(`| ${of} | ${told.join(', ')} |`)
  }
}
