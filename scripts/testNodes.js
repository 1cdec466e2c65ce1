// Runs the whole suite on every Node that is supported, one after the other, and prints a table. Each Node is installed on the way.
// `npm run test:nodes -- 22 26` runs it on these only; what follows `--`, and any path, goes to vitest.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const root = fileURLToPath(new URL('..', import.meta.url))
const { positionals } = parseArgs({ allowPositionals: true })
const wanted = positionals.filter((word) => /^\d+$/.test(word))
const filters = positionals.filter((word) => !/^\d+$/.test(word))
const majors = wanted.length > 0 ? wanted : ['20', '22', '24', '26']

const folder = mkdtempSync(join(tmpdir(), 'xstate-outbox-nodes-'))
const run = ['-y', '--prefer-offline', '-p']

/** @param {string} major */
function testOn(major) {
  const node = [...run, `node@${major}`, '-c']
  const report = join(folder, `${major}.json`)
  const vitest = `node node_modules/vitest/vitest.mjs run --reporter=default --reporter=json --outputFile.json="${report}"`
  const startedAt = performance.now()
  const { status } = spawnSync('npx', [...node, [vitest, ...filters].join(' ')], { cwd: root, stdio: 'inherit' })
  const seconds = Math.round((performance.now() - startedAt) / 1000)
  const counted = spawnSync(process.execPath, [join(root, 'scripts/countTests.js'), report], { encoding: 'utf8' })
  return {
    node: execFileSync('npx', [...node, 'node --version'], { encoding: 'utf8' }).trim(),
    result: counted.stdout.trim(),
    seconds,
    passed: status === 0 && counted.status === 0,
  }
}

try {
  const results = majors.map(testOn)
  console.table(results)
  process.exitCode = results.every(({ passed }) => passed) ? 0 : 1
} finally {
  rmSync(folder, { recursive: true })
}
