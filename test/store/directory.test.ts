import { describe, expect, it } from 'vitest'
import { createDirectory } from '../../src/store/fs/directory.ts'
import { nodeFiles } from '../../src/store/fs/files.ts'
import { createSimulatedDisk } from './support/simulatedDisk.ts'

/** A directory in which there are these names, given in this order. */
const directoryWith = (names: readonly string[] | undefined) =>
  createDirectory({ ...nodeFiles, stat: () => undefined, list: () => names }, '/box')

describe('the files in a directory', () => {
  it('are told apart by their names, and stand in the order of their numbers', () => {
    const names = [
      'journal-10-0.log',
      'seg-0-10.log',
      'lease-10',
      'tmp-1-abc',
      'journal-9-10.log',
      'quarantine-1-abc.bin',
      'seg-0-9.log',
      'reserve',
      'journal-9-2.log',
      'reserve-spent',
      'lease-9',
      'notes.txt',
      'seg-3-1.log',
      'tmp-2-abc',
    ]
    expect(directoryWith(names).list()).toEqual({
      segments: new Map([
        [0, [9, 10]],
        [3, [1]],
      ]),
      journals: [
        { kind: 'journal', epoch: 9, part: 2 },
        { kind: 'journal', epoch: 9, part: 10 },
        { kind: 'journal', epoch: 10, part: 0 },
      ],
      leases: [9, 10],
      temporary: ['tmp-1-abc', 'tmp-2-abc'],
    })
  })

  it('are none when there is no directory', () => {
    expect(directoryWith(undefined).list()).toEqual({ segments: new Map(), journals: [], leases: [], temporary: [] })
  })
})

describe('a directory that is made', () => {
  /** Makes `path`, and answers which directories were brought to the disk. */
  async function syncedFor(path: string, isThere: string, change = {}) {
    const { files } = createSimulatedDisk()
    files.makeDirectory(isThere)
    const synced: string[] = []
    const syncDirectory = async (of: string) => {
      synced.push(of)
      if (synced.length > 20) throw new Error('there is no end to it')
      await files.syncDirectory(of)
    }
    await createDirectory({ ...files, syncDirectory, ...change }, path).make()
    return synced
  }

  it('stays, with all that were made above it: each that has got a new name is brought to the disk', async () => {
    expect(await syncedFor('/home/app/data/box', '/home')).toEqual(['/home/app/data', '/home/app', '/home'])
  })

  it('is left alone when it is there', async () => {
    expect(await syncedFor('/home/box', '/home/box')).toEqual([])
  })

  it('has all above it brought to the disk when the system spells the topmost in its own way', async () => {
    const makeDirectory = () => '//?/home'
    expect(await syncedFor('/home/box', '/home', { makeDirectory })).toEqual(['/home', '/', '/'])
  })
})
