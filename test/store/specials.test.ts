import { describe, expect, it } from 'vitest'
import { createLedger } from '../../src/store/fs/ledger.ts'
import { createLog } from '../../src/store/fs/log.ts'
import type { Special } from '../../src/store/fs/specials.ts'
import { unheededSpecials } from '../../src/store/fs/specials.ts'
import { drafts } from '../contract/harness.ts'
import type { Frame } from './support/frames.ts'
import { writeSegments } from './support/frames.ts'
import { createWatchedDisk } from './support/watchedDisk.ts'

const nowhere = { epoch: 1, part: 0, at: 0, length: 0 }

/** What a writer with these segments has asked for, as one reads it who knows of what was dealt with. */
function askedIn(segments: readonly (readonly Frame[])[], heeded = 0, meanwhile?: string) {
  const { directory, open } = createWatchedDisk()
  writeSegments(directory, 0, segments)
  const ledger = createLedger()
  if (heeded > 0) ledger.apply({ is: 'heeded', writer: 0, special: heeded - 1 }, nowhere)
  const log = createLog(directory)
  log.refresh(ledger)
  if (meanwhile !== undefined) directory.files.unlink(directory.at(meanwhile))
  const found = [...unheededSpecials(directory, log, ledger)]
  expect(open()).toEqual([])
  return found
}

const asks = (id: string, more: Partial<Frame> = {}): Frame => ({
  kind: 'command',
  command: { do: 'cancel', ids: [id] },
  ...more,
})
const asked = (number: number, special: number, id: string): Special => ({
  writer: 0,
  number,
  special,
  command: { do: 'cancel', ids: [id] },
  dead: [],
})
const some: Frame = { kind: 'entries', drafts: drafts(2) }
const returns: Frame = { kind: 'requeue', drafts: drafts(2, 50), dead: [7, 9] }
/** One of which nobody can say any more what it was. */
const lost = (number: number, special: number): Special => ({ writer: 0, number, special, dead: [] })

describe('what a writer asks for', () => {
  it('is found in all its segments, in order, and among everything else', () => {
    const segments = [[some, asks('a'), returns], [some], [asks('b'), some]]
    const found = [asked(1, 0, 'a'), { writer: 0, number: 1, special: 1, dead: [7, 9] }, asked(3, 2, 'b')]
    expect(askedIn(segments)).toEqual(found)
    expect(askedIn(segments, 1)).toEqual(found.slice(1))
    expect(askedIn(segments, 2)).toEqual(found.slice(2))
    expect(askedIn(segments, 3)).toEqual([])
  })

  it('is not what stands behind the end of a segment: that was refused', () => {
    const segments = [[asks('a'), asks('refused', { isRefused: true })], [asks('b')]]
    expect(askedIn(segments)).toEqual([asked(1, 0, 'a'), asked(2, 1, 'b')])
  })

  it('is found although the next segment has lost its opening', () => {
    const segments: Frame[][] = [[asks('a')], [{ kind: 'opening', broken: 'header' }, asks('b')]]
    expect(askedIn(segments)).toEqual([asked(1, 0, 'a'), asked(2, 1, 'b')])
  })

  it('is dealt with as nothing where it is damaged', () => {
    expect(askedIn([[asks('a', { broken: 'body' }), { ...returns, broken: 'body' }]])).toEqual([lost(1, 0), lost(1, 1)])
    expect(askedIn([[asks('a', { broken: 'header' }), asks('b'), some]])).toEqual([asked(1, 1, 'b')])
  })

  it('is over with the last one, if that cannot be found any more', () => {
    const segments = [[asks('a'), asks('b', { broken: 'header' }), asks('c', { broken: 'header' }), some]]
    expect(askedIn(segments)).toEqual([asked(1, 0, 'a'), lost(1, 2)])
  })

  it('may go, with its segment, while one looks', () => {
    expect(askedIn([[asks('a')], [asks('b')]], 0, 'seg-0-1.log')).toEqual([asked(2, 1, 'b')])
  })
})
