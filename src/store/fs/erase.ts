import { dirname } from 'node:path'
import type { Directory } from './directory.ts'
import { errnoOf } from './files.ts'
import { parseName } from './names.ts'
import { storeError } from './storeError.ts'

/** Removes the store's files, and the directory unless it holds others. */
export async function eraseDirectory({ files, path, at }: Directory): Promise<void> {
  try {
    for (const name of files.list(path) ?? []) if (parseName(name) !== undefined) files.unlink(at(name))
    if (files.stat(path) === undefined) return
    await files.syncDirectory(path)
    files.removeDirectory(path)
    await files.syncDirectory(dirname(path))
  } catch (error) {
    if (errnoOf(error) !== 'ENOTEMPTY') throw storeError(error, `erase ${path}`)
  }
}
