import { createHash } from 'node:crypto'
import { dirname } from 'node:path'
import type { DiskEvent, DiskImage } from './simulatedDisk.ts'

/** What may have become of one write that no sync had covered: none of it, all of it, some sectors, or room without data. */
const fates = ['lost', 'whole', 'head', 'tail', 'zeros'] as const

const sector = 512

type Pending = DiskEvent & { readonly is: 'write' | 'truncate' | 'name' }

/**
 * The disks that a power cut right before event number `point` may leave: everything that was synced, and any choice of what was
 * not. All of them if there are at most `most`, else so many by chance.
 */
export function crashStates(
  events: readonly DiskEvent[],
  point: number,
  most: number,
  random: () => number,
): { readonly images: readonly DiskImage[]; readonly isSampled: boolean } {
  const images: DiskImage[] = []
  const past = events.slice(0, point)
  const pending = past.filter((event, index): event is Pending => {
    return (event.is === 'write' || event.is === 'truncate' || event.is === 'name') && !isSynced(event, index, past)
  })
  const choices = pending.map((event) => (event.is === 'write' ? fatesOf(event) : (['lost', 'whole'] as const)))
  const total = choices.reduce((product, { length }) => product * length, 1)
  const seen = new Set<string>()
  for (let index = 0; index < Math.min(total, most); index += 1) {
    let rest = total <= most ? index : Math.floor(random() * total)
    const fate = new Map<DiskEvent, (typeof fates)[number]>()
    for (const [place, event] of pending.entries()) {
      const options = choices[place] ?? fates
      fate.set(event, options[rest % options.length] ?? 'lost')
      rest = Math.floor(rest / options.length)
    }
    const image = imageOf(past, fate)
    const print = fingerprint(image)
    if (seen.has(print)) continue
    seen.add(print)
    images.push(image)
  }
  return { images, isSampled: total > most }
}

/** What a crash of the process alone leaves: everything that was written. */
export function processCrash(events: readonly DiskEvent[], point: number): DiskImage {
  return imageOf(events.slice(0, point), new Map())
}

function fatesOf({ at, data }: DiskEvent & { is: 'write' }): readonly (typeof fates)[number][] {
  const isInOneSector = Math.floor(at / sector) === Math.floor((at + data.length - 1) / sector)
  return isInOneSector ? ['lost', 'whole', 'zeros'] : fates
}

function isSynced(event: Pending, index: number, past: readonly DiskEvent[]): boolean {
  return past.some((other) => {
    if (event.is === 'name') {
      const [path = '/'] = event.names[0] ?? []
      return other.is === 'syncDirectory' && other.path === dirname(path) && index < other.until
    }
    return other.is === 'sync' && other.inode === event.inode && index < other.until
  })
}

function imageOf(past: readonly DiskEvent[], fate: ReadonlyMap<DiskEvent, (typeof fates)[number]>): DiskImage {
  const names = new Map<string, number>([['/', 0]])
  const contents = new Map<number, Uint8Array>()
  for (const event of past) {
    const became = fate.get(event) ?? 'whole'
    if (became === 'lost') continue
    if (event.is === 'name') {
      for (const [path, inode] of event.names) {
        if (inode === undefined) names.delete(path)
        else names.set(path, inode)
      }
    } else if (event.is === 'truncate') {
      contents.set(event.inode, resized(contents.get(event.inode), event.length))
    } else if (event.is === 'write') {
      writeInto(contents, event, became)
    }
  }
  const directories = new Set([...names.values()].filter((inode) => !isFile(past, inode)))
  // What is below a directory that is not there is not there either.
  for (const path of names.keys()) {
    for (let above = dirname(path); above !== dirname(above); above = dirname(above)) {
      if (!names.has(above)) names.delete(path)
    }
  }
  for (const inode of names.values())
    if (!directories.has(inode)) contents.set(inode, contents.get(inode) ?? new Uint8Array())
  return { names, contents, directories }
}

function isFile(past: readonly DiskEvent[], inode: number): boolean {
  return past.some((event) => event.is === 'write' && event.inode === inode)
}

function writeInto(
  contents: Map<number, Uint8Array>,
  { inode, at, data }: DiskEvent & { is: 'write' },
  became: (typeof fates)[number],
): void {
  const cut = became === 'head' || became === 'tail' ? Math.ceil((at + 1) / sector) * sector - at : data.length
  const end = became === 'head' ? cut : data.length
  const present = contents.get(inode)
  const file = resized(present, Math.max(present?.length ?? 0, at + end))
  if (became !== 'zeros') file.set(data.subarray(became === 'tail' ? cut : 0, end), at + (became === 'tail' ? cut : 0))
  contents.set(inode, file)
}

function resized(data: Uint8Array | undefined, length: number): Uint8Array {
  const file = new Uint8Array(length)
  file.set((data ?? file).subarray(0, length))
  return file
}

function fingerprint({ names, contents }: DiskImage): string {
  const hash = createHash('sha1')
  for (const [path, inode] of [...names].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(path)
    hash.update(contents.get(inode) ?? '')
  }
  return hash.digest('hex')
}
