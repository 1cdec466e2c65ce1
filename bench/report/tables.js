import { table } from '../support/table.js'
import { medianOf } from './median.js'

/** What was measured, as Markdown. */
export function tablesOf({ date, machine, versions, sizes, backlogs, rounds, contestants }) {
  const all = Object.values(contestants)
  const largest = Math.max(...backlogs)
  const ours = contestants.handle
  const rate = (field) => (each) => withRatio(medianOf(each.runs, field), ours && medianOf(ours.runs, field))
  const plain = (field, digits) => (each) => shown(medianOf(each.runs, field), digits)
  const rowsOf = (some, ...cells) => some.map((each) => [each.name, ...cells.map((cell) => cell(each))])
  const some = all.filter(({ runs }) => runs.length > 0)
  const draining = some.filter(({ runs }) => runs.some((run) => run.drain !== undefined))
  const waiting = some.filter(({ runs }) => runs.some((run) => `drain${largest}` in run))

  const parts = [
    `Measured on ${date}: ${machine}. Medians of ${rounds.speed} rounds, interleaved, each contestant in a process of its own and warmed up; entries of 1 KB. In brackets: relative to the handle.`,
    `Entries per second; ${grouped(sizes.one)} one by one, ${grouped(sizes.many)} by 100 callers, then a drain of all of them one at a time (no-op push, each outcome recorded before the next), then ${grouped(sizes.many)} by 100 callers while draining.`,
    table(
      ['', 'an enqueued entry survives', 'one by one', '100 callers', 'drain', 'end to end'],
      rowsOf(some, (each) => each.survives, rate('oneByOne'), rate('callers'), rate('drain'), rate('endToEnd')),
    ),
    'What an entry costs, servers included: CPU time, and bytes handed to the disk (the journal of the file system not counted).',
    table(
      ['', 'CPU enqueue, us', 'CPU drain, us', 'bytes enqueue', 'bytes drain'],
      rowsOf(
        draining,
        plain('enqueueCpuUs', 1),
        plain('drainCpuUs', 1),
        plain('enqueueBytes', 0),
        plain('drainBytes', 0),
      ),
    ),
    `With a backlog (medians of ${rounds.backlog} rounds): entries per second over the first 1,000; in a new process, ms from opening to the first push; memory of that process and its server after 50 pushes.`,
    table(
      [
        '',
        ...backlogs.map((size) => `drain, ${grouped(size)} wait`),
        ...[Math.min(...backlogs), largest].map((size) => `first push, ${grouped(size)} wait, ms`),
        `RSS, ${grouped(largest)} wait, MB`,
      ],
      rowsOf(
        waiting,
        ...backlogs.map((size) => rate(`drain${size}`)),
        ...[Math.min(...backlogs), largest].map((size) => plain(`firstPushMs${size}`, 1)),
        plain(`rssMb${largest}`, 0),
      ),
    ),
    `Versions: ${Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', ')}.`,
  ]
  const leftOut = all.filter(({ reason }) => reason !== undefined)
  if (leftOut.length > 0) {
    parts.push('Left out, or not to the end:', leftOut.map(({ name, reason }) => `- ${name}: ${reason}`).join('\n'))
  }
  return `${parts.join('\n\n')}\n`
}

function withRatio(value, ours) {
  if (value === undefined) return '-'
  return ours === undefined ? shown(value) : `${shown(value)} (${(value / ours).toFixed(2)})`
}

function shown(value, digits = 0) {
  if (value === undefined) return '-'
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })
}

function grouped(number) {
  return number.toLocaleString('en')
}
