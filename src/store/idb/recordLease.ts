import type { Line } from '../line.ts'
import { createLine } from '../line.ts'
import type { Connection } from './connection.ts'
import { leaseKey } from './keys.ts'
import type { Leases, OwnLease } from './lease.ts'
import { epochIn, nextEpochIn } from './lease.ts'
import type { Notices } from './notices.ts'
import { hasNumbers, isObject } from './records.ts'
import { answer } from './transaction.ts'

/** How long a holder that shows no life keeps the lease. */
const ttlMs = 10_000
/** How often it shows life. */
const renewMs = 2_500
/** How often one who waits looks, besides being told. */
const pollMs = 500

/** Whoever waits in this page waits in one line per outbox; only the first of it asks the database. */
const lines = new Map<string, Line>()

/**
 * Leases by a record in the database, taken by compare-and-set. A holder that slept past its time may still think that it holds:
 * the epoch of the next one refuses what it records.
 */
export function createRecordLeases(name: string, connection: Connection, notices: Notices): Leases {
  const line = lines.get(name) ?? createLine()
  lines.set(name, line)

  return {
    async take(signal) {
      const endTurn = await line.enter(signal)
      try {
        for (;;) {
          const released = nextRelease(notices, signal)
          const epoch = await connection.run({ mode: 'readwrite', what: 'take the lease', work: takeIn })
          if (epoch !== undefined) {
            released.forget()
            return hold(epoch, connection, notices, endTurn)
          }
          await released.heard
        }
      } catch (error) {
        endTurn()
        throw error
      }
    },
  }
}

function hold(epoch: number, connection: Connection, notices: Notices, endTurn: () => void): OwnLease {
  const loss = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  let end: Promise<void> | undefined

  async function renew(): Promise<void> {
    try {
      const isOurs = await connection.run({ mode: 'readwrite', what: 'renew the lease', work: renewIn(epoch) })
      if (!isOurs) void lose()
      else if (end === undefined) timer = setTimeout(() => void renew(), renewMs)
    } catch {
      // A database that fails now may work later; the store's own calls say what is wrong.
      if (end === undefined) timer = setTimeout(() => void renew(), renewMs)
    }
  }

  async function giveUp(): Promise<void> {
    clearTimeout(timer)
    try {
      await connection.run({ mode: 'readwrite', what: 'give the lease up', work: releaseIn(epoch) })
      notices.released()
    } catch {
      // It ends by itself when its time is over.
    }
    endTurn()
  }

  const release = () => (end ??= giveUp())
  async function lose(): Promise<void> {
    loss.abort()
    await release()
  }

  timer = setTimeout(() => void renew(), renewMs)
  return { epoch, lost: loss.signal, release, lose }
}

/** Takes the lease if nobody has it, or its holder has shown no life for too long; answers the epoch. */
async function takeIn(store: IDBObjectStore): Promise<number | undefined> {
  const present: unknown = await answer(store.get(leaseKey))
  const now = Date.now()
  // A time further ahead than any holder writes means that the clock was set back.
  const isTaken = isLeaseRecord(present) && present.expiresAt > now && present.expiresAt <= now + ttlMs
  if (isTaken) return undefined
  const epoch = await nextEpochIn(store)
  store.put({ v: 1, epoch, expiresAt: now + ttlMs }, leaseKey)
  return epoch
}

function renewIn(epoch: number) {
  return async (store: IDBObjectStore): Promise<boolean> => {
    const isOurs = (await epochIn(store)) === epoch
    if (isOurs) store.put({ v: 1, epoch, expiresAt: Date.now() + ttlMs }, leaseKey)
    return isOurs
  }
}

function releaseIn(epoch: number) {
  return async (store: IDBObjectStore): Promise<void> => {
    if ((await epochIn(store)) === epoch) store.delete(leaseKey)
  }
}

function isLeaseRecord(value: unknown): value is { readonly epoch: number; readonly expiresAt: number } {
  return isObject(value) && hasNumbers(value, 'epoch', 'expiresAt')
}

/** Resolves when a release is heard or it is time to look again; rejects with the signal's reason. */
function nextRelease(notices: Notices, signal: AbortSignal): { readonly heard: Promise<void>; forget(): void } {
  let forget!: () => void
  const heard = new Promise<void>((resolve, reject) => {
    const settle = (how: () => void) => () => {
      forget()
      how()
    }
    const wake = settle(resolve)
    const leave = settle(() => reject(signal.reason))
    const timer = setTimeout(wake, pollMs)
    const unlisten = notices.onReleased(wake)
    signal.addEventListener('abort', leave, { once: true })
    forget = () => {
      clearTimeout(timer)
      unlisten()
      signal.removeEventListener('abort', leave)
    }
  })
  // A signal may be aborted while the database is asked, when nobody awaits this yet.
  heard.catch(() => undefined)
  return { heard, forget }
}
