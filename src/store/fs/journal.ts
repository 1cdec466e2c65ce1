import type { StoredDeadLetter } from '../../entry.ts'
import { OutboxError } from '../../errors.ts'
import { leaseLost } from '../checks.ts'
import { isCutBack, unlinkQuietly } from './files.ts'
import { writeChanges } from './changeCode.ts'
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
   * @throws OutboxError `OUTBOX_QUOTA` or `OUTBOX_STORE`, or `OUTBOX_LEASE_LOST` once it is closed; then nothing was recorded.
   */
  record(changes: readonly LedgerChange[]): void
  /** Begins a new part. */
  roll(): void
  /**
   * Resolves when everything recorded so far is on the disk.
   * @throws OutboxError `OUTBOX_STORE`, or `OUTBOX_LEASE_LOST` when it was closed before that.
   */
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
  /** Whether another part has to follow: the end of this one may hold part of a record, or a sync has failed. */
  let isSpoilt = false
  /** Whether a sync has failed: what was not on the disk by then may be gone. */
  let isDropped = false
  let isDirty = false
  let isNameDirty = false
  /** Dead letters that are not on the disk yet, by their numbers: they stand nowhere else, once their segments are gone. */
  let unsynced = new Map<number, StoredDeadLetter>()
  let syncing: Promise<void> | undefined
  let isClosed = false

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

  /** Sees to it that dead letters are on the disk before their part is left, unless that has failed already. */
  function syncLetters(present: number): void {
    try {
      files.syncNow(present)
      if (isNameDirty) files.syncDirectoryNow(directory.path)
      unsynced.clear()
    } catch {
      isSpoilt = true
      isDropped = true
    }
  }

  function roll(): void {
    if (file !== undefined && unsynced.size > 0 && !isDropped) syncLetters(file)
    const moved = [...unsynced.values()]
      .filter(({ seq }) => ledger.dead.has(seq))
      .map((letter) => ({ is: 'moved', letter }) as const)
    const temporary = directory.at(temporaryName())
    const next = files.create(temporary)
    let place: Omit<DeadPlace, 'id'>
    try {
      const checkpoint = frame(frameKinds.checkpoint, part + 1, JSON.stringify(ledger), 0)
      const at = checkpoint.length
      files.write(next, checkpoint, 0)
      const letters = moved.length > 0 ? frame(frameKinds.record, part + 1, writeChanges(moved), 0) : Buffer.alloc(0)
      if (letters.length > 0) files.write(next, letters, at)
      files.rename(temporary, directory.at(journalName(epoch, part + 1)))
      place = { epoch, part: part + 1, at, length: letters.length }
    } catch (error) {
      files.close(next)
      unlinkQuietly(files, temporary)
      throw error
    }
    closeFile()
    part += 1
    file = next
    length = place.at + place.length
    isSpoilt = false
    isDropped = false
    isDirty = true
    isNameDirty = true
    for (const change of moved) ledger.apply(change, place)
  }

  /** Writes a record; answers where it stands. */
  function write(changes: readonly LedgerChange[]): Omit<DeadPlace, 'id'> {
    if (file === undefined || isSpoilt) roll()
    let audits = 0
    for (const change of changes) if ('audit' in change) audits += 1
    const data = frame(frameKinds.record, part, writeChanges(changes), audits)
    const at = length
    try {
      if (file !== undefined) files.write(file, data, at)
    } catch (error) {
      isSpoilt = file !== undefined && !isCutBack(files, file, at)
      throw error
    }
    length += data.length
    return { epoch, part, at, length: data.length }
  }

  async function syncOnce(): Promise<void> {
    if (isSpoilt) roll()
    if (file === undefined) return
    const wasNameDirty = isNameDirty
    const letters = unsynced
    isDirty = false
    isNameDirty = false
    unsynced = new Map()
    try {
      await files.sync(file)
      if (wasNameDirty) await files.syncDirectory(directory.path)
    } catch (error) {
      // The file is left alone; the next part holds the whole ledger, and the dead letters that may be gone.
      isSpoilt = true
      isDropped = true
      isDirty = true
      unsynced = new Map([...letters, ...unsynced])
      throw error
    }
  }

  /** Whoever holds the lease by now has read what stands in it, and reads no more. */
  function mustBeOpen(): void {
    if (isClosed) throw leaseLost(epoch)
  }

  function closeFile(): void {
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
      mustBeOpen()
      const place = orThrow(() => write(changes))
      isDirty = true
      for (const change of changes) {
        if ('letter' in change) unsynced.set(change.letter.seq, change.letter)
        ledger.apply(change, place)
      }
    },
    roll() {
      mustBeOpen()
      orThrow(roll)
    },
    async sync() {
      // One under way may have begun before what is to be on the disk was recorded; what comes later is nobody's matter here.
      for (let left = syncing === undefined ? 1 : 2; left > 0 && (isDirty || syncing !== undefined); left -= 1) {
        if (isClosed && syncing === undefined) throw lostUnsynced(epoch)
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
    close() {
      isClosed = true
      closeFile()
    },
  }
}

function lostUnsynced(epoch: number): OutboxError {
  const message = `the lease of epoch ${epoch} was lost before what was recorded was on the disk: it may be there, or not`
  return new OutboxError('OUTBOX_LEASE_LOST', message)
}
