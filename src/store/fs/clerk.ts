import type { StoredDeadLetter } from '../../entry.ts'
import { isOutboxError } from '../../errors.ts'
import { leaseLost } from '../checks.ts'
import type { Requeue } from '../contract.ts'
import { draftOf } from '../entries.ts'
import type { Line } from '../line.ts'
import { createLine } from '../line.ts'
import { macrotask } from '../../clock.ts'
import { deadWithIds, readDeadLetter } from './deadLetters.ts'
import { writeEntries } from './entryCode.ts'
import { frameKinds } from './frame.ts'
import type { LedgerChange, LogEnd } from './ledger.ts'
import type { Held, Session } from './session.ts'
import type { Settings } from './settings.ts'
import type { Command, Special } from './specials.ts'
import { unheededSpecials } from './specials.ts'
import { pause } from './ticker.ts'

/** Does, or has done by whoever holds the lease, what is not a settlement. */
export interface Clerk {
  /** Resolves once it is on the disk, with how many entries it was about. */
  obey(command: Command): Promise<number>
  /** Leaves news in the own log for whoever holds the lease; resolves once they are on the disk. */
  leave(news: unknown): Promise<void>
  /** Looks whether others ask for something. */
  tick(): void
  /** Ends what was begun. */
  close(): Promise<void>
}

interface Deed {
  readonly changes: readonly LedgerChange[]
  /** How many entries it was about, for who has asked; wishes are not answered. */
  readonly answer?: number
}

/** How long entries are looked through before others get a turn, ms. */
const paceMs = 8

