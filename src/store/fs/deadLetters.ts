import { crc32 } from 'node:zlib'
import type { StoredDeadLetter } from '../../entry.ts'
import type { Range } from '../contract.ts'
import type { Directory } from './directory.ts'
import { unlessMissing } from './files.ts'
import { headerLength, readHeader } from './frame.ts'
import type { DeadPlace, Ledger, LedgerChange } from './ledger.ts'
import { journalName } from './names.ts'

/** Reads a page of dead letters where they stand in the journals; one that is damaged or gone is left out. */
export function readDeadLetters(
  directory: Directory,
  ledger: Ledger,
  { after = -Infinity, limit }: Range,
  onLost: (seq: number, place: DeadPlace) => void,
): StoredDeadLetter[] {
  const found: StoredDeadLetter[] = []
  for (const [seq, place] of ledger.dead) {
    if (seq <= after) continue
    const letter = readDeadLetter(directory, seq, place)
    if (letter === undefined) onLost(seq, place)
    else found.push(letter)
    if (found.length >= limit) break
  }
  return found
}

/** The dead letter with this number; undefined when it cannot be read. */
export function readDeadLetter(
  { files, at: pathOf }: Directory,
  seq: number,
  { epoch, part, at, length }: DeadPlace,
): StoredDeadLetter | undefined {
  const file = unlessMissing(() => files.open(pathOf(journalName(epoch, part))))
  if (file === undefined) return undefined
  try {
    const frame = Buffer.alloc(length)
    if (files.read(file, frame, at) < length) return undefined
    const body = frame.subarray(headerLength)
    if (readHeader(frame, 0)?.bodyCrc !== crc32(body)) return undefined
    for (const change of JSON.parse(body.toString()) as LedgerChange[]) {
      if ('letter' in change && change.letter.seq === seq) return change.letter
    }
    return undefined
  } finally {
    files.close(file)
  }
}

/** The numbers of the dead letters with these ids, in the order of their deaths. */
export function deadWithIds(ledger: Ledger, ids: Iterable<string>): number[] {
  const wanted = new Set(ids)
  return [...ledger.dead].filter(([, { id }]) => wanted.has(id)).map(([seq]) => seq)
}
