import type { Change } from './chronicle.ts'

/** Shows what happens: a live view in a terminal, elsewhere one line per change. */
export interface Screen {
  show(change: Change): void
  /** Ends the view and prints the last words. */
  end(lines: readonly string[]): void
}

export function createScreen(total: number, out: NodeJS.WriteStream = process.stdout): Screen {
  const startedAt = Date.now()
  const stamp = () => `${((Date.now() - startedAt) / 1_000).toFixed(1).padStart(5)} s`
  const print = (text: string) => void out.write(`${text}\n`)
  const last = (lines: readonly string[]) => lines.forEach(print)
  if (!out.isTTY) {
    let place = ''
    return {
      show(change) {
        // Counts change with every report; a line is worth printing when the state or its reason does.
        const next = change.status ? `${change.status.state} ${change.status.reason}` : place
        if (change.what !== 'status' || next !== place) print(`${stamp()}  ${lineOf(change)}`)
        place = next
      },
      end: last,
    }
  }

  const recent: string[] = []
  let present: Change | undefined
  let gone = 0
  let height = 0

  function paint(): void {
    const width = (out.columns || 80) - 1
    const lines = [...panel(present, gone, total), '', ...recent].map((line) => line.slice(0, width))
    out.write(`${height > 0 ? `\x1b[${height}A` : ''}${lines.map((line) => `\x1b[2K${line}\n`).join('')}\x1b[J`)
    height = lines.length
  }

  const timer = setInterval(paint, 100)
  return {
    show(change) {
      if (change.what === 'status') present = change
      else if (change.what !== 'enqueued') recent.push(`${stamp()}  ${lineOf(change)}`)
      if (change.who === 'server' && ends.includes(change.what)) gone += 1
      if (recent.length > 10) recent.shift()
    },
    end(lines) {
      clearInterval(timer)
      paint()
      last(['', ...lines])
    },
  }
}

const ends = ['took', 'refused', 'silent', 'cutAnswer', 'forgets']

/** State, reason, countdown, and a bar over the backlog. */
function panel(present: Change | undefined, gone: number, total: number): readonly string[] {
  const status = present?.status
  const leftMs = Math.max(0, (status?.nextAttemptAt ?? 0) - Date.now())
  const filled = Math.round((gone / total) * 40)
  return [
    `fleet agent  ${status ? `${status.state} (${status.reason})` : 'starting'}${leftMs > 0 ? `  next try in ${(leftMs / 1_000).toFixed(1)} s` : ''}`,
    `[${'#'.repeat(filled)}${'.'.repeat(40 - filled)}]  ${gone} of ${total} done  ${status?.pending ?? 0} waiting  ${status?.dead ?? 0} dead`,
    present?.reason ?? '',
  ]
}

function lineOf({ who, what, id, reason, waitMs }: Change): string {
  const wait = waitMs === undefined ? '' : `again in ${(waitMs / 1_000).toFixed(1)} s: `
  return `${who.padEnd(6)}  ${what.padEnd(14)}  ${[id, `${wait}${reason ?? ''}`].filter(Boolean).join('  ')}`.trimEnd()
}
