import type { Lease, StoreChange } from '../contract.ts'
import { endedWriters } from './claim.ts'
import { cleanUp, hasCleaning, hasSettledSegment, removeLitter } from './cleanup.ts'
import { pendingCount } from './counts.ts'
import type { Directory } from './directory.ts'
import type { Journal } from './journal.ts'
import type { Ledger } from './ledger.ts'
import type { Log } from './log.ts'
import { keepRemains } from './quarantine.ts'
import type { Reserve } from './reserve.ts'
import type { Settings } from './settings.ts'

/** What the holder of the lease does on the side: brings settlements to the disk, and removes what is no longer needed. */
export interface Upkeep {
  /** A new holder looks at what lies about. */
  begin(): void
  /** After changes were recorded. */
  afterRecord(): void
  /** Nothing more is begun on its own. */
  end(): void
  /** Resolves when what was begun has ended. */
  ended(): Promise<void>
}

/** What upkeep works on. */
interface Charge {
  readonly lease: Pick<Lease, 'epoch'>
  readonly journal: Journal
}

/** How large a part of the journal gets on a full disk: old parts have to go sooner. */
const tightJournalBytes = 64 * 1024

export function createUpkeep(deps: {
  readonly directory: Directory
  readonly log: Log
  readonly settings: Settings
  readonly reserve: Reserve
  readonly ledger: () => Ledger
  /** What the holder works on, as long as there is one here. */
  readonly charge: () => Charge | undefined
  /** Looks whether the lease still stands. */
  readonly renew: () => void
  /** Brings the log up to date. */
  readonly refresh: () => void
  readonly tell: (change: StoreChange) => void
}): Upkeep {
  const { directory, log, settings, reserve, ledger, charge } = deps
  const { processes } = settings
  const rewritten = new Map<string, number>()
  let cleaning: Promise<void> | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let isSoon = false

  function clean(): void {
    const present = charge()
    if (present === undefined || cleaning !== undefined) return
    cleaning = cleanUp({
      directory,
      log,
      processes,
      rewritten,
      refresh: deps.refresh,
      ledger: ledger(),
      journal: present.journal,
      epoch: present.lease.epoch,
      auditLimit: settings.auditLimit,
      isStillHeld() {
        deps.renew()
        return charge() === present
      },
    })
      .catch(() => {
        // What stays is removed the next time; a disk that refuses to work shows in the next append or settle.
      })
      .finally(() => {
        cleaning = undefined
        if (charge() !== undefined) reserve.refill()
      })
  }

  function sync(): void {
    timer = undefined
    try {
      if (hasCleaning(directory, log, ledger(), rewritten)) return clean()
    } catch {
      // Nobody is there to be told; what stays is removed the next time.
    }
    charge()
      ?.journal.sync()
      .catch(() => {
        // The journal goes on in a new part, which holds everything.
      })
  }

  function lookBehindEnds({ journal }: Charge, ended: ReadonlySet<number>): void {
    for (const { writer, number, reason } of keepRemains(directory, log, ledger(), ended)) {
      journal.record([{ is: 'looked', writer, number }])
      if (reason !== undefined) deps.tell({ kind: 'quarantined', reason })
    }
  }

  return {
    begin() {
      const present = charge()
      if (present === undefined) return
      reserve.refill()
      try {
        removeLitter(directory)
        const ended = endedWriters(directory, log, processes, deps.refresh)
        lookBehindEnds(present, ended)
        if (hasSettledSegment(log, ledger(), ended) || hasCleaning(directory, log, ledger(), rewritten)) clean()
      } catch {
        // It can lie about until the next holder comes.
      }
    },

    afterRecord() {
      const journal = charge()?.journal
      if (journal === undefined) return
      if (reserve.isInUse() && journal.length() > tightJournalBytes) clean()
      else if (journal.length() > settings.journalBytes) {
        try {
          journal.roll()
        } catch {
          // The present part only grows longer; what was recorded in it is recorded.
        }
      }
      const isIdle = pendingCount(log, ledger()) === 0
      if (timer !== undefined && (isSoon || !isIdle)) return
      clearTimeout(timer)
      isSoon = isIdle
      timer = setTimeout(sync, isIdle ? settings.idleSyncMs : settings.syncMs).unref()
    },

    end() {
      clearTimeout(timer)
      timer = undefined
    },

    ended: async () => cleaning,
  }
}
