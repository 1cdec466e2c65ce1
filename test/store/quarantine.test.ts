import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import type { Directory } from '../../src/store/fs/directory.ts'
import type { Missing } from '../../src/store/fs/entryStream.ts'
import { nodeFiles } from '../../src/store/fs/files.ts'
import { createLedger } from '../../src/store/fs/ledger.ts'
import { createLog } from '../../src/store/fs/log.ts'
import { keepRemains, quarantine } from '../../src/store/fs/quarantine.ts'
import { draft, drafts } from '../contract/harness.ts'
import type { HandWritten } from './support/handWritten.ts'
import { flipped, inScriptorium } from './support/handWritten.ts'

const asideIn = ({ files, path }: Directory) =>
  (files.list(path) ?? []).filter((name) => name.startsWith('quarantine-'))
const bytesOf = (frames: readonly HandWritten[]) => frames.map(({ bytes }) => bytes)
const garbage = Buffer.from('torn\0write')

/** One who has found the segments as they are now. */
function holderIn(directory: Directory) {
  const log = createLog(directory)
  const ledger = createLedger()
  log.refresh(ledger)
  return {
    ledger,
    remains: (ended: readonly number[] = [0]) => [...keepRemains(directory, log, ledger, new Set(ended))],
  }
}

/** Files of which it is known how many are open. */
function countedFiles() {
  let open = 0
  const opened = (file: number) => {
    open += 1
    return file
  }
  const files: typeof nodeFiles = {
    ...nodeFiles,
    open: (path) => opened(nodeFiles.open(path)),
    create: (path) => opened(nodeFiles.create(path)),
    close(file) {
      open -= 1
      nodeFiles.close(file)
    },
  }
  return { files, open: () => open }
}

const missingOf = (lost: number, damage?: Missing['damage']): Missing => ({
  writer: 0,
  ordinal: 1,
  count: lost,
  lost,
  bytes: 12,
  ...(damage && { damage }),
})

it('says how many entries are missing, and of whom', () =>
  inScriptorium((directory) => {
    expect(quarantine(directory, missingOf(1))).toBe(`1 entry of writer 0 is missing in ${directory.path}`)
    expect(quarantine(directory, missingOf(2))).toBe(`2 entries of writer 0 are missing in ${directory.path}`)
  }))

it('moves exactly the bytes aside that cannot be read, and leaves no file open', async () => {
  const { files, open } = countedFiles()
  await inScriptorium((directory, scribe) => {
    const [, , damaged] = scribe.segment([draft(1)], [draft(2)], drafts(9, 3))
    const { at = NaN, end = NaN, bytes } = damaged ?? {}
    const told = quarantine(directory, missingOf(1, { number: 1, at, end }))
    const [name = ''] = asideIn(directory)
    expect(told).toBe(
      `1 entry in ${directory.path} (seg-0-1.log at ${at}) cannot be read: the bytes were moved aside to ${name}`,
    )
    expect(readFileSync(directory.at(name))).toEqual(bytes)
    expect(open()).toBe(0)
  }, files)
})

it('what stands behind the last record of a segment that has ended is kept, and told of once', async () => {
  const { files, open } = countedFiles()
  await inScriptorium((directory, scribe) => {
    scribe.rewrite(1, [...bytesOf(scribe.segment([draft(1)])), garbage])
    scribe.segment([draft(2)])
    const { ledger, remains } = holderIn(directory)
    const told = remains()
    const [name = ''] = asideIn(directory)
    expect(told).toEqual([
      {
        writer: 0,
        number: 1,
        reason: `10 bytes in ${directory.path} behind the last record of seg-0-1.log cannot be read: they were moved aside to ${name}`,
      },
      { writer: 0, number: 2 },
    ])
    expect(readFileSync(directory.at(name))).toEqual(garbage)
    expect(open()).toBe(0)

    ledger.writer(0).looked = 1
    expect(remains()).toEqual([{ writer: 0, number: 2 }])
    ledger.writer(0).looked = 2
    expect(remains()).toEqual([])
    expect(asideIn(directory)).toEqual([name])
  }, files)
})

it('a segment that somebody may still write to is left for later', () =>
  inScriptorium((directory, scribe) => {
    scribe.segment([draft(1)])
    scribe.segment([draft(2)])
    scribe.rewrite(3, [...bytesOf(scribe.segment([draft(3)])), garbage])
    const { remains } = holderIn(directory)
    expect(remains([])).toEqual([
      { writer: 0, number: 1 },
      { writer: 0, number: 2 },
    ])
    expect(remains([0])).toMatchObject([
      { number: 1 },
      { number: 2 },
      { number: 3, reason: expect.any(String) as string },
    ])
  }))

it('a last segment of which nothing can be read is kept whole', () =>
  inScriptorium((directory, scribe) => {
    scribe.segment([draft(1)])
    const torn = bytesOf(scribe.segment()).map((bytes) => flipped(bytes, 20))
    scribe.rewrite(2, torn)
    expect(holderIn(directory).remains()).toMatchObject([
      { number: 1 },
      { number: 2, reason: expect.any(String) as string },
    ])
    expect(asideIn(directory).map((name) => readFileSync(directory.at(name)))).toEqual(torn)
  }))

it('zeros that a power cut has left are nothing to keep', () =>
  inScriptorium((directory, scribe) => {
    scribe.rewrite(1, [...bytesOf(scribe.segment([draft(1)])), Buffer.alloc(100)])
    expect(holderIn(directory).remains()).toEqual([{ writer: 0, number: 1 }])
    expect(asideIn(directory)).toEqual([])
  }))

it('nothing stands behind the end of a segment that is gone, was shortened, or ends nobody knows where', () =>
  inScriptorium((directory, scribe) => {
    scribe.segment([draft(1)])
    const [opening] = scribe.segment([draft(2)], [draft(3)])
    scribe.segment([draft(4)])
    const fourth = scribe.segment([draft(5)])
    scribe.rewrite(2, opening ? [opening.bytes] : [])
    // The fourth does not say any more where the third ends.
    scribe.rewrite(
      4,
      bytesOf(fourth).map((bytes, index) => (index === 0 ? flipped(bytes, 20) : bytes)),
    )
    const { remains } = holderIn(directory)
    scribe.remove(1)
    expect(remains()).toEqual([1, 2, 3, 4].map((number) => ({ writer: 0, number })))
    expect(asideIn(directory)).toEqual([])
  }))
