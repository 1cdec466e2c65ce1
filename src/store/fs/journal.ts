import { isCutBack, unlinkQuietly } from './files.ts'
import type { Directory } from './directory.ts'
import type { FrameKind } from './frame.ts'
import { frameKinds, writeHeader } from './frame.ts'
import { createFrameBuffer } from './frameBuffer.ts'
import type { DeadPlace, Ledger, LedgerChange } from './ledger.ts'
import { journalName, temporaryName } from './names.ts'
import type { Reserve } from './reserve.ts'
import { storeError } from './storeError.ts'

/** What the holder of a lease records, in parts that each begin with a checkpoint: the ledger as it was then. */
export interface Journal {
  /**
   * Writes the changes in one frame, then applies them to the ledger.
   * @throws OutboxError `OUTBOX_QUOTA` or `OUTBOX_STORE`; then nothing was recorded.
   */
  record(changes: readonly LedgerChange[]): void
  /** Begins a new part. */
  roll(): void
  /** Resolves when everything recorded so far is on the disk. */
  sync(): Promise<void>
  /** The present part. */
  part(): number
  /** Bytes in the present part. */
  length(): number
  close(): void
}

/** @param ledger - what was before; changed from now on by `record` only. */
export function createJournal(directory: Directory, epoch: number, ledger: Ledger, reserve: Reserve): Journal {
  const { files } = directory
  const buffer = createFrameBuffer()
  let part = -1
  let file: number | undefined
  let length = 0
  /** Whether the end of the file may hold part of a record. */
  let isTorn = false
  let isDirty = false
  let isNameDirty = false
  /** A dead letter stands nowhere else, once its segment is gone. */
  let hasUnsyncedLetters = false
  let syncing: Promise<void> | undefined

  /** The bytes of a frame, until the next one is made. */
  function frame(kind: FrameKind, of: number, body: string, audits: number): Buffer {
    buffer.clear()
    const { bodyLength, bodyCrc } = buffer.add((into) => into.text(body))
    const data = buffer.part(0, buffer.length())
    writeHeader(data, {
      kind,
      file: epoch,
      specials: of,
      count: audits,
      seq: ledger.sums.audits + 1,
      writer: 0,
      ordinal: 0,
      bytesBefore: 0,
      bytes: 0,
      bodyLength,
      bodyCrc,
    })
    return data
  }

  function roll(): void {
    if (file !== undefined && hasUnsyncedLetters) {
      files.syncNow(file)
      if (isNameDirty) files.syncDirectoryNow(directory.path)
    }
    const temporary = directory.at(temporaryName())
    const data = frame(frameKinds.checkpoint, part + 1, JSON.stringify(ledger), 0)
    const next = files.create(temporary)
    try {
      files.write(next, data, 0)
      files.rename(temporary, directory.at(journalName(epoch, part + 1)))
    } catch (error) {
      files.close(next)
      unlinkQuietly(files, temporary)
      throw error
    }
    close()
    part += 1
    file = next
    length = data.length
    isTorn = false
    isDirty = true
    isNameDirty = true
    hasUnsyncedLetters = false
  }

  /** Writes a record; answers where it stands. */
  function write(changes: readonly LedgerChange[]): Omit<DeadPlace, 'id'> {
    if (file === undefined || isTorn) roll()
    let audits = 0
    for (const change of changes) if ('audit' in change) audits += 1
    const data = frame(frameKinds.record, part, JSON.stringify(changes), audits)
    const at = length
    try {
      if (file !== undefined) files.write(file, data, at)
    } catch (error) {
      isTorn = file !== undefined && !isCutBack(files, file, at)
      throw error
    }
    length += data.length
    return { epoch, part, at, length: data.length }
  }

  async function syncOnce(): Promise<void> {
    if (isTorn) roll()
    if (file === undefined) return
    const present = file
    const wasNameDirty = isNameDirty
    isDirty = false
    isNameDirty = false
    hasUnsyncedLetters = false
    try {
      await files.sync(present)
      if (wasNameDirty) await files.syncDirectory(directory.path)
    } catch (error) {
      // A failed sync may have dropped the data: the file is left alone, and the next part holds the whole ledger.
      isTorn = true
      isDirty = true
      isNameDirty ||= wasNameDirty
      throw error
    }
  }

  function close(): void {
    if (file === undefined) return
    const past = file
    file = undefined
    // A descriptor closed under a running sync may by then stand for another file.
    if (syncing === undefined) files.close(past)
    else void syncing.catch(() => {}).then(() => files.close(past))
  }

  const orThrow = <T>(work: () => T): T => {
    try {
      return reserve.withRoom(work)
    } catch (error) {
      throw storeError(error, `write the journal in ${directory.path}`)
    }
  }

  orThrow(roll)

  return {
    record(changes) {
      const place = orThrow(() => write(changes))
      isDirty = true
      for (const change of changes) {
        if ('letter' in change) hasUnsyncedLetters = true
        ledger.apply(change, place)
      }
    },
    roll: () => orThrow(roll),
    async sync() {
      while (isDirty || syncing !== undefined) {
        syncing ??= syncOnce().finally(() => {
          syncing = undefined
        })
        try {
          await syncing
        } catch (error) {
          throw storeError(error, `sync the journal in ${directory.path}`)
        }
      }
    },
    part: () => part,
    length: () => length,
    close,
  }
}
