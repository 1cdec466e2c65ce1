import * as fs from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { errnoOf, nodeFiles, readWhole } from '../../src/store/fs/files.ts'
import { inDirectory } from './support/places.ts'

/** Descriptors that are open, with their paths, and what was synced. */
const seen = vi.hoisted(() => ({ open: new Map<number, string>(), synced: [] as string[] }))

/** The system may write or read less than it was asked for: here it always does. */
vi.mock('node:fs', async (original) => {
  const real = await original<typeof fs>()
  const most = 3
  return {
    ...real,
    openSync(path: string, flags: string, mode: number) {
      const file = real.openSync(path, flags, mode)
      seen.open.set(file, path)
      return file
    },
    closeSync(file: number) {
      seen.open.delete(file)
      real.closeSync(file)
    },
    fsyncSync(file: number) {
      real.fsyncSync(file)
      seen.synced.push(seen.open.get(file) ?? '')
    },
    writeSync: (file: number, data: Uint8Array, from: number, length: number, at: number) => {
      if (from + length > data.length) throw new RangeError('there is not so much to write')
      return real.writeSync(file, data, from, Math.min(length, most), at)
    },
    readSync: (file: number, data: Uint8Array, from: number, length: number, at: number) =>
      real.readSync(file, data, from, Math.min(length, most), at),
  }
})

beforeEach(() => {
  seen.open.clear()
  seen.synced.length = 0
})

describe('the files of this machine', () => {
  it('are written and read whole, however little the system takes at once', () =>
    inDirectory(async (directory) => {
      const file = nodeFiles.create(join(directory, 'a'))
      try {
        nodeFiles.write(file, Buffer.from('ten bytes.'), 0)
        nodeFiles.write(file, Buffer.from('and ten more'), 10)
        const into = Buffer.alloc(30)
        expect(nodeFiles.read(file, into, 4)).toBe(18)
        expect(into.toString('utf8', 0, 18)).toBe('bytes.and ten more')
      } finally {
        nodeFiles.close(file)
      }
    }))

  it('are touched with the time of now', () =>
    inDirectory(async (directory) => {
      const path = join(directory, 'a')
      const file = nodeFiles.create(path)
      try {
        fs.utimesSync(path, 1, 1)
        const before = Date.now()
        nodeFiles.touch(file)
        const changedAt = nodeFiles.stat(path)?.changedAt ?? 0
        expect(Math.abs(changedAt - before)).toBeLessThan(60_000)
      } finally {
        nodeFiles.close(file)
      }
    }))

  // Windows keeps names by itself.
  it.skipIf(process.platform === 'win32')('have a directory that is synced at once, and not left open', () =>
    inDirectory(async (directory) => {
      nodeFiles.syncDirectoryNow(directory)
      expect(seen.synced).toEqual([directory])
      expect([...seen.open.values()]).toEqual([])
    }),
  )

  it('are not left open by whoever reads one whole', () =>
    inDirectory(async (directory) => {
      const path = join(directory, 'a')
      fs.writeFileSync(path, 'text')
      expect(readWhole(nodeFiles, path)?.toString()).toBe('text')
      expect(readWhole(nodeFiles, join(directory, 'b'))).toBeUndefined()
      expect([...seen.open.values()]).toEqual([])
    }))
})

describe('what the system says went wrong', () => {
  it('has a name only where an error carries one', () => {
    expect(errnoOf(Object.assign(new Error('full'), { code: 'ENOSPC' }))).toBe('ENOSPC')
    const others = [null, undefined, 'ENOSPC', 5, {}, new Error('no code'), new DOMException('', 'AbortError')]
    expect(others.map((other) => errnoOf(other))).toEqual(others.map(() => undefined))
  })
})
