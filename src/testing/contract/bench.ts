import type { Control, Draft, StoredAuditRecord, StoredDeadLetter, StoredEntry } from '../../entry.ts'
import type { Lease, Range, Settlement, Store, StoreChange } from '../../store/contract.ts'
import { equal, holds } from './check.ts'

/** An empty place to store things, made for one case of the contract. */
export interface StorePlace {
  /** A store object on this place: another one at each call, or always the only one that the place can have. */
  open(): Store
  /** Whatever removes the place; runs after its stores have been closed. */
  dispose?(): Promise<void> | void
}

/** Makes an empty place; its stores are to keep `auditLimit` audit records at least. */
export type PlaceMaker = (options: { readonly auditLimit: number }) => StorePlace | Promise<StorePlace>

/** What a case works with. */
export interface Bench {
  readonly store: Store
  /** Another store object on the same place; the same one where a place has only one. */
  other(): Store
  /** Closes the store and opens the place anew. */
  reopen(): Promise<Store>
}

/** One thing that every store must do. */
export interface BenchCase {
  readonly name: string
  run(bench: Bench): Promise<void>
}

/** How many audit records the stores of the suite are to keep. */
export const auditLimit = 20

/** Runs a case on a fresh place; every store it opens adds up after every change. */
export async function runOnBench(makePlace: PlaceMaker, { run }: BenchCase): Promise<void> {
  const place = await makePlace({ auditLimit })
  const opened: Store[] = []
  const open = () => {
    const store = balanced(place.open())
    opened.push(store)
    return store
  }
  try {
    const store = open()
    await run({
      store,
      other: open,
      async reopen() {
        await store.close()
        return open()
      },
    })
  } finally {
    for (const store of opened) await store.close()
    await place.dispose?.()
  }
}

/** The store, with its counts checked after each change. */
function balanced(store: Store): Store {
  const checked =
    <A extends unknown[], R>(change: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      const result = await change(...args)
      await expectBalance(store)
      return result
    }
  return {
    ...store,
    append: checked(store.append),
    settle: checked(store.settle),
    requeue: checked(store.requeue),
    discard: checked(store.discard),
    cancel: checked(store.cancel),
    setControl: checked(store.setControl),
  }
}

/** Everything that ever entered is somewhere. */
export async function expectBalance(store: Store): Promise<void> {
  const { pending, dead, totals } = await store.counts()
  const { enqueued, ...gone } = totals
  const found = Object.values(gone).reduce((sum, count) => sum + count, pending + dead)
  equal({ enqueued: found }, { enqueued })
  holds(Math.min(pending, dead) >= 0, 'no count is negative')
}

export const startAt = 1_700_000_000_000

/** A draft that differs from others by its number. */
export function draft(number: number, more: Partial<Draft> = {}): Draft {
  const body = more.body ?? JSON.stringify({ number })
  return {
    id: `entry-${number}`,
    codec: 'json',
    version: 1,
    lane: '',
    enqueuedAt: startAt + number,
    items: 1,
    bytes: new TextEncoder().encode(body).length,
    ...more,
    body,
  }
}

export const drafts = (count: number, from = 1): Draft[] => Array.from({ length: count }, (_, n) => draft(from + n))

/** The first pending entry. */
export async function headOf(store: Store): Promise<StoredEntry> {
  const [head] = await store.read({ limit: 1 })
  if (head === undefined) throw new Error('no entry is pending')
  return head
}

/** Every page of a listing. */
async function all<T extends { readonly seq: number }>(
  list: (range: Range) => Promise<readonly T[]>,
  limit = 100,
): Promise<T[]> {
  const found: T[] = []
  for (;;) {
    const last = found.at(-1)
    const page = await list(last === undefined ? { limit } : { after: last.seq, limit })
    holds(page.length <= limit, `a page of at most ${limit} has no more`)
    if (page.length === 0) return found
    found.push(...page)
  }
}

export const pendingOf = (store: Store, limit?: number): Promise<StoredEntry[]> => all(store.read, limit)
export const deadOf = (store: Store, limit?: number): Promise<StoredDeadLetter[]> => all(store.readDead, limit)
export const auditOf = (store: Store, limit?: number): Promise<StoredAuditRecord[]> => all(store.readAudit, limit)
export const idsOf = (entries: readonly { readonly id: string }[]): string[] => entries.map(({ id }) => id)
export const pendingIds = async (store: Store): Promise<string[]> => idsOf(await pendingOf(store))
export const deadIds = async (store: Store): Promise<string[]> => (await deadOf(store)).map(({ entry }) => entry.id)

export const take = (store: Store): Promise<Lease> => store.lease(new AbortController().signal)

/** Holds the lease while `use` runs. */
export async function leased<R>(store: Store, use: (lease: Lease) => Promise<R>): Promise<R> {
  const lease = await take(store)
  try {
    return await use(lease)
  } finally {
    await lease.release()
  }
}

const settledAt = startAt + 60_000

export function delivered(entry: StoredEntry, at = settledAt): Settlement {
  return { kind: 'delivered', seq: entry.seq, id: entry.id, audit: auditFor(entry, 'push', at) }
}

export function skipped(entry: StoredEntry): Settlement {
  return { kind: 'skipped', seq: entry.seq, id: entry.id, at: settledAt }
}

export function retried(entry: StoredEntry, attempts: number): Settlement {
  const tries = {
    attempts,
    misses: 0,
    nextAttemptAt: settledAt,
    waitMs: 1_000,
    waitKind: 'backoff',
    lastError: 'no',
  } as const
  return { kind: 'retry', seq: entry.seq, id: entry.id, tries }
}

export function died(entry: StoredEntry, reason = 'the remote said no'): Settlement {
  const audit = { ...auditFor(entry, 'drop', settledAt), reason }
  const tries = { attempts: entry.attempts + 1, misses: 0, lastError: reason }
  return { kind: 'dead', seq: entry.seq, id: entry.id, tries, code: 'permanent', reason, audit }
}

export function quarantined(entry: StoredEntry): Settlement {
  return { kind: 'quarantined', seq: entry.seq, id: entry.id, reason: 'unreadable', at: settledAt }
}

function auditFor(entry: StoredEntry, direction: 'push' | 'drop', at: number) {
  const { id, meta, attempts, items, bytes } = entry
  return { direction, id, ...(meta && { meta }), attempts, items, bytes, at }
}

/** Settles all that is pending, a page at a time. */
export async function deliverAll(store: Store): Promise<void> {
  await leased(store, async (lease) => {
    for (;;) {
      const page = await store.read({ limit: 50 })
      if (page.length === 0) return
      await store.settle(
        page.map((entry) => delivered(entry)),
        lease,
      )
    }
  })
}

/** Makes all that is pending dead letters. */
export async function killAll(store: Store): Promise<void> {
  await leased(store, async (lease) =>
    store.settle(
      (await pendingOf(store)).map((entry) => died(entry)),
      lease,
    ),
  )
}

/** Resolves at the first change of this kind. */
export function nextChange(store: Store, kind: StoreChange['kind']): Promise<StoreChange> {
  return new Promise((resolve) => {
    const unwatch = store.watch((change) => {
      if (change.kind !== kind) return
      unwatch()
      resolve(change)
    })
  })
}

export const running: Control = { paused: false }
