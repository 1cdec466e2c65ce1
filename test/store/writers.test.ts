import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { claimWriter, endedWriters } from '../../src/store/fs/claim.ts'
import type { Directory } from '../../src/store/fs/directory.ts'
import { createDirectory } from '../../src/store/fs/directory.ts'
import { nodeFiles } from '../../src/store/fs/files.ts'
import { createLedger } from '../../src/store/fs/ledger.ts'
import { createLog } from '../../src/store/fs/log.ts'
import { inDirectory, processOfBoot } from './support/places.ts'

/** What one process knows of the segments. */
function viewOf(directory: Directory) {
  const log = createLog(directory)
  const ledger = createLedger()
  return { log, refresh: () => void log.refresh(ledger) }
}

/** A writer that was there and is gone, as another process sees it. */
async function afterOneWriter(test: (directory: Directory, view: ReturnType<typeof viewOf>) => void) {
  await inDirectory(async (place) => {
    const directory = createDirectory(nodeFiles, join(place, 'box'))
    await mkdir(directory.path)
    const gone = viewOf(directory)
    nodeFiles.close(claimWriter(directory, gone.log, processOfBoot(1), gone.refresh).file)
    const view = viewOf(directory)
    view.refresh()
    test(directory, view)
  })
}

it('the segments of a writer that is gone are at their end', () =>
  afterOneWriter((directory, { log, refresh }) => {
    expect(endedWriters(directory, log, processOfBoot(2), refresh)).toEqual(new Set([0]))
  }))

it('a segment that somebody begins as a writer that is gone, while it is looked at, is not at its end', () =>
  afterOneWriter((directory, { log, refresh }) => {
    const processes = processOfBoot(2)
    const ended = endedWriters(directory, log, processes, () => {
      const heir = viewOf(directory)
      const { writer, file } = claimWriter(directory, heir.log, processes, heir.refresh)
      nodeFiles.close(file)
      expect(writer).toBe(0)
      refresh()
    })
    expect(ended).toEqual(new Set())
  }))
