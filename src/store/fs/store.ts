import { resolve } from 'node:path'
import type { Draft } from '../../entry.ts'
import { checkRange, isWish, leaseLost } from '../checks.ts'
import type { Lease, Store } from '../contract.ts'
import type { Line } from '../line.ts'
import { createLine } from '../line.ts'
import { createWatchers } from '../watchers.ts'
import { readAuditTrail } from './auditTrail.ts'
import type { Clerk } from './clerk.ts'
import { createClerk } from './clerk.ts'
import { readCounts } from './counts.ts'
import { readDeadLetters } from './deadLetters.ts'
import { createDirectory } from './directory.ts'
import { writeDrafts } from './entryCode.ts'
import { eraseDirectory } from './erase.ts'
import { frameKinds } from './frame.ts'
import { createSession } from './session.ts'
import type { Held, Session } from './session.ts'
import { changesFor } from './settling.ts'
import type { Settings } from './settings.ts'
import type { Command } from './specials.ts'
import { orStoreError, storeError } from './storeError.ts'
import { pause } from './ticker.ts'

/** Who in this process waits for the lease on a directory: store objects on one directory stand in one line. */
const lines = new Map<string, Line>()

export function createFsStore(path: string, settings: Settings): Store {
  const where = resolve(path)
  const [reading, looking] = [`read ${where}`, `look at the lease in ${where}`]
  const directory = createDirectory(settings.files, where)
  const watchers = createWatchers()
  let open: { readonly session: Session; readonly clerk: Clerk } | undefined
  let closing: Promise<void> | undefined

  const line = lines.get(where) ?? createLine()
  lines.set(where, line)

  function opened() {
    if (open === undefined) {
      const session = createSession(directory, settings, {
        tell: watchers.tell,
        onTick: () => open?.clerk.tick(),
        onAppended: () => watchers.tellOthers({ kind: 'appended' }),
      })
      const onNews = (news: unknown) => watchers.tell({ kind: 'news', news })
      open = { session, clerk: createClerk(session, line, settings, onNews) }
    }
    return open
  }

  /** The open session, brought up to date. */
  async function current(): Promise<Session> {
    if (closing !== undefined) await closing
    const { session } = opened()
    orStoreError(reading, () => session.refresh())
    return session
  }

  async function grant(signal: AbortSignal, endTurn: () => void): Promise<Held> {
    for (;;) {
      if (closing !== undefined) await closing
      await directory.make()
      // A session that is closed meanwhile keeps no lease.
      if (closing !== undefined) continue
      const { session, clerk } = opened()
      session.refresh()
      const held = session.tryTake(endTurn)
      if (held !== undefined) {
        clerk.tick()
        return held
      }
      await pause(settings.pollMs, signal)
    }
  }

  function closed(): Promise<void> {
    closing ??= close().finally(() => {
      closing = undefined
    })
    return closing
  }

  async function close(): Promise<void> {
    const present = open
    if (present === undefined) return
    await present.clerk.close()
    await present.session.close()
    open = undefined
  }

  function append(drafts: readonly Draft[]): Promise<void> {
    const [first] = drafts
    if (first === undefined) return Promise.resolve()
    let bytes = 0
    for (const draft of drafts) bytes += draft.bytes
    const { enqueuedAt } = first
    return opened().session.appender.append(
      { kind: frameKinds.entries, count: drafts.length, bytes, enqueuedAt },
      (into) => writeDrafts(into, drafts),
    )
  }

  return {
    durability: 'disk',

    append: (drafts) => (closing === undefined ? append(drafts) : closing.then(() => append(drafts))),

    async read(range) {
      checkRange(range)
      const { pending } = await current()
      return orStoreError(reading, () => pending.read(range))
    },

    async settle(settlements, { epoch }) {
      if (closing !== undefined) await closing
      const session = open?.session
      const held = session && orStoreError(looking, session.held)
      if (session === undefined || held?.lease.epoch !== epoch) throw leaseLost(epoch)
      const changes = orStoreError(reading, () => changesFor(settlements, session.pending, session.ledger()))
      if (changes.length === 0) return
      held.journal.record(changes)
      session.afterRecord()
      if (changes.some(({ is }) => is !== 'retry')) watchers.tellOthers({ kind: 'removed' })
      if (settings.ack === 'sync') await held.journal.sync()
    },

    async counts() {
      const session = await current()
      return orStoreError(reading, () => readCounts(session))
    },

    async control() {
      return (await current()).ledger().sums.control
    },

    async setControl(patch) {
      await obey({ do: 'control', patch })
      watchers.tell({ kind: 'control' })
    },

    async readDead(range) {
      checkRange(range)
      const session = await current()
      return orStoreError(reading, () => readDeadLetters(directory, session.ledger(), range, session.onLostLetter))
    },

    async requeue(requeues, at) {
      const count = await obey({ do: 'requeue', requeues, at })
      if (count > 0) watchers.tell({ kind: 'appended' })
      return count
    },

    async discard(ids) {
      const count = await obey({ do: 'discard', ids })
      if (count > 0) watchers.tell({ kind: 'removed' })
      return count
    },

    async cancel(ids) {
      const count = await obey({ do: 'cancel', ids })
      if (count > 0) watchers.tell({ kind: 'removed' })
      return count
    },

    async readAudit(range) {
      checkRange(range)
      const { sums } = (await current()).ledger()
      const oldest = sums.audits - settings.auditLimit
      const after = Math.max(range.after ?? -Infinity, oldest)
      return orStoreError(reading, () => readAuditTrail(directory, { after, limit: range.limit }))
    },

    async lease(signal): Promise<Lease> {
      const endTurn = await line.enter(signal)
      try {
        return (await grant(signal, endTurn)).lease
      } catch (error) {
        endTurn()
        throw signal.aborted ? error : storeError(error, `take the lease in ${where}`)
      }
    },

    watch(onChange) {
      const unwatch = watchers.add(onChange)
      if (closing === undefined) opened().session.watch()
      return unwatch
    },

    announce(news) {
      watchers.announce(news)
      // Other processes hear of it through the disk, where what happens to every entry would cost too much.
      if (!isWish(news) || closing !== undefined || opened().session.held() !== undefined) return
      opened()
        .clerk.leave(news)
        .catch(() => {
          // It may arrive or not.
        })
    },

    close: closed,

    async destroy() {
      await closed()
      await eraseDirectory(directory)
      watchers.tell({ kind: 'removed' })
    },
  }

  async function obey(command: Command): Promise<number> {
    await current()
    try {
      return await opened().clerk.obey(command)
    } catch (error) {
      throw storeError(error, `change ${where}`)
    }
  }
}
