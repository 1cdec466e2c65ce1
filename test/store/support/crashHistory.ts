import type { Draft, StoredEntry } from '../../../src/entry.ts'
import type { Lease, Settlement, Store } from '../../../src/store/contract.ts'
import { delivered, died, draft, retried, skipped } from '../../contract/harness.ts'
import type { SimulatedDisk } from './simulatedDisk.ts'

/** What somebody asked of the store, and whether it had answered. */
export type Mark = { readonly ids: readonly string[] } & (
  | { readonly is: 'append' | 'cancel' | 'discard' | 'requeue' | 'gone' | 'dead'; readonly isDone: boolean }
  | { readonly is: 'retry'; readonly attempts: number; readonly isDone: boolean }
)

/** Does to a store what a test wants, and remembers on the disk's record what was asked and answered when. */
export interface Historian {
  append(...numbers: readonly number[]): Promise<void>
  take(): Promise<void>
  release(): Promise<void>
  /** Settles the pending entry with this number. */
  deliver(number: number): Promise<void>
  skip(number: number): Promise<void>
  retry(number: number, attempts: number): Promise<void>
  kill(number: number): Promise<void>
  cancel(number: number): Promise<void>
  discard(number: number): Promise<void>
  requeue(number: number): Promise<void>
  close(): Promise<void>
}

export const bigDraft = (number: number): Draft => draft(number, { body: `${number}`.padEnd(700, '.') })

export function createHistorian(store: Store, disk: SimulatedDisk): Historian {
  let lease: Lease | undefined

  async function told<R>(mark: Mark, work: () => Promise<R>): Promise<R> {
    disk.mark(mark)
    const result = await work()
    disk.mark({ ...mark, isDone: true })
    return result
  }

  async function settle(number: number, mark: Mark, settlement: (entry: StoredEntry) => Settlement): Promise<void> {
    const entry = (await store.read({ limit: 1_000 })).find(({ id }) => id === `entry-${number}`)
    const held = lease
    if (entry === undefined || held === undefined)
      throw new Error(`entry ${number} is not pending, or there is no lease`)
    await told(mark, () => store.settle([settlement(entry)], held))
  }

  const idsOf = (numbers: readonly number[]) => numbers.map((number) => `entry-${number}`)

  return {
    append: (...numbers) =>
      told({ is: 'append', ids: idsOf(numbers), isDone: false }, () => store.append(numbers.map(bigDraft))),
    async take() {
      lease = await store.lease(new AbortController().signal)
    },
    async release() {
      await lease?.release()
      lease = undefined
    },
    deliver: (number) =>
      settle(number, { is: 'gone', ids: idsOf([number]), isDone: false }, (entry) => delivered(entry)),
    skip: (number) => settle(number, { is: 'gone', ids: idsOf([number]), isDone: false }, skipped),
    retry: (number, attempts) =>
      settle(number, { is: 'retry', ids: idsOf([number]), attempts, isDone: false }, (entry) =>
        retried(entry, attempts),
      ),
    kill: (number) => settle(number, { is: 'dead', ids: idsOf([number]), isDone: false }, (entry) => died(entry)),
    async cancel(number) {
      await told({ is: 'cancel', ids: idsOf([number]), isDone: false }, () => store.cancel(idsOf([number])))
    },
    async discard(number) {
      await told({ is: 'discard', ids: idsOf([number]), isDone: false }, () => store.discard(idsOf([number])))
    },
    async requeue(number) {
      const requeues = idsOf([number]).map((id) => ({ id }))
      await told({ is: 'requeue', ids: idsOf([number]), isDone: false }, () => store.requeue(requeues, 2e12))
    },
    async close() {
      await store.close()
      lease = undefined
    },
  }
}

/** What is known of an entry from the marks before the crash. */
interface Known {
  order: number
  batch: readonly string[]
  isAcknowledged: boolean
  /** Where it may be. */
  places: Set<'pending' | 'dead' | 'gone'>
  attempts: number
  mayBeTried: boolean
}

/**
 * What is wrong with a store that was opened after a crash, going by what it had been asked and had answered; empty when all is
 * well. @param isSettledDurable - whether an answered settlement must have survived; commands always must.
 */
