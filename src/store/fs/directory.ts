import { dirname, join } from 'node:path'
import type { Files } from './files.ts'
import { errnoOf } from './files.ts'
import type { JournalName } from './names.ts'
import { parseName } from './names.ts'

/** What there is in a store's directory. */
export interface Listing {
  /** The segments of each writer by number, ascending. */
  readonly segments: ReadonlyMap<number, readonly number[]>
  /** The parts of all journals, oldest first. */
  readonly journals: readonly JournalName[]
  /** Epochs of the lease files, ascending. */
  readonly leases: readonly number[]
  readonly temporary: readonly string[]
  /** Whether the room put aside for settlements is in use. */
  readonly isSpent: boolean
}

/** A store's directory. */
export interface Directory {
  readonly files: Files
  readonly path: string
  at(name: string): string
  /** What is in it, now or at most so many ms ago; cheap as long as nothing comes or goes. */
  list(maxAgeMs?: number): Listing
  /** Something that any next look is to show was changed here. */
  changed(): void
  /** Makes it, if it is not there, so that it stays. */
  make(): Promise<void>
}

/** How old a look at the directory may be that is taken before each write, ms. */
export const recentMs = 1_000
/** The kernel stamps a change with a coarse clock: a listing made so soon after one may lack the next, ms. */
const stampCoarsenessMs = 50
/** Directories that may not be read, or keep their names in some other way, are left as they are. */
const unsyncable: ReadonlySet<unknown> = new Set(['EACCES', 'EPERM', 'EROFS', 'EINVAL', 'ENOTSUP'])

export function createDirectory(files: Files, path: string): Directory {
  let known: { readonly changedAt: number; readonly listing: Listing } | undefined
  let last: { readonly at: number; readonly listing: Listing } | undefined

  function list(maxAgeMs = 0): Listing {
    const at = performance.now()
    if (last !== undefined && Math.abs(at - last.at) < maxAgeMs) return last.listing
    const listing = look()
    last = { at, listing }
    return listing
  }

  function look(): Listing {
    const changedAt = files.stat(path)?.changedAt ?? 0
    if (known?.changedAt === changedAt) return known.listing
    // Before the listing: this process may stand still after it, while something comes that the listing lacks.
    const now = Date.now()
    const listing = listingOf(files.list(path) ?? [])
    known = Math.abs(now - changedAt) > stampCoarsenessMs ? { changedAt, listing } : undefined
    return listing
  }

  async function syncNamesIn(directory: string): Promise<void> {
    try {
      await files.syncDirectory(directory)
    } catch (error) {
      if (!unsyncable.has(errnoOf(error))) throw error
    }
  }

  return {
    files,
    path,
    at: (name) => join(path, name),
    list,
    changed() {
      last = undefined
    },
    async make() {
      const isThere = files.makeDirectory(path) === undefined
      // Whoever made it may have been killed before its name was on the disk; whoever has put a file into it was not.
      if (isThere && hasFiles(list())) return
      for (let name = path; name !== dirname(name); name = dirname(name)) await syncNamesIn(dirname(name))
    },
  }
}

const hasFiles = ({ segments, journals, leases }: Listing) => segments.size + journals.length + leases.length > 0

function listingOf(names: readonly string[]): Listing {
  const segments = new Map<number, number[]>()
  const journals: JournalName[] = []
  const leases: number[] = []
  const temporary: string[] = []
  let isSpent = false
  for (const text of names) {
    const name = parseName(text)
    if (name?.kind === 'segment') segments.set(name.writer, [...(segments.get(name.writer) ?? []), name.number])
    else if (name?.kind === 'journal') journals.push(name)
    else if (name?.kind === 'lease') leases.push(name.epoch)
    else if (name?.kind === 'temporary') temporary.push(text)
    else if (name?.kind === 'spent') isSpent = true
  }
  for (const numbers of segments.values()) numbers.sort((a, b) => a - b)
  journals.sort((a, b) => a.epoch - b.epoch || a.part - b.part)
  leases.sort((a, b) => a - b)
  return { segments, journals, leases, temporary, isSpent }
}
