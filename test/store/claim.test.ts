import { describe, expect, it } from 'vitest'
import type { OwnSegment } from '../../src/store/fs/claim.ts'
import { claimWriter, createSegment } from '../../src/store/fs/claim.ts'
import type { Directory } from '../../src/store/fs/directory.ts'
import { createDirectory } from '../../src/store/fs/directory.ts'
import type { Files } from '../../src/store/fs/files.ts'
import { createFrameBuffer } from '../../src/store/fs/frameBuffer.ts'
import { createLedger } from '../../src/store/fs/ledger.ts'
import { createLog } from '../../src/store/fs/log.ts'
import type { Processes } from '../../src/store/fs/processes.ts'
import { createTail } from '../../src/store/fs/tail.ts'
import { processOfBoot } from './support/places.ts'
import { createSimulatedDisk } from './support/simulatedDisk.ts'

/** A process that knows of a directory what it has looked up itself. */
function claimantIn(directory: Directory, processes: Processes) {
  const log = createLog(directory)
  const ledger = createLedger()
  const refresh = () => void log.refresh(ledger)
  return {
    log,
    refresh,
    claim: (look: () => void = refresh) => claimWriter(directory, log, processes, look),
    tail: () => createTail({ directory, log, processes, segmentBytes: 1_000_000, refresh }),
  }
}

/** A directory on a disk in memory, and two who become writers there; calls of the one may be replaced. */
function place(change: (files: Files, other: ReturnType<typeof claimantIn>) => Partial<Files> = () => ({})) {
  const { files: disk } = createSimulatedDisk()
  disk.makeDirectory('/box')
  const all: Processes = { ...processOfBoot(1), fateOf: () => 'running' }
  const other = claimantIn(createDirectory(disk, '/box'), all)
  let open = 0
  const replaced = { ...disk, ...change(disk, other) }
  const files: Files = {
    ...replaced,
    create(path) {
      const file = replaced.create(path)
      open += 1
      return file
    },
    open(path) {
      const file = replaced.open(path)
      open += 1
      return file
    },
    close(file) {
      open -= 1
      disk.close(file)
    },
  }
  return {
    disk,
    other,
    claimant: claimantIn(createDirectory(files, '/box'), all),
    names: () => disk.list('/box')?.toSorted(),
    /** How many files are open. */
    open: () => open,
  }
}

const failure = (code: string, message: string = code) => Object.assign(new Error(message), { code })

const placeOf = ({ writer, end: { number, ordinal } }: OwnSegment) => ({ writer, number, ordinal })

describe('who becomes a writer', () => {
  it('makes one file, which tells who it is, and leaves nothing else behind', () => {
    const { claimant, names, open } = place()
    expect(placeOf(claimant.claim())).toEqual({ writer: 0, number: 1, ordinal: 0 })
    expect(names()).toEqual(['seg-0-1.log'])
    expect(open()).toBe(1)
    expect(claimant.log.opening(0, 1)?.opening).toEqual({ owner: processOfBoot(1).self() })
  })

  it('becomes the next one when somebody else is faster', () => {
    let isFirst = true
    const { claimant, names, open } = place((disk, other) => ({
      link(from, to) {
        if (isFirst) other.claim()
        isFirst = false
        disk.link(from, to)
      },
    }))
    expect(placeOf(claimant.claim())).toEqual({ writer: 1, number: 1, ordinal: 0 })
    expect(names()).toEqual(['seg-0-1.log', 'seg-1-1.log'])
    expect(open()).toBe(1)
  })

  it('becomes the next one when somebody else has gone on from its first segment already', () => {
    let isFirst = true
    const { claimant, names, open } = place((disk) => ({
      link(from, to) {
        disk.link(from, to)
        if (!isFirst) return
        isFirst = false
        const end = { number: 1, at: 0, ordinal: 0, bytes: 0, specials: 0, seq: 0 }
        createSegment(createDirectory(disk, '/box'), processOfBoot(1), 0, end)
      },
    }))
    expect(placeOf(claimant.claim())).toEqual({ writer: 1, number: 1, ordinal: 0 })
    expect(names()).toEqual(['seg-0-2.log', 'seg-1-1.log'])
    expect(open()).toBe(1)
  })

  it('gives up when others are faster each time', () => {
    let links = 0
    const { claimant, names, open } = place(() => ({
      link() {
        links += 1
        throw links > 2_000 ? new Error('there is no end to it') : failure('EEXIST')
      },
    }))
    expect(() => claimant.claim()).toThrow('could not become a writer in /box: others were always faster')
    expect(names()).toEqual([])
    expect(open()).toBe(0)
  })

  it('hears why its file cannot be made, and leaves nothing behind', () => {
    const { claimant, names, open } = place(() => ({
      link() {
        throw failure('EIO', 'the disk is gone')
      },
    }))
    expect(() => claimant.claim()).toThrow('the disk is gone')
    expect(names()).toEqual([])
    expect(open()).toBe(0)
  })

  it('leaves nothing behind when it cannot be seen whether its file was the first', () => {
    const { claimant, names, open } = place()
    let looks = 0
    const look = () => {
      looks += 1
      if (looks === 3) throw new Error('too many open files')
      claimant.refresh()
    }
    expect(() => claimant.claim(look)).toThrow('too many open files')
    expect(names()).toEqual([])
    expect(open()).toBe(0)
  })

  it('takes the place of a store object of the same process that has ended', () => {
    const { claimant, other, names } = place()
    const tail = other.tail()
    tail.write([], createFrameBuffer(), () => {})
    tail.close()
    expect(names()).toEqual(['seg-0-1.log'])
    expect(placeOf(claimant.claim())).toEqual({ writer: 0, number: 2, ordinal: 0 })
  })

  it('goes on behind a last segment of which a power cut has left nothing', () => {
    const { claimant, disk } = place()
    const directory = createDirectory(disk, '/box')
    const gone = processOfBoot(1)
    const first = claimWriter(directory, claimant.log, gone, claimant.refresh)
    const second = createSegment(directory, gone, 0, { ...first.end, ordinal: 5 })
    const third = second && createSegment(directory, gone, 0, second.end)
    disk.truncate(third?.file ?? NaN, 0)
    const heir = claimantIn(createDirectory(disk, '/box'), processOfBoot(2))
    expect(placeOf(heir.claim())).toEqual({ writer: 0, number: 4, ordinal: 5 })
  })
})
