import { crc32 } from 'node:zlib'
import type { Files } from '../../../src/store/fs/files.ts'
import { headerLength, magic, readHeader, writeHeader } from '../../../src/store/fs/frame.ts'
import type { CrashRun } from './crashRun.ts'

/** A mistake somebody could make in the store, made between it and the disk. */
export type SeededBug = Pick<CrashRun, 'ack'> & { readonly name: string; readonly through: (files: Files) => Files }

const isSegment = (path: string) => path.includes('/seg-')
const isJournal = (path: string) => path.includes('/journal-')

export const seededBugs: readonly SeededBug[] = [
  {
    name: 'an append is acknowledged without a sync',
    ack: 'os',
    through: (files) =>
      withPaths(files, (pathOf) => ({
        sync: async (file) => (isSegment(pathOf(file)) ? undefined : files.sync(file)),
      })),
  },
  {
    name: 'an append is acknowledged while its sync is still to come',
    ack: 'os',
    through: (files) =>
      withPaths(files, (pathOf) => {
        let late: number | undefined
        return {
          async sync(file) {
            if (!isSegment(pathOf(file))) return files.sync(file)
            const due = late
            late = file
            if (due === file) await files.sync(file)
          },
        }
      }),
  },
  {
    name: 'an append writes only the first half and does not notice',
    ack: 'os',
    through: (files) =>
      withPaths(files, (pathOf) => ({
        write: (file, data, at) => {
          const isShort = isSegment(pathOf(file)) && data.length > 1_000
          files.write(file, isShort ? data.subarray(0, data.length / 2) : data, at)
        },
      })),
  },
  {
    name: 'the directory of a new segment is not synced',
    ack: 'os',
    through: (files) => ({
      ...files,
      syncDirectory: async (path) => (path === '/' ? files.syncDirectory(path) : undefined),
    }),
  },
  {
    name: 'the directory above a new directory is not synced',
    ack: 'os',
    through: (files) => ({
      ...files,
      syncDirectory: async (path) => (path === '/' ? undefined : files.syncDirectory(path)),
    }),
  },
  {
    name: 'a settlement with ack sync is acknowledged without a sync',
    ack: 'sync',
    through: (files) =>
      withPaths(files, (pathOf) => ({
        sync: async (file) => (isJournal(pathOf(file)) ? undefined : files.sync(file)),
      })),
  },
  {
    name: 'a command is acknowledged without a sync',
    ack: 'os',
    through: (files) =>
      withPaths(files, (pathOf) => ({
        sync: async (file) => (isJournal(pathOf(file)) ? undefined : files.sync(file)),
      })),
  },
  {
    name: 'a settled segment is removed before the journal is synced',
    ack: 'os',
    through: (files) =>
      withPaths(files, (pathOf) => {
        const late = new Set<number>()
        return {
          async sync(file) {
            if (isJournal(pathOf(file))) late.add(file)
            else await files.sync(file)
          },
          async syncDirectory(path) {
            await files.syncDirectory(path)
            // A part that is closed by now is never synced at all.
            for (const file of late) await files.sync(file).catch(() => {})
            late.clear()
          },
        }
      }),
  },
  {
    name: 'the name of a new journal part is not synced before what it replaces is removed',
    ack: 'os',
    through(files) {
      let isJournalNew = false
      return {
        ...files,
        rename(from, to) {
          isJournalNew = true
          files.rename(from, to)
        },
        async syncDirectory(path) {
          if (!isJournalNew) await files.syncDirectory(path)
          isJournalNew = false
        },
      }
    },
  },
  {
    name: 'a part with a dead letter that is not synced is replaced by the next',
    ack: 'os',
    through: (files) => ({ ...files, syncNow() {}, syncDirectoryNow() {} }),
  },
  {
    name: 'the journal of an old epoch is honoured after a takeover',
    ack: 'sync',
    through: (files) => ({ ...files, list: (directory) => withoutTakeovers(files.list(directory)) }),
  },
  {
    name: 'nobody looks at checksums',
    ack: 'os',
    through: (files) => ({ ...files, read: (file, into, at) => withGoodChecksums(into, files.read(file, into, at)) }),
  },
]

/** The files with some of their functions replaced; `pathOf` tells under which name a descriptor was opened, or was given since. */
function withPaths(files: Files, replace: (pathOf: (file: number) => string) => Partial<Files>): Files {
  const paths = new Map<number, string>()
  const renamed = new Map<string, string>()
  const remember = (path: string, file: number) => {
    paths.set(file, path)
    return file
  }
  const pathOf = (file: number) => {
    const path = paths.get(file) ?? ''
    return renamed.get(path) ?? path
  }
  return {
    ...files,
    create: (path) => remember(path, files.create(path)),
    open: (path) => remember(path, files.open(path)),
    rename(from, to) {
      renamed.set(from, to)
      files.rename(from, to)
    },
    link(from, to) {
      renamed.set(from, to)
      files.link(from, to)
    },
    ...replace(pathOf),
  }
}

/** The names in a directory without the journals that later holders of the lease began. */
function withoutTakeovers(names: readonly string[] | undefined): readonly string[] | undefined {
  const epochOf = (name: string) => Number(/^journal-(\d+)-/.exec(name)?.[1] ?? NaN)
  const epochs = (names ?? []).map(epochOf).filter((epoch) => !Number.isNaN(epoch))
  return names?.filter((name) => !(epochOf(name) > Math.min(...epochs)))
}

function withGoodChecksums(into: Uint8Array, count: number): number {
  const data = Buffer.from(into.buffer, into.byteOffset, count)
  for (let at = data.indexOf(magic); at >= 0; at = data.indexOf(magic, at + 1)) {
    const header = readHeader(data, at)
    if (header === undefined || at + headerLength + header.bodyLength > count) continue
    const bodyCrc = crc32(data.subarray(at + headerLength, at + headerLength + header.bodyLength))
    writeHeader(data.subarray(at, at + headerLength), { ...header, bodyCrc })
  }
  return count
}
