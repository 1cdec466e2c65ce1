// Makes the mutants of an area, runs the quick tests against all, and every test of the area against what those have left and
// `explained.json` does not explain: `npm run mutants`. Words after `--` choose areas, `queue` or `fs`; `--judge` takes what the last
// run has found.
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { isExplained, isLeft, judge } from './judge.js'

/** @typedef {import('./judge.js').Report} Report */
/** @typedef {import('./judge.js').Mutant} Mutant */

const root = fileURLToPath(new URL('../..', import.meta.url))
const stryker = fileURLToPath(new URL('node_modules/.bin/stryker', import.meta.url))
const { values: asked, positionals } = parseArgs({ allowPositionals: true, options: { judge: { type: 'boolean' } } })

const pathOf = (/** @type {string} */ name) => join(root, 'coverage', `mutants-${name}.json`)
/** @param {string} name @returns {Report} */
const read = (name) => JSON.parse(readFileSync(pathOf(name), 'utf8'))

/** @param {string} area @param {'quick' | 'all'} round @param {readonly string[]} [only] */
function run(area, round, only) {
  const env = { ...process.env, MUTATE: area, MUTATE_ROUND: round, ...(only && { MUTATE_ONLY: only.join(',') }) }
  const { status } = spawnSync(stryker, ['run', 'test/mutation/stryker.config.js'], {
    cwd: root,
    env,
    stdio: 'inherit',
  })
  if (status !== 0) throw new Error(`StrykerJS ended with ${status}`)
  return read(`${area}-${round}`)
}

/** @param {Mutant} mutant as StrykerJS takes it, with columns from 0 */
const rangeOf = ({ location: { start, end } }) => `${start.line}:${start.column - 1}-${end.line}:${end.column - 1}`

/** @param {Mutant} mutant */
const keyOf = (mutant) => `${rangeOf(mutant)} ${mutant.replacement}`

/** @param {string} area */
function makeAndRun(area) {
  const report = run(area, 'quick')
  const files = Object.entries(report.files)
  const left = files.flatMap(([file, { source, mutants }]) =>
    mutants
      .filter((mutant) => isLeft(mutant) && !isExplained(file, source, mutant))
      .map((mutant) => ({ file, mutant })),
  )
  if (left.length > 0) {
    const ranges = new Set(left.map(({ file, mutant }) => `${file}:${rangeOf(mutant)}`))
    const again = Object.entries(run(area, 'all', [...ranges]).files)
    const found = new Map(
      again.flatMap(([file, { mutants }]) => mutants.map((mutant) => [`${file} ${keyOf(mutant)}`, mutant.status])),
    )
    for (const { file, mutant } of left) mutant.status = found.get(`${file} ${keyOf(mutant)}`) ?? mutant.status
  }
  writeFileSync(pathOf(area), JSON.stringify(report))
}

for (const area of positionals.length > 0 ? positionals : ['queue', 'fs']) {
  if (asked.judge !== true) makeAndRun(area)
  if (!judge(area, read(area))) process.exitCode = 1
}
