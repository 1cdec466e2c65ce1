import type { Directory } from './directory.ts'
import { unlessMissing } from './files.ts'
import { frameKinds, headerLength } from './frame.ts'
import type { Found } from './frameReader.ts'
import { readJournal } from './frameReader.ts'
import type { Ledger, LedgerChange, LedgerJson } from './ledger.ts'
import { createLedger } from './ledger.ts'
import type { JournalName } from './names.ts'
import { journalName } from './names.ts'

/** The ledger as the journals tell it. */
export interface LedgerReader {
  ledger(): Ledger
  /** Reads what was recorded since. */
  refresh(): void
}

interface Position extends JournalName {
  at: number
}

export function createLedgerReader(directory: Directory): LedgerReader {
  let ledger = createLedger()
  let position: Position | undefined

  function read(journal: Position): void {
    const path = directory.at(journalName(journal.epoch, journal.part))
    if ((directory.files.stat(path)?.size ?? 0) <= journal.at) return
    unlessMissing(() => {
      const reader = readJournal(directory, journal, journal.at)
      try {
        for (let found = reader.next(); found !== undefined; found = reader.next()) {
          journal.at = reader.at()
          if (found.kind === 'frame') replay(ledger, found, journal)
        }
      } finally {
        reader.close()
      }
    })
  }

  /** Goes to the newest part whose checkpoint is intact; those after it that are damaged still have records. */
  function load(journals: readonly JournalName[]): void {
    ledger = createLedger()
    let first = 0
    for (const [index, journal] of [...journals.entries()].toReversed()) {
      const json = readCheckpoint(directory, journal)
      if (json === undefined) continue
      ledger = createLedger(json)
      first = index
      break
    }
    for (const journal of journals.slice(first)) {
      position = { ...journal, at: 0 }
      read(position)
    }
  }

  return {
    ledger: () => ledger,
    refresh() {
      const { journals } = directory.list()
      const newest = journals.at(-1)
      if (newest === undefined) {
        if (position === undefined) return
        position = undefined
        ledger = createLedger()
        return
      }
      if (position?.epoch === newest.epoch && position.part === newest.part) read(position)
      else load(journals)
    },
  }
}

function readCheckpoint(directory: Directory, journal: JournalName): LedgerJson | undefined {
  return unlessMissing(() => {
    const reader = readJournal(directory, journal)
    try {
      const found = reader.next()
      if (found?.kind !== 'frame' || found.header.kind !== frameKinds.checkpoint) return undefined
      const body = found.body()
      return body && (JSON.parse(body.toString()) as LedgerJson)
    } finally {
      reader.close()
    }
  })
}

function replay(ledger: Ledger, { header, at, body }: Found & { kind: 'frame' }, { epoch, part }: JournalName): void {
  if (header.kind !== frameKinds.record) return
  const text = body()
  if (text === undefined) return
  const place = { epoch, part, at, length: headerLength + header.bodyLength }
  for (const change of JSON.parse(text.toString()) as LedgerChange[]) ledger.apply(change, place)
}
