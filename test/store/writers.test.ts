import { mkdir } from 'node:fs/promises'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, it, vi } from 'vitest'
import { claimWriter, endedWriters } from '../../src/store/fs/claim.ts'
import type { Directory } from '../../src/store/fs/directory.ts'
import { createDirectory } from '../../src/store/fs/directory.ts'
import { nodeFiles } from '../../src/store/fs/files.ts'
import { createLedger } from '../../src/store/fs/ledger.ts'
import { createLog } from '../../src/store/fs/log.ts'
import { createFrameBuffer } from '../../src/store/fs/frameBuffer.ts'
import { frameKinds } from '../../src/store/fs/frame.ts'
import type { Processes } from '../../src/store/fs/processes.ts'
import { createTail } from '../../src/store/fs/tail.ts'
import { inDirectory, processOfBoot } from './support/places.ts'

/** What one process knows of the segments. */
function viewOf(directory: Directory) {
  const log = createLog(directory)
  const ledger = createLedger()
  return { log, ledger, refresh: () => void log.refresh(ledger) }
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

it('a writer whose segment a checkpoint tells of before it was read is not free', () =>
  afterOneWriter((directory, { log, ledger, refresh }) => {
    const processes = processOfBoot(2)
    const heir = viewOf(directory)
    const { writer, file, end } = claimWriter(directory, heir.log, processes, heir.refresh)
    nodeFiles.close(file)
    expect(writer).toBe(0)
    ledger.writer(0).end = end
    const next = claimWriter(directory, log, processes, refresh)
    nodeFiles.close(next.file)
    expect(next.writer).toBe(1)
  }))

afterEach(() => {
  vi.useRealTimers()
})

/** A process among pids that are not those of the others. */
const processIn = (container: string): Processes => ({
  self: () => ({ pid: 1, container }),
  fateOf: (identity) => (identity.container === container ? 'running' : 'unknown'),
})

/** Somebody who appends empty frames. */
function appenderIn(directory: Directory, container: string) {
  const processes = processIn(container)
  const { log, refresh } = viewOf(directory)
  const tail = createTail({ directory, log, processes, segmentBytes: 1_000_000, refresh })
  return {
    ...tail,
    pathOfFirst: log.pathOf(0, 1),
    put(body = '') {
      const buffer = createFrameBuffer()
      const { from, bodyLength, bodyCrc } = buffer.add((into) => into.text(body))
      const frame = { kind: frameKinds.entries, count: 1, bytes: 0, enqueuedAt: 1, from, bodyLength, bodyCrc }
      tail.write([frame], buffer, () => {})
    },
  }
}

/** Two containers on a directory; the clock of the files then jumps, so that the first seems to have been idle for long. */
async function afterAJump(
  test: (first: ReturnType<typeof appenderIn>, second: ReturnType<typeof appenderIn>) => Promise<void>,
) {
  await inDirectory(async (place) => {
    const directory = createDirectory(nodeFiles, join(place, 'box'))
    await mkdir(directory.path)
    const first = appenderIn(directory, 'one')
    first.put()
    await first.sync()
    vi.useFakeTimers({ toFake: ['Date', 'performance'], now: Date.now() + 660_000 })
    await test(first, appenderIn(directory, 'two'))
  })
}

it('a writer whose place was taken by another container becomes another writer', () =>
  afterAJump(async (first, second) => {
    second.put()
    await second.sync()
    // Else what the second has just written would seem to be old, too.
    vi.advanceTimersByTime(60_000)
    vi.setSystemTime(Date.now() - 720_000)
    first.put()
    await first.sync()
    expect([second.writer(), first.writer()]).toEqual([0, 1])
  }))

it('a writer whose place is taken while it writes acknowledges nothing', () =>
  afterAJump(async (first, second) => {
    first.put()
    vi.setSystemTime(Date.now() + 660_000)
    second.put()
    await second.sync()
    expect([second.writer(), first.writer()]).toEqual([0, 0])
    await expect(first.sync()).rejects.toThrow('somebody else has become this writer')
  }))

it('a writer whose place is taken leaves its segment as others may have read it', () =>
  afterAJump(async (first, second) => {
    first.put(' '.repeat(10_000))
    await first.sync()
    first.put()
    vi.setSystemTime(Date.now() + 660_000)
    const path = second.pathOfFirst
    const { size } = statSync(path)
    expect(size).toBeGreaterThan(20_000)
    second.put()
    await second.sync()
    await expect(first.sync()).rejects.toThrow('somebody else has become this writer')
    expect(statSync(path).size).toBe(size)
  }))
