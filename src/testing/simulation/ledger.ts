import type { Draft, StoredEntry, Totals, Tries } from '../../entry.ts'
import type { Requeue, Settlement } from '../../store/contract.ts'
import type { Verdict } from './verdict.ts'

/** An entry as the simulation keeps it in mind, apart from the store. */
export interface LedgerEntry extends Draft {
  readonly requeues: number
  readonly tries: Tries
}

/** Where an entry that has left went. */
export type Fate = 'delivered' | 'skipped' | 'cancelled' | 'discarded' | 'replaced'

/** When something was done: by the count of all that is observed, and by the time that timers measure. */
export interface Moment {
  readonly order: number
  readonly elapsedMs: number
}

/**
 * What a store must hold after all that was observed to be done to it: the same rules as the store's, written a second time, so that
 * each shows where the other is wrong.
 */
export interface Ledger {
  readonly pending: ReadonlyMap<string, LedgerEntry>
  readonly dead: ReadonlyMap<string, LedgerEntry>
  /** Where an entry is that is neither pending nor dead. */
  readonly left: ReadonlyMap<string, Fate>
  readonly totals: Readonly<Totals>
  readonly audits: readonly string[]
  readonly lastDeliveredAt: number | undefined
  knows(id: string): boolean
  /** When an entry that is no longer pending left the queue. */
  goneAt(id: string): Moment | undefined
  /** The last change of anything that counts tell. */
  changedAt(): number
  seqOf(id: string): number | undefined
  /** Takes note of places in the queue, and of places that contradict each other. */
  saw(entries: readonly StoredEntry[]): void
  append(drafts: readonly Draft[]): void
  settle(settlements: readonly Settlement[]): void
  /** These answer how many entries there were. */
  requeue(requeues: readonly Requeue[], at: number): number
  discard(ids: readonly string[]): number
  cancel(ids: readonly string[]): number
}

const untried: Tries = { attempts: 0, misses: 0 }

export function createLedger(verdict: Verdict, moment: () => Moment): Ledger {
  const pending = new Map<string, LedgerEntry>()
  const dead = new Map<string, LedgerEntry>()
  const left = new Map<string, Fate>()
  const gone = new Map<string, Moment>()
  const seqs = new Map<string, number>()
  const audits: string[] = []
  const totals = { enqueued: 0, delivered: 0, skipped: 0, cancelled: 0, discarded: 0, quarantined: 0 }
  let lastDeliveredAt: number | undefined
  let changedAt = 0

  const knows = (id: string) => pending.has(id) || dead.has(id) || left.has(id)
  const changed = () => {
    changedAt = moment().order
  }

  function remove(id: string): void {
    pending.delete(id)
    seqs.delete(id)
    gone.set(id, moment())
    changed()
  }

  function settleOne(settlement: Settlement): void {
    const { id, seq } = settlement
    const entry = pending.get(id)
    if (entry === undefined || (seqs.get(id) ?? seq) !== seq) return
    if (settlement.kind === 'retry') {
      pending.set(id, { ...entry, tries: settlement.tries })
      return
    }
    remove(id)
    switch (settlement.kind) {
      case 'delivered':
        totals.delivered += 1
        left.set(id, 'delivered')
        lastDeliveredAt = settlement.audit.at
        audits.push(`push ${id} ${settlement.audit.attempts}`)
        return
      case 'dead':
        dead.set(id, { ...entry, tries: settlement.tries })
        audits.push(`drop ${id} ${settlement.audit.attempts}`)
        return
      case 'skipped':
        totals.skipped += 1
        left.set(id, 'skipped')
        return
      case 'quarantined':
        verdict.fail('quarantine', `${id} was moved aside, but nothing in the store is damaged`)
    }
  }

  function putBack(letter: LedgerEntry, replacement: Draft | undefined, at: number): void {
    if (replacement !== undefined && knows(replacement.id)) {
      verdict.fail('ids', `${letter.id} was edited, but got the known id ${replacement.id}`)
    }
    dead.delete(letter.id)
    if (replacement !== undefined) {
      left.set(letter.id, 'replaced')
    }
    const draft = replacement ?? letter
    pending.set(draft.id, { ...draft, enqueuedAt: at, requeues: letter.requeues + 1, tries: untried })
  }

  return {
    pending,
    dead,
    left,
    totals,
    audits,
    get lastDeliveredAt() {
      return lastDeliveredAt
    },
    knows,
    goneAt: (id) => gone.get(id),
    changedAt: () => changedAt,
    seqOf: (id) => seqs.get(id),
    saw(entries) {
      for (const { id, seq } of entries) {
        if (!pending.has(id)) continue
        const known = seqs.get(id)
        if (known !== undefined && known !== seq) verdict.fail('places', `${id} was at ${known}, and is at ${seq}`)
        seqs.set(id, seq)
      }
    },
    append(drafts) {
      for (const draft of drafts) {
        if (knows(draft.id)) verdict.fail('ids', `${draft.id} was appended a second time`)
        pending.set(draft.id, { ...draft, requeues: 0, tries: untried })
      }
      totals.enqueued += drafts.length
      changed()
    },
    settle: (settlements) => settlements.forEach(settleOne),
    requeue(requeues, at) {
      const byId = new Map(requeues.map((requeue) => [requeue.id, requeue]))
      const letters = [...dead.values()].filter(({ id }) => byId.has(id))
      for (const letter of letters) putBack(letter, byId.get(letter.id)?.replacement, at)
      changed()
      return letters.length
    },
    discard(ids) {
      const letters = [...new Set(ids)].filter((id) => dead.delete(id))
      for (const id of letters) left.set(id, 'discarded')
      totals.discarded += letters.length
      changed()
      return letters.length
    },
    cancel(ids) {
      const entries = [...new Set(ids)].filter((id) => pending.has(id))
      for (const id of entries) {
        remove(id)
        left.set(id, 'cancelled')
      }
      totals.cancelled += entries.length
      return entries.length
    },
  }
}
