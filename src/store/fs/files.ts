import * as fs from 'node:fs'

/** What is asked of the file system, all of it: tests put themselves between the store and the disk here. */
export interface Files {
  /** The names in a directory; undefined when there is none. */
  list(directory: string): readonly string[] | undefined
  /** Makes a directory and those above it, 0700; answers the topmost one made. */
  makeDirectory(directory: string): string | undefined
  removeDirectory(directory: string): void
  /** Size, last change and identity of a file or directory; undefined when there is none. */
  stat(path: string): FileFacts | undefined
  /** Makes a file that must not exist yet, 0600, for reading and writing. */
  create(path: string): number
  open(path: string): number
  close(file: number): void
  size(file: number): number
  /** Fills as much of `into` as the file has from `at` on; answers how many bytes that are. */
  read(file: number, into: Uint8Array, at: number): number
  /** Writes all of `data` at `at`; when it throws, some of it may have been written. */
  write(file: number, data: Uint8Array, at: number): void
  truncate(file: number, length: number): void
  /** Sets the last change of a file to now. */
  touch(file: number): void
  /** Resolves when the contents of the file are on the disk. */
  sync(file: number): Promise<void>
  /** The same, and waits for it. */
  syncNow(file: number): void
  /** Resolves when the names in the directory are on the disk. */
  syncDirectory(directory: string): Promise<void>
  /** The same, and waits for it. */
  syncDirectoryNow(directory: string): void
  rename(from: string, to: string): void
  /** Gives a file a second name; fails if that name is taken. */
  link(from: string, to: string): void
  unlink(path: string): void
}

export interface FileFacts {
  readonly size: number
  readonly changedAt: number
  readonly inode: number
}

/** Windows opens no directories, and keeps names by itself. */
const hasNoDirectorySync = process.platform === 'win32'

/** The file system of this machine. */
export const nodeFiles: Files = {
  list: (directory) => unlessMissing(() => fs.readdirSync(directory)),
  makeDirectory: (directory) => fs.mkdirSync(directory, { recursive: true, mode: 0o700 }),
  removeDirectory: (directory) => fs.rmdirSync(directory),
  stat(path) {
    const stats = fs.statSync(path, { throwIfNoEntry: false })
    return stats && { size: stats.size, changedAt: stats.mtimeMs, inode: stats.ino }
  },
  create: (path) => fs.openSync(path, 'wx+', 0o600),
  open: (path) => fs.openSync(path, 'r'),
  close: (file) => fs.closeSync(file),
  size: (file) => fs.fstatSync(file).size,
  read(file, into, at) {
    let done = 0
    while (done < into.length) {
      const count = fs.readSync(file, into, done, into.length - done, at + done)
      if (count === 0) break
      done += count
    }
    return done
  },
  write(file, data, at) {
    let done = 0
    while (done < data.length) done += fs.writeSync(file, data, done, data.length - done, at + done)
  },
  truncate: (file, length) => fs.ftruncateSync(file, length),
  touch(file) {
    const now = Date.now() / 1_000
    fs.futimesSync(file, now, now)
  },
  sync: (file) =>
    new Promise((resolve, reject) => {
      fs.fdatasync(file, (error) => (error ? reject(error) : resolve()))
    }),
  syncNow: (file) => fs.fdatasyncSync(file),
  async syncDirectory(directory) {
    if (hasNoDirectorySync) return
    const handle = await fs.promises.open(directory, 'r')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  },
  syncDirectoryNow(directory) {
    if (hasNoDirectorySync) return
    const file = fs.openSync(directory, 'r')
    try {
      fs.fsyncSync(file)
    } finally {
      fs.closeSync(file)
    }
  },
  rename: (from, to) => fs.renameSync(from, to),
  link: (from, to) => fs.linkSync(from, to),
  unlink: (path) => fs.unlinkSync(path),
}

/** The system's name for what went wrong, as `ENOSPC`. */
export function errnoOf(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined
}

/** What `ask` answers; undefined when the file or directory is not there. */
export function unlessMissing<T>(ask: () => T): T | undefined {
  try {
    return ask()
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined
    throw error
  }
}

/** Reads a whole small file; undefined when it is not there. */
export function readWhole(files: Files, path: string): Buffer | undefined {
  return unlessMissing(() => {
    const file = files.open(path)
    try {
      const data = Buffer.alloc(files.size(file))
      return data.subarray(0, files.read(file, data, 0))
    } finally {
      files.close(file)
    }
  })
}

/** Cuts what a failed write has left; false when that fails too, and the file must be left alone. */
export function isCutBack(files: Files, file: number, length: number): boolean {
  try {
    files.truncate(file, length)
    return true
  } catch {
    // What the caller reports is the failed write.
    return false
  }
}

/** Removes a file that only takes up room; one that stays does no harm. */
export function unlinkQuietly(files: Files, path: string): void {
  try {
    files.unlink(path)
  } catch {
    // What the caller is about to report, or has achieved, matters more.
  }
}
