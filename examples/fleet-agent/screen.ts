import type { Change } from './chronicle.ts'
import { createLiveView } from './liveView.ts'
import { createLog } from './log.ts'

/** Shows what happens: a live view in a terminal, elsewhere a log with one line per change. */
export interface Screen {
  show(change: Change): void
  /** Ends the view and prints the last words. */
  end(lines: readonly string[]): void
}

export function createScreen(total: number, out: NodeJS.WriteStream = process.stdout): Screen {
  return out.isTTY ? createLiveView(total, out) : createLog(out)
}
