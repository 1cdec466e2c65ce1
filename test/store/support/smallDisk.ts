import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Runs a test on a file system of its own that is so small; undefined when this machine lets nobody mount one. */
export async function onSmallDisk<R>(kilobytes: number, test: (folder: string) => Promise<R>): Promise<R | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'xstate-outbox-disk-'))
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', folder])
  } catch {
    // Only root may mount, and not in every container.
    await rm(folder, { recursive: true })
    return undefined
  }
  try {
    return await test(folder)
  } finally {
    await run('umount', [folder])
    await rm(folder, { recursive: true })
  }
}

/** Whether this machine lets us mount. */
export const canMount = (await onSmallDisk(64, async () => true)) ?? false