export function createClerk(session: Session, line: Line, settings: Settings, onNews: (news: unknown) => void): Clerk {
  const { directory, log, pending, appender } = session
  const turns = createLine()
  let isTicking = false

  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const endTurn = await turns.enter(new AbortController().signal)
    try {
      return await work()
    } finally {
      endTurn()
    }
  }

  /** Runs `work` with the lease; undefined when somebody else has it, or has got it meanwhile. */
  async function asHolder<T>(work: (held: Held) => Promise<T>): Promise<T | undefined> {
    const held = session.held()
    if (held !== undefined) return unlessLost(work(held))
    const endTurn = line.tryEnter()
    if (endTurn === undefined) return undefined
    let taken: Held | undefined
    try {
      await directory.make()
      taken = session.tryTake(endTurn)
    } finally {
      if (taken === undefined) endTurn()
    }
    if (taken === undefined) return undefined
    try {
      return await unlessLost(work(taken))
    } finally {
      await taken.release()
    }
  }

  async function obey(command: Command): Promise<number> {
    let done = 0
    const answer = await asHolder(async (held) => {
      await heed(held)
      const deed = await perform(command, new Set(), held)
      if (deed.changes.length > 0) record(held, deed.changes)
      done = deed.answer ?? 0
      await heed(held)
      await held.journal.sync()
      return done
    })
    // Whoever holds the lease by now does what is left of it, which may be nothing.
    return answer ?? Math.max(done, await ask(command))
  }

  /** Leaves the command in the own log; answers which of its special frames it is. */
  async function put(command: Command): Promise<number> {
    let special = NaN
    const onPlaced = ({ specials }: LogEnd) => {
      special = specials - 1
    }
    await appender.append({ kind: frameKinds.command, count: 0, bytes: 0, enqueuedAt: 0, onPlaced }, (into) => {
      into.text(JSON.stringify(command))
    })
    return special
  }

  /** Leaves the command, and waits until somebody has obeyed it, or it can be done here. */
  async function ask(command: Command): Promise<number> {
    const special = await put(command)
    const writer = session.writer() ?? NaN
    for (;;) {
      const ledger = session.ledger()
      const answer = ledger.answer(writer, special)
      if (answer !== undefined) return answer
      // Damaged, or so many were answered since that this one was forgotten.
      if (ledger.writer(writer).heeded > special) throw new Error('it was dealt with, but what came of it is not known')
      await asHolder(heed)
      await pause(settings.pollMs / 4, undefined, { keepsAlive: true })
      session.refresh()
    }
  }

  /** Deals with the special frames that have not been dealt with. */
  async function heed(held: Held): Promise<void> {
    for (;;) {
      const specials = [...unheededSpecials(directory, log, session.ledger())]
      if (specials.length === 0) return
      const putBack = new Set(specials.flatMap(({ dead }) => dead))
      for (const special of specials) await heedOne(special, putBack, held)
      await held.journal.sync()
    }
  }

  async function heedOne(
    { writer, number, special, command, dead }: Special,
    putBack: ReadonlySet<number>,
    held: Held,
  ): Promise<void> {
    // Else a power cut could forget that they returned, but not that they are no dead letters any more.
    if (dead.length > 0 && writer !== session.writer()) await syncSegment(writer, number)
    const { changes, answer } = command ? await perform(command, putBack, held) : { changes: [], answer: dead.length }
    const said = command ? answer !== undefined && { answer } : { dead }
    record(held, [...changes, { is: 'heeded', writer, special, ...said }])
  }

  /** Whoever wrote it may have been killed before it was synced. */
  async function syncSegment(writer: number, number: number): Promise<void> {
    const file = directory.files.open(log.pathOf(writer, number))
    try {
      await directory.files.sync(file)
    } finally {
      directory.files.close(file)
    }
    await directory.files.syncDirectory(directory.path)
  }

  function record(held: Held, changes: readonly LedgerChange[]): void {
    // To look for an entry takes its time: what is recorded without the lease is read by nobody.
    if (session.held() !== held) throw leaseLost(held.lease.epoch)
    held.journal.record(changes)
    session.afterRecord()
  }

  /** @param putBack - dead letters that stand at the tail already, though the ledger does not know yet. */
  async function perform(command: Command, putBack: ReadonlySet<number>, holder: Held): Promise<Deed> {
    switch (command.do) {
      case 'cancel':
        return cancel(new Set(command.ids))
      case 'discard': {
        const dead = deadWithIds(session.ledger(), command.ids).filter((seq) => !putBack.has(seq))
        return { changes: dead.length > 0 ? [{ is: 'discarded', dead }] : [], answer: dead.length }
      }
      case 'requeue':
        // Else a power cut could forget the death, but not the return: the entry would be pending twice.
        await holder.journal.sync()
        return { changes: [], answer: await requeue(command.requeues, command.at, putBack) }
      case 'control': {
        const { control } = session.ledger().sums
        const { paused = control.paused, held = control.held } = command.patch
        return {
          changes: [{ is: 'control', control: { paused, ...(typeof held === 'string' && { held }) } }],
          answer: 1,
        }
      }
      case 'announce':
        onNews(command.news)
        return { changes: [] }
      default:
        // A later version asks for what this one does not know.
        return (command satisfies never, { changes: [], answer: 0 })
    }
  }

  async function cancel(ids: ReadonlySet<string>): Promise<Deed> {
    const found = []
    let restedAt = performance.now()
    for (const each of ids.size > 0 ? pending.all() : []) {
      if (ids.has(each.entry.id)) found.push(each)
      if (performance.now() - restedAt < paceMs) continue
      await macrotask()
      restedAt = performance.now()
    }
    const changes = found
      .filter(({ writer, ordinal }) => !session.ledger().isSettled(writer, ordinal))
      .map(({ writer, ordinal, entry }) => ({ is: 'cancelled', writer, ordinal, bytes: entry.bytes }) as const)
    return { changes, answer: changes.length }
  }

  /** Appends the dead letters anew; the frame itself says which they were, so that a crash leaves them in one place only. */
  async function requeue(requeues: readonly Requeue[], at: number, putBack: ReadonlySet<number>): Promise<number> {
    const byId = new Map(requeues.map((each) => [each.id, each]))
    const placings = deadWithIds(session.ledger(), byId.keys())
      .filter((seq) => !putBack.has(seq))
      .map((seq) => letterAt(seq))
      .filter((letter) => letter !== undefined)
      .map(({ seq, entry }) => ({
        draft: { ...draftOf(byId.get(entry.id)?.replacement ?? entry), enqueuedAt: at },
        requeues: entry.requeues + 1,
        dead: seq,
      }))
    if (placings.length === 0) return 0
    const bytes = placings.reduce((sum, { draft }) => sum + draft.bytes, 0)
    const kind = frameKinds.requeue
    await appender.append({ kind, count: placings.length, bytes, enqueuedAt: at }, (into) => {
      writeEntries(into, placings)
    })
    return placings.length
  }

  function letterAt(seq: number): StoredDeadLetter | undefined {
    const place = session.ledger().dead.get(seq)
    return place && readDeadLetter(directory, seq, place)
  }

  return {
    obey: (command) => inTurn(() => obey(command)),
    leave: (news) =>
      inTurn(async () => {
        await put({ do: 'announce', news })
      }),
    tick() {
      if (isTicking || session.held() === undefined) return
      isTicking = true
      inTurn(async () => {
        const held = session.held()
        if (held !== undefined) await heed(held)
      })
        .catch(() => {
          // Whoever asked waits on, and the next tick tries again; a disk that refuses to work shows in the next settle.
        })
        .finally(() => {
          isTicking = false
        })
    },
    close: () => inTurn(async () => {}),
  }
}

async function unlessLost<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work
  } catch (error) {
    if (isOutboxError(error, 'OUTBOX_LEASE_LOST')) return undefined
    throw error
  }
}
