import { readFileSync } from 'node:fs'

/** @typedef {{ line: number, column: number }} Position columns from 1 */
/** @typedef {{ replacement?: string, status: string, location: { start: Position, end: Position } }} Mutant */
/** @typedef {{ files: Record<string, { source: string, mutants: Mutant[] }> }} Report what StrykerJS writes */
/** @typedef {{ why: string, mutants: Record<string, string[]> }} Explanation mutants by file, named as `judge` prints them */

/** @type {Explanation[]} */
const explanations = JSON.parse(readFileSync(new URL('explained.json', import.meta.url), 'utf8'))
const explained = new Set(
  explanations.flatMap(({ mutants }) =>
    Object.entries(mutants).flatMap(([file, names]) => names.map((name) => `${file} ${name}`)),
  ),
)

/** @param {Mutant} mutant */
export const isLeft = ({ status }) => status === 'Survived' || status === 'NoCoverage'

/** @param {Mutant} mutant what the configuration leaves out, and what does not compile, is none */
const isMade = ({ status }) => status !== 'Ignored' && status !== 'CompileError'

/** @param {string} text */
const inOneLine = (text) => text.replace(/\s+/g, ' ').trim()

/** A name that stays when lines move: the line where the mutant begins, what stands there, and what stood there instead. */
function nameOf(/** @type {string} */ source, /** @type {Mutant} */ { replacement = '', location: { start, end } }) {
  const lines = source.split('\n')
  const from = lines.slice(start.line - 1, end.line)
  const last = from.length - 1
  from[last] = (from[last] ?? '').slice(0, end.column - 1)
  from[0] = (from[0] ?? '').slice(start.column - 1)
  const [stood, stands] = [from.join(' '), replacement].map((text) => inOneLine(text).slice(0, 60))
  return `${inOneLine(lines[start.line - 1] ?? '')}: ${stood} → ${stands}`
}

/** @param {string} file @param {string} source @param {Mutant} mutant */
export const isExplained = (file, source, mutant) => explained.has(`${file} ${nameOf(source, mutant)}`)

/**
 * Prints the mutants of an area that no test has noticed and that are not explained, explanations that none needs any more, and how
 * many there were of each; answers whether all is well.
 * @param {string} area @param {Report} report
 */
export function judge(area, { files }) {
  const needed = new Set()
  const count = { made: 0, explained: 0, unexplained: 0 }
  for (const [file, { source, mutants }] of Object.entries(files)) {
    count.made += mutants.filter(isMade).length
    for (const mutant of mutants.filter(isLeft)) {
      const name = nameOf(source, mutant)
      needed.add(`${file} ${name}`)
      if (isExplained(file, source, mutant)) count.explained += 1
      else {
        count.unexplained += 1
        console.log(`${mutant.status} ${file}:${mutant.location.start.line} ${name}`)
      }
    }
  }
  const stale = [...explained].filter((name) => files[name.split(' ')[0] ?? ''] !== undefined && !needed.has(name))
  for (const name of stale) console.log(`explained, but noticed or gone: ${name}`)
  const { made, unexplained } = count
  const caught = made - count.explained - unexplained
  console.log(`${area}: ${made} mutants, ${caught} caught, ${count.explained} explained, ${unexplained} neither`)
  return unexplained === 0 && stale.length === 0
}
