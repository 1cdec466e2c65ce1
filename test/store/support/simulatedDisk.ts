import { dirname } from 'node:path'
import type { Files } from '../../../src/store/fs/files.ts'

/** One thing that happened to the disk, or that the test wants to remember between two of them. */
export type DiskEvent =
  | { readonly is: 'write'; readonly inode: number; readonly at: number; readonly data: Uint8Array }
  | { readonly is: 'truncate'; readonly inode: number; readonly length: number }
  /** The names that now stand for an inode, or for nothing; all in one directory, and all or none. */
  | { readonly is: 'name'; readonly names: readonly (readonly [path: string, inode: number | undefined])[] }
  /** What was done to the inode or directory before event number `until` is on the disk. */
  | { readonly is: 'sync'; readonly inode: number; readonly until: number }
  | { readonly is: 'syncDirectory'; readonly path: string; readonly until: number }
  | { readonly is: 'mark'; readonly mark: unknown }

/** What is on a disk: directories are inodes without contents. */
export interface DiskImage {
  readonly names: ReadonlyMap<string, number>
  readonly contents: ReadonlyMap<number, Uint8Array>
  readonly directories: ReadonlySet<number>
}

export interface SimulatedDisk {
  readonly files: Files
  /** Everything that happened, in order. */
  readonly events: readonly DiskEvent[]
  mark(mark: unknown): void
}

/** A disk in memory that remembers what was done to it. */
export function createSimulatedDisk(image?: DiskImage): SimulatedDisk {
  const names = new Map(image?.names ?? [['/', 0]])
  const contents = new Map(
    [...(image?.contents ?? [])].map(([inode, data]) => [inode, { data, size: data.length, changedAt: Date.now() }]),
  )
  const directories = new Set(image?.directories ?? [0])
  const events: DiskEvent[] = []
  const changes = new Map<string, number>()
  const open = new Map<number, number>()
  let inodes = Math.max(0, ...names.values(), ...contents.keys())
  let descriptors = 100
  let clock = 1

  function failure(code: string, path: string): Error {
    return Object.assign(new Error(`${code}: ${path}`), { code })
  }

  function inodeAt(path: string): number {
    const inode = names.get(path)
    if (inode === undefined) throw failure('ENOENT', path)
    return inode
  }

  function fileOf(descriptor: number) {
    const inode = open.get(descriptor)
    const file = inode === undefined ? undefined : contents.get(inode)
    if (inode === undefined || file === undefined) throw failure('EBADF', String(descriptor))
    return { inode, file }
  }

  function name(...pairs: [path: string, inode: number | undefined][]): void {
    for (const [path, inode] of pairs) {
      if (inode === undefined) names.delete(path)
      else names.set(path, inode)
      changes.set(dirname(path), (clock += 1))
    }
    events.push({ is: 'name', names: pairs })
  }

  function opened(inode: number): number {
    descriptors += 1
    open.set(descriptors, inode)
    return descriptors
  }

  const files: Files = {
    list(directory) {
      if (!names.has(directory)) return undefined
      const start = directory === '/' ? '/' : `${directory}/`
      return [...names.keys()]
        .filter((path) => path !== '/' && path.startsWith(start))
        .map((path) => path.slice(start.length))
    },
    makeDirectory(directory) {
      if (names.has(directory)) return undefined
      const above = files.makeDirectory(dirname(directory))
      inodes += 1
      directories.add(inodes)
      name([directory, inodes])
      return above ?? directory
    },
    removeDirectory: (directory) => name([directory, undefined]),
    stat(path) {
      const inode = names.get(path)
      if (inode === undefined) return undefined
      const { size = 0, changedAt = changes.get(path) ?? 0 } = contents.get(inode) ?? {}
      return { size, changedAt, inode }
    },
    create(path) {
      if (!names.has(dirname(path))) throw failure('ENOENT', path)
      if (names.has(path)) throw failure('EEXIST', path)
      inodes += 1
      contents.set(inodes, { data: new Uint8Array(256), size: 0, changedAt: Date.now() })
      name([path, inodes])
      return opened(inodes)
    },
    open: (path) => opened(inodeAt(path)),
    close(file) {
      fileOf(file)
      open.delete(file)
    },
    size: (descriptor) => fileOf(descriptor).file.size,
    read(descriptor, into, at) {
      const { file } = fileOf(descriptor)
      const found = file.data.subarray(at, Math.min(at + into.length, file.size))
      into.set(found)
      return found.length
    },
    write(descriptor, data, at) {
      const { inode, file } = fileOf(descriptor)
      file.size = Math.max(file.size, at + data.length)
      if (file.size > file.data.length) {
        const larger = new Uint8Array(file.size * 2)
        larger.set(file.data)
        file.data = larger
      }
      file.data.set(data, at)
      file.changedAt = Date.now()
      events.push({ is: 'write', inode, at, data: Uint8Array.from(data) })
    },
    truncate(descriptor, length) {
      const { inode, file } = fileOf(descriptor)
      file.data.fill(0, length)
      file.size = length
      file.changedAt = Date.now()
      events.push({ is: 'truncate', inode, length })
    },
    touch() {},
    async sync(descriptor) {
      const { inode } = fileOf(descriptor)
      const until = events.length
      await Promise.resolve()
      events.push({ is: 'sync', inode, until })
    },
    syncNow(descriptor) {
      events.push({ is: 'sync', inode: fileOf(descriptor).inode, until: events.length })
    },
    async syncDirectory(path) {
      inodeAt(path)
      const until = events.length
      await Promise.resolve()
      events.push({ is: 'syncDirectory', path, until })
    },
    syncDirectoryNow(path) {
      events.push({ is: 'syncDirectory', path, until: events.length })
    },
    rename: (from, to) => name([from, undefined], [to, inodeAt(from)]),
    link(from, to) {
      if (names.has(to)) throw failure('EEXIST', to)
      name([to, inodeAt(from)])
    },
    unlink(path) {
      inodeAt(path)
      name([path, undefined])
    },
  }
  return {
    files,
    events,
    mark: (mark) => void events.push({ is: 'mark', mark }),
  }
}
