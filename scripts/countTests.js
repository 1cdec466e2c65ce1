// Prints "N passed, N failed, N skipped" from vitest's JSON report; exits 1 if a test failed or none ran.
import { readFileSync } from 'node:fs'

/** @param {string} path */
function read(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return { testResults: [] } // the run ended before it could write a report: nothing ran
  }
}

const report = read(process.argv[2] ?? '')
/** @type {{ status: string, assertionResults: { status: string }[] }[]} */
const files = report.testResults
const statuses = files.flatMap(({ status, assertionResults }) => {
  const tests = assertionResults.map((test) => test.status)
  return status === 'failed' && !tests.includes('failed') ? [...tests, 'failed'] : tests // a file that could not be loaded
})

const passed = statuses.filter((status) => status === 'passed').length
const failed = statuses.filter((status) => status === 'failed').length
console.log(`${passed} passed, ${failed} failed, ${statuses.length - passed - failed} skipped`)
process.exitCode = failed > 0 || passed === 0 ? 1 : 0