export async function problemsAfterCrash(
  store: Store,
  marks: readonly Mark[],
  isSettledDurable: boolean,
): Promise<string[]> {
  const known = knownFrom(marks, isSettledDurable)
  const problems: string[] = []
  const pending = await store.read({ limit: 10_000 })
  const dead = await store.readDead({ limit: 10_000 })
  const counts = await store.counts()
  if (counts.pending !== pending.length) problems.push(`${counts.pending} pending by count, ${pending.length} by list`)
  if (counts.dead !== dead.length) problems.push(`${counts.dead} dead by count, ${dead.length} by list`)
  const { enqueued, ...gone } = counts.totals
  const sum = Object.values(gone).reduce((total, count) => total + count, counts.pending + counts.dead)
  if (sum !== enqueued) problems.push(`totals do not add up: ${JSON.stringify(counts)}`)
  const bytes = pending.reduce((total, entry) => total + entry.bytes, 0)
  if (counts.bytes !== bytes) problems.push(`${counts.bytes} bytes by count, ${bytes} by list`)

  const found = new Map<string, ('pending' | 'dead')[]>()
  for (const { id } of pending) found.set(id, [...(found.get(id) ?? []), 'pending'])
  for (const { entry } of dead) found.set(entry.id, [...(found.get(entry.id) ?? []), 'dead'])
  for (const [id, places] of found) {
    if (!known.has(id)) problems.push(`${id} was never appended`)
    if (places.length > 1) problems.push(`${id} is there ${places.length} times: ${places.join()}`)
  }
  for (const [id, { isAcknowledged, batch, places }] of known) {
    const [place = 'gone'] = found.get(id) ?? []
    if (isAcknowledged && !places.has(place)) problems.push(`${id} is ${place}, may be ${[...places].join()}`)
    const isWhole = batch.every((other) => found.has(other)) || batch.every((other) => !found.has(other))
    if (!isAcknowledged && !isWhole) problems.push(`only part of ${batch.join()} was kept`)
  }

  const inPlace = pending.filter(({ requeues }) => requeues === 0).map(({ id }) => known.get(id)?.order ?? 0)
  if (inPlace.some((order, index) => order < (inPlace[index - 1] ?? 0)))
    problems.push(`out of order: ${inPlace.join()}`)
  for (const { id, attempts, nextAttemptAt, requeues } of pending) {
    const entry = known.get(id)
    if (requeues > 0 || entry === undefined) continue
    if (attempts < entry.attempts || (attempts > 0 && nextAttemptAt === undefined))
      problems.push(`${id} would be tried early`)
    if (attempts > 0 && !entry.mayBeTried) problems.push(`${id} has tries it never had`)
  }
  return problems
}

function knownFrom(marks: readonly Mark[], isSettledDurable: boolean): Map<string, Known> {
  const known = new Map<string, Known>()
  for (const mark of marks) {
    for (const id of mark.ids) {
      const entry = known.get(id)
      if (mark.is === 'append') {
        if (entry === undefined) known.set(id, unknownEntry(known.size + 1, mark.ids))
        else if (mark.isDone) entry.isAcknowledged = true
        continue
      }
      if (entry === undefined) continue
      const isCommand = mark.is === 'cancel' || mark.is === 'discard' || mark.is === 'requeue'
      const isCertain = mark.isDone && (isSettledDurable || isCommand)
      if (mark.is === 'retry') {
        entry.mayBeTried = true
        if (isCertain) entry.attempts = mark.attempts
        continue
      }
      const to = mark.is === 'dead' ? 'dead' : mark.is === 'requeue' ? 'pending' : 'gone'
      if (isCertain) entry.places.clear()
      entry.places.add(to)
      if (mark.is === 'requeue') entry.attempts = 0
    }
  }
  return known
}

function unknownEntry(order: number, batch: readonly string[]): Known {
  return {
    order,
    batch,
    isAcknowledged: false,
    places: new Set(['pending']),
    attempts: 0,
    mayBeTried: false,
  }
}
