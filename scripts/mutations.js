// Plants one bug at a time in a copy of the repository and runs the tests that should notice: `npm run mutations`. Words after `--`
// choose bugs by their name or file; `--json` prints one line of JSON.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

/** @typedef {{ name: string, file: string, from: string, to: string, tests: string[], project?: string, only?: string }} Mutation `only` names the tests of those files that should notice */

const root = fileURLToPath(new URL('..', import.meta.url))
const { values: asked, positionals: words } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean' }, figures: { type: 'boolean' } },
})
/** @type {Mutation[]} */
const all = JSON.parse(readFileSync(new URL('mutations.json', import.meta.url), 'utf8'))
const mutations = all.filter(
  ({ name, file }) => words.length === 0 || words.some((word) => name.includes(word) || file.includes(word)),
)
const say = asked.json === true ? () => {} : console.log
/** A test run that takes longer hangs: the bug was noticed. */
const patienceMs = 300_000
const left = ['node_modules', '.git', 'dist', 'bench']
const copy = mkdtempSync(join(tmpdir(), 'xstate-outbox-mutations-'))

/** @param {Pick<Mutation, 'tests' | 'project' | 'only'>} which @param {number} [timeout] */
function run({ tests, project = 'node', only }, timeout = patienceMs) {
  const args = ['node_modules/vitest/vitest.mjs', 'run', '--project', project, '--bail', '1', '--testTimeout', '240000']
  if (only !== undefined) args.push('--testNamePattern', only)
  const { status, stdout } = spawnSync(process.execPath, [...args, ...tests], {
    cwd: copy,
    encoding: 'utf8',
    timeout,
    killSignal: 'SIGKILL',
    maxBuffer: 2 ** 28,
    env: { ...process.env, CRASH_SEEDS: '1', NO_COLOR: '1' },
  })
  return { passed: status === 0, hung: status === null, stdout }
}

/** @param {Mutation} mutation @returns {'caught' | 'survived' | 'stale'} */
function plant({ name, file, from, to, ...which }) {
  const path = join(copy, file)
  const text = readFileSync(path, 'utf8')
  if (text.split(from).length !== 2) {
    say(`stale     ${name}: its text must stand once in ${file}`)
    return 'stale'
  }
  writeFileSync(
    path,
    text.replace(from, () => to),
  )
  try {
    const { passed, hung, stdout } = run(which)
    const by = hung ? 'a run that never ended' : (/^\s*×\s+(.*?)(?: \d+ms)?$/m.exec(stdout)?.[1] ?? 'a run that failed')
    say(passed ? `survived  ${name} (${file})` : `caught    ${name} (${file})\n          by ${by}`)
    return passed ? 'survived' : 'caught'
  } finally {
    writeFileSync(path, text)
  }
}

/** @param {Mutation} mutation */
const keyOf = ({ project, only }) => `${project} ${only}`

const startedAt = performance.now()
try {
  cpSync(root, copy, {
    recursive: true,
    filter: (path) =>
      !relative(root, path)
        .split('/')
        .some((part) => left.includes(part)),
  })
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
  // A test that fails anyway notices nothing.
  for (const key of new Set(mutations.map(keyOf))) {
    const group = mutations.filter((mutation) => keyOf(mutation) === key)
    const tests = [...new Set(group.flatMap((mutation) => mutation.tests))]
    const { passed, stdout } = run({ ...group[0], tests }, 4 * patienceMs)
    if (!passed) throw new Error(`tests fail without any bug:\n${stdout.slice(-4_000)}`)
  }
  const results = mutations.map((mutation) => ({ name: mutation.name, result: plant(mutation) }))
  const caught = results.filter(({ result }) => result === 'caught').length
  const missed = results.filter(({ result }) => result !== 'caught').map(({ name, result }) => `${result}: ${name}`)
  const seconds = Math.round((performance.now() - startedAt) / 1000)
  say(`${caught} of ${results.length} caught`)
  if (asked.figures === true) say(`figures ${JSON.stringify({ of: 'planted bugs', planted: results.length, caught })}`)
  if (asked.json === true) console.log(JSON.stringify({ planted: results.length, caught, missed, seconds }))
  process.exitCode = caught === results.length && caught > 0 ? 0 : 1
} finally {
  rmSync(copy, { recursive: true, force: true })
}
