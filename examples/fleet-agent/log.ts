import type { Change } from './chronicle.ts'

/** One line per change; of the status, whenever the state or its reason changes. */
export function createLog(out: NodeJS.WriteStream) {
  const stamped = createStamp()
  const print = (text: string) => void out.write(`${text}\n`)
  let place = ''
  return {
    show(change: Change) {
      const next = change.status ? `${change.status.state} ${change.status.reason}` : place
      if (change.what !== 'status' || next !== place) print(stamped(change))
      place = next
    },
    end: (lines: readonly string[]) => lines.forEach(print),
  }
}

/** Makes the line of a change, with the seconds since now. */
export function createStamp(): (change: Change) => string {
  const startedAt = Date.now()
  return (change) => `${((Date.now() - startedAt) / 1_000).toFixed(1).padStart(5)} s  ${lineOf(change)}`
}

function lineOf({ who, what, id, reason, waitMs }: Change): string {
  const wait = waitMs === undefined ? '' : `again in ${(waitMs / 1_000).toFixed(1)} s: `
  return `${who.padEnd(6)}  ${what.padEnd(14)}  ${[id, `${wait}${reason ?? ''}`].filter(Boolean).join('  ')}`.trimEnd()
}
