import type { Draft } from '../../../src/entry.ts'
import type { Settlement, StoreChange } from '../../../src/store/contract.ts'
import { createDirectory } from '../../../src/store/fs/directory.ts'
import { writeDrafts, writeEntries } from '../../../src/store/fs/entryCode.ts'
import { frameKinds } from '../../../src/store/fs/frame.ts'
import type { LedgerChange } from '../../../src/store/fs/ledger.ts'
import type { Held, Session } from '../../../src/store/fs/session.ts'
import { createSession } from '../../../src/store/fs/session.ts'
import type { Settings } from '../../../src/store/fs/settings.ts'
import { defaultSettings } from '../../../src/store/fs/settings.ts'
import { changesFor } from '../../../src/store/fs/settling.ts'
import { processOfBoot } from './places.ts'
import type { WatchedDisk } from './watchedDisk.ts'

/** A session of a process of its own, as it were: it knows of the others only what stands on the disk. */
export interface OpenSession {
  readonly session: Session
  /** What it told of, in order. */
  readonly told: StoreChange[]
  ticks(): number
  /** How often its turn with the lease ended. */
  turnsEnded(): number
  append(...drafts: readonly Draft[]): Promise<void>
  /** Puts dead letters back, as far as the log goes: the holder of the lease may not have come to write it down. */
  putBack(...drafts: readonly Draft[]): Promise<void>
  /** The ids of what is pending, or of the first of it. */
  pending(limit?: number): string[]
  /** Takes the lease, which must be free. */
  take(): Held
  /** With the lease. */
  record(...changes: readonly LedgerChange[]): void
  settle(...settlements: readonly Settlement[]): void
}

export function openSession({ files, directory }: WatchedDisk, settings: Partial<Settings> = {}): OpenSession {
  const told: StoreChange[] = []
  let ticks = 0
  let turnsEnded = 0
  const processes = processOfBoot(1)
  const session = createSession(
    createDirectory(settings.files ?? files, directory.path),
    { ...defaultSettings, files, processes, auditLimit: 1_000, reserveBytes: 0, ...settings },
    { tell: (change) => void told.push(change), onTick: () => void (ticks += 1), onAppended() {} },
  )
  const count = (drafts: readonly Draft[]) => ({
    count: drafts.length,
    bytes: drafts.reduce((sum, each) => sum + each.bytes, 0),
    enqueuedAt: drafts[0]?.enqueuedAt ?? 0,
  })
  const present = () => {
    const held = session.held()
    if (held === undefined) throw new Error('the lease is not held here')
    return held
  }
  const record = (...changes: readonly LedgerChange[]) => {
    present().journal.record(changes)
    session.afterRecord()
  }
  return {
    session,
    told,
    ticks: () => ticks,
    turnsEnded: () => turnsEnded,
    append: (...drafts) =>
      session.appender.append({ kind: frameKinds.entries, ...count(drafts) }, (into) => writeDrafts(into, drafts)),
    putBack: (...drafts) =>
      session.appender.append({ kind: frameKinds.requeue, ...count(drafts) }, (into) =>
        writeEntries(
          into,
          drafts.map((each, index) => ({ draft: each, requeues: 1, dead: index + 1 })),
        ),
      ),
    pending(limit = 100) {
      session.refresh()
      return session.pending.read({ limit }).map(({ id }) => id)
    },
    take() {
      const held = session.tryTake(() => (turnsEnded += 1))
      if (held === undefined) throw new Error('somebody else holds the lease')
      return held
    },
    record,
    settle: (...settlements) => record(...changesFor(settlements, session.pending, session.ledger())),
  }
}
