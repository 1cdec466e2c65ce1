import { basename } from 'node:path'
import type { Directory } from '../../../src/store/fs/directory.ts'
import { createDirectory } from '../../../src/store/fs/directory.ts'
import type { Files } from '../../../src/store/fs/files.ts'
import { createSimulatedDisk } from './simulatedDisk.ts'

/** A directory on a disk in memory that tells what was asked of it, and lets a test come in between. */
export interface WatchedDisk {
  readonly files: Files
  /** Of an empty directory. */
  readonly directory: Directory
  /** The syncs and renames so far, as `sync journal-1-0.log`: by the name that the file had then. */
  readonly done: string[]
  /** The names in the directory. */
  names(): string[]
  /** The files that are open. */
  open(): string[]
  sizeOf(name: string): number | undefined
  /** Runs `what` before the next call of `call`, which it may fail by throwing. */
  before(call: keyof Files, what: () => unknown): void
  /** Lets the next call of each fail; a write leaves its first half. */
  failNext(...calls: readonly (keyof Files)[]): void
}

export const diskError = (code = 'EIO'): Error => Object.assign(new Error(`${code}: as the test wants it`), { code })

export function createWatchedDisk(): WatchedDisk {
  const { files: disk } = createSimulatedDisk()
  const path = '/box'
  disk.makeDirectory(path)
  const done: string[] = []
  const paths = new Map<number, string>()
  const hooks = new Map<keyof Files, () => unknown>()

  const nameOf = (file: number) => basename(paths.get(file) ?? 'a closed file')
  const opened = (at: string, file: number) => {
    paths.set(file, at)
    return file
  }
  const renamed = (from: string, to: string) => {
    for (const [file, at] of paths) if (at === from) paths.set(file, to)
  }

  const watched: Files = {
    ...disk,
    create: (at) => opened(at, disk.create(at)),
    open: (at) => opened(at, disk.open(at)),
    close(file) {
      disk.close(file)
      paths.delete(file)
    },
    async sync(file) {
      done.push(`sync ${nameOf(file)}`)
      await disk.sync(file)
    },
    syncNow(file) {
      done.push(`syncNow ${nameOf(file)}`)
      disk.syncNow(file)
    },
    async syncDirectory(at) {
      done.push('syncDirectory')
      await disk.syncDirectory(at)
    },
    syncDirectoryNow(at) {
      done.push('syncDirectoryNow')
      disk.syncDirectoryNow(at)
    },
    rename(from, to) {
      done.push(`rename ${basename(to)}`)
      disk.rename(from, to)
      renamed(from, to)
    },
    link(from, to) {
      disk.link(from, to)
      renamed(from, to)
    },
  }

  const takeHook = (call: keyof Files) => {
    const hook = hooks.get(call)
    hooks.delete(call)
    return hook
  }
  const files = { ...watched } as Record<keyof Files, unknown>
  for (const call of Object.keys(watched) as (keyof Files)[]) {
    const work = watched[call] as (...args: unknown[]) => unknown
    files[call] =
      call === 'sync' || call === 'syncDirectory'
        ? async (...args: unknown[]) => {
            await takeHook(call)?.()
            await work(...args)
          }
        : (...args: unknown[]) => {
            try {
              takeHook(call)?.()
            } catch (error) {
              const [file, data, at] = args as [number, Uint8Array, number]
              if (call === 'write') watched.write(file, data.subarray(0, data.length / 2), at)
              throw error
            }
            return work(...args)
          }
  }

  return {
    files: files as Files,
    directory: createDirectory(files as Files, path),
    done,
    names: () => [...(disk.list(path) ?? [])].toSorted(),
    open: () => [...paths.values()].map((at) => basename(at)).toSorted(),
    sizeOf: (name) => disk.stat(`${path}/${name}`)?.size,
    before: (call, what) => void hooks.set(call, what),
    failNext(...calls) {
      for (const call of calls) {
        hooks.set(call, () => {
          throw diskError()
        })
      }
    },
  }
}
