import { appendFile, readFile } from 'node:fs/promises'

/** Which dispatches the fleet server has, and when it last took some. */
export interface Ledger {
  /** Marks dispatches as synced; marking them again changes nothing. */
  mark(ids: readonly string[]): Promise<void>
  read(): Promise<{ readonly synced: ReadonlySet<string>; readonly lastSyncAt: number | undefined }>
}

interface Line {
  readonly at: number
  readonly ids: readonly string[]
}

/** A ledger in a file of one line per sync. Each line begins with its line break, so that a torn one spoils only itself. */
export function openLedger(path: string): Ledger {
  return {
    mark: (ids) => appendFile(path, `\n${JSON.stringify({ at: Date.now(), ids } satisfies Line)}`, { flush: true }),
    async read() {
      const lines = (await readFile(path, 'utf8').catch(ifMissing)).split('\n').flatMap(lineOf)
      return { synced: new Set(lines.flatMap(({ ids }) => ids)), lastSyncAt: lines.at(-1)?.at }
    },
  }
}

function ifMissing(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT') return ''
  throw error
}

function lineOf(text: string): readonly Line[] {
  try {
    return [JSON.parse(text) as Line]
  } catch {
    return [] // empty, or torn by a kill: its push is repeated and marked again
  }
}
