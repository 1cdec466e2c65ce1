// Runs the simulation for many seeds: `npm run simulation -- --seeds 100000`. Exits with 1 at the first that fails.
import { parseArgs } from 'node:util'
import { scenarios, simulate } from '../dist/src/testing/index.js'

const names = /** @type {(keyof typeof scenarios)[]} */ (Object.keys(scenarios))
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    steps: { type: 'string', default: '40' },
    scenario: { type: 'string', multiple: true, default: names },
    /** One line of figures as JSON, and nothing else. */
    json: { type: 'boolean', default: false },
  },
})

const sums = { seeds: 0, steps: 0, pushes: 0, crashes: 0, repeats: 0, broken: 0 }
const startedAtMs = performance.now()
const seconds = () => Math.round((performance.now() - startedAtMs) / 100) / 10
const say = (/** @type {string} */ line) => values.json || console.log(line)

for (let index = 0; index < Number(values.seeds) && sums.broken === 0; index += 1) {
  const seed = Number(values.from) + index
  const name = values.scenario[index % values.scenario.length]
  const scenario = /** @type {keyof typeof scenarios} */ (name)
  const { broken, step, shortest, recording, figures } = await simulate({ seed, scenario, steps: Number(values.steps) })
  sums.seeds += 1
  for (const key of /** @type {const} */ (['steps', 'pushes', 'crashes', 'repeats'])) sums[key] += figures[key]
  if (sums.seeds % 5_000 === 0) say(`${sums.seeds} seeds after ${seconds()} s`)
  if (broken === undefined) continue
  sums.broken += 1
  console.error(`seed ${seed}, ${name}, step ${step}: ${broken}\n${shortest?.join('\n')}\n${recording}`)
}

const { seeds, steps, pushes, crashes, repeats, broken } = sums
say(
  `${seeds} seeds, ${steps} steps, ${pushes} pushes, ${crashes} crashes, ${repeats} repeats in ${seconds()} s: ` +
    (broken === 0 ? 'every rule held' : 'a rule was broken'),
)
if (values.json) console.log(JSON.stringify({ ...sums, seconds: seconds() }))
process.exitCode = broken === 0 ? 0 : 1
