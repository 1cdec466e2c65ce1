import type { Lease, StoreChange } from '../contract.ts'
import { createAppender } from './appender.ts'
import type { Appender } from './appender.ts'
import type { Directory } from './directory.ts'
import type { Missing } from './entryStream.ts'
import type { Journal } from './journal.ts'
import { createJournal } from './journal.ts'
import type { HeldLease } from './leaseFile.ts'
import { createLeaseFile } from './leaseFile.ts'
import type { DeadPlace, Ledger } from './ledger.ts'
import { journalName } from './names.ts'
import { createLedgerReader } from './ledgerReader.ts'
import type { Log } from './log.ts'
import { createLog } from './log.ts'
import type { Pending } from './pending.ts'
import { createPending } from './pending.ts'
import { quarantine } from './quarantine.ts'
import { createReserve } from './reserve.ts'
import type { Settings } from './settings.ts'
import { unheededSpecials } from './specials.ts'
import { createTail } from './tail.ts'
import { createTicker } from './ticker.ts'
import { createUpkeep } from './upkeep.ts'

/** An open store: what is known of the directory, and the lease if it is held. */
export interface Session {
  readonly directory: Directory
  readonly log: Log
  readonly pending: Pending
  readonly appender: Appender
  /** The number of this store object as a writer, once it has appended. */
  writer(): number | undefined
  ledger(): Ledger
  /** The lease, if this store object holds it and nobody has taken over. */
  held(): Held | undefined
  /** Brings everything up to date. */
  refresh(): void
  /** Takes the lease unless somebody holds it. `endTurn` is called when it is over. */
  tryTake(endTurn: () => void): Held | undefined
  /** After changes were recorded: sees to it that they reach the disk and that what is no longer needed goes. */
  afterRecord(): void
  /** Hears that a dead letter is damaged or gone. */
  onLostLetter(seq: number, place: DeadPlace): void
  /** From now on changes made by others are noticed without being asked for. */
  watch(): void
  close(): Promise<void>
}

/** The lease, and what only its holder may do. */
export interface Held {
  readonly lease: Lease
  readonly journal: Journal
  release(): Promise<void>
}

const nowhere = { epoch: 0, part: 0, at: 0, length: 0 }

export function createSession(
  directory: Directory,
  settings: Settings,
  deps: {
    readonly tell: (change: StoreChange) => void
    readonly onTick: () => void
    /** This store object has appended something. */
    readonly onAppended: () => void
  },
): Session {
  const { processes, heartbeatMs } = settings
  const log = createLog(directory)
  const reader = createLedgerReader(directory)
  const reserve = createReserve(directory, settings.reserveBytes)
  const leaseFile = createLeaseFile(directory, processes, settings.staleMs)
  let held: (Held & { readonly file: HeldLease; readonly lose: () => void }) | undefined
  let renewedAt = 0
  let isOpen = false
  /** Whether something is missing that was not written down: it could not be, or there was no lease. */
  let hasUnsaid = false

  const { ledger } = reader
  const pending = createPending({ directory, log, ledger, onMissing })
  const tail = createTail({ directory, log, processes, segmentBytes: settings.segmentBytes, refresh })
  const appender = createAppender({ directory, tail, reserve, onAppended: deps.onAppended })
  const upkeep = createUpkeep({
    directory,
    log,
    settings,
    reserve,
    ledger,
    renew,
    refresh,
    charge: () => held,
    tell: deps.tell,
  })

  function refresh(): void {
    const before = held === undefined ? summary() : undefined
    if (hasUnsaid && held !== undefined) {
      pending.reset()
      hasUnsaid = false
    }
    // In this order: a ledger that knows of segments which the log lacks would have them taken for gone.
    if (held === undefined) reader.refresh()
    const least = log.refresh(ledger())
    // Whoever put them back may not have come to write it down.
    const dead = [...unheededSpecials(directory, log, ledger())].flatMap((special) => special.dead)
    if (dead.length > 0) ledger().apply({ is: 'returned', dead }, nowhere)
    if (least < Infinity) pending.noticed(least)
    if (isOpen && least < Infinity) deps.tell({ kind: 'appended' })
    if (isOpen && before !== undefined) {
      const after = summary()
      if (after.settled !== before.settled) deps.tell({ kind: 'removed' })
      if (after.control !== before.control) deps.tell({ kind: 'control' })
    }
    isOpen = true
  }

  function summary() {
    let settled = ledger().sums.discarded
    for (const { settled: spans } of ledger().writers.values()) settled += spans.size()
    return { settled, control: JSON.stringify(ledger().sums.control) }
  }

  /** Entries that cannot be read must not block those behind them; only the holder may say that they are gone. */
  function onMissing(missing: Missing): void {
    const present = heldNow()
    if (present === undefined) {
      hasUnsaid = true
      return
    }
    try {
      const reason = quarantine(directory, missing)
      const { writer, ordinal, count, bytes } = missing
      present.journal.record([{ is: 'quarantined', writer, ordinal, count, bytes }])
      deps.tell({ kind: 'quarantined', reason })
    } catch {
      // The entries behind it can be read all the same; it is met again when reading begins anew.
      hasUnsaid = true
    }
  }

  function onLostLetter(seq: number, place: DeadPlace): void {
    const present = heldNow()
    if (present === undefined) return
    present.journal.record([{ is: 'lost', dead: [seq] }])
    const name = journalName(place.epoch, place.part)
    deps.tell({
      kind: 'quarantined',
      reason: `the dead letter ${place.id} cannot be read in ${directory.path} (${name})`,
    })
  }

  function heldNow(): typeof held {
    if (held !== undefined && performance.now() - renewedAt > heartbeatMs) renew()
    return held
  }

  function renew(): void {
    if (held === undefined) return
    if (held.file.isRenewed()) renewedAt = performance.now()
    else held.lose()
  }

  function tryTake(endTurn: () => void): Held | undefined {
    refresh()
    const taken = reserve.withRoom(leaseFile.tryTake)
    if (taken === undefined) return undefined
    let journal: Journal
    try {
      refresh()
      journal = createJournal(directory, taken.epoch, ledger(), reserve)
    } catch (error) {
      taken.release()
      throw error
    }
    const letGo = () => {
      held = undefined
      upkeep.end()
      journal.close()
      taken.release()
      endTurn()
    }
    const loss = new AbortController()
    const present = {
      file: taken,
      journal,
      lease: { epoch: taken.epoch, lost: loss.signal, release: () => present.release() },
      lose() {
        if (held === present) letGo()
        loss.abort()
      },
      async release() {
        if (held !== present) return
        await upkeep.ended()
        try {
          await journal.sync()
        } catch {
          // The next holder starts from what is readable; at worst a push is repeated.
        }
        if (held !== present) return
        letGo()
      },
    }
    held = present
    renewedAt = performance.now()
    ticker.start()
    upkeep.begin()
    return present
  }

  const ticker = createTicker(settings.pollMs, () => {
    try {
      heldNow()
      refresh()
    } catch {
      // The next call that needs the disk meets the same error, and has somebody to tell.
      return
    }
    deps.onTick()
  })

  return {
    directory,
    log,
    pending,
    appender,
    ledger,
    held: heldNow,
    refresh,
    tryTake,
    onLostLetter,
    writer: tail.writer,
    afterRecord: upkeep.afterRecord,
    watch: ticker.start,
    async close() {
      ticker.stop()
      await appender.close()
      tail.close()
      const present = held
      await present?.release()
      present?.lose()
      pending.reset()
    },
  }
}
