import type { Status } from 'xstate-outbox'
import type { Change } from './chronicle.ts'
import { createStamp } from './log.ts'

const repaintMs = 100
const recentLines = 10
const barWidth = 40
/** What the server does with a report for good. */
const ends = ['took', 'refused', 'silent', 'cutAnswer', 'forgets']

/** State, reason, countdown, a bar over the backlog of `total` reports, and the latest changes, painted in place. */
export function createLiveView(total: number, out: NodeJS.WriteStream) {
  const stamped = createStamp()
  const recent: string[] = []
  let status: Status | undefined
  let explanation = ''
  let done = 0
  let height = 0

  function paint(): void {
    const width = (out.columns || 80) - 1
    const lines = [headOf(status), barOf(done, total, status), explanation, '', ...recent]
    const painted = lines.map((line) => `\x1b[2K${line.slice(0, width)}\n`).join('')
    out.write(`${height > 0 ? `\x1b[${height}A` : ''}${painted}\x1b[J`)
    height = lines.length
  }

  const timer = setInterval(paint, repaintMs)
  return {
    show(change: Change) {
      if (change.what === 'status' || change.what === 'killed') {
        status = change.status
        explanation = change.reason ?? ''
      }
      if (change.who === 'server' && ends.includes(change.what)) done += 1
      if (change.what !== 'status' && change.what !== 'enqueued') recent.push(stamped(change))
      if (recent.length > recentLines) recent.shift()
    },
    end(lines: readonly string[]) {
      clearInterval(timer)
      paint()
      out.write(`\n${lines.join('\n')}\n`)
    },
  }
}

function headOf(status: Status | undefined): string {
  if (status === undefined) return 'fleet agent  not running'
  const { state, reason, nextAttemptAt } = status
  const leftMs = Math.max(0, (nextAttemptAt ?? 0) - Date.now())
  const countdown = leftMs > 0 ? `  next try in ${(leftMs / 1_000).toFixed(1)} s` : ''
  return `fleet agent  ${state === reason ? state : `${state} (${reason})`}${countdown}`
}

function barOf(done: number, total: number, status: Status | undefined): string {
  const filled = Math.round((done / total) * barWidth)
  const bar = `[${'#'.repeat(filled)}${'.'.repeat(barWidth - filled)}]`
  return `${bar}  ${done} of ${total} done  ${status?.pending ?? 0} waiting  ${status?.dead ?? 0} dead`
}
