import type { AuditRecord, Control, Draft, StoredAuditRecord, StoredDeadLetter, StoredEntry } from '../entry.ts'
import { checkAuditLimit, checkRange, defaultAuditLimit, leaseLost } from './checks.ts'
import type { Range, Requeue, Settlement, Store } from './contract.ts'
import { draftOf, withTries } from './entries.ts'
import { createLine } from './line.ts'
import { createWatchers } from './watchers.ts'

/** Audit records are trimmed so many at a time. */
const trimEvery = 64

export interface MemoryStoreOptions {
  /** How many audit records are kept; an integer >= 0, default 1,000. */
  readonly auditLimit?: number
}

/**
 * A store that forgets everything with the process: for tests, and for what need not survive.
 * @throws OutboxError `OUTBOX_OPTION`
 */
export function memoryStore({ auditLimit = defaultAuditLimit }: MemoryStoreOptions = {}): Store {
  checkAuditLimit(auditLimit)
  const line = createLine()
  const watchers = createWatchers()
  let memory = emptyMemory()
  let epoch = 0
  let held: { readonly epoch: number; readonly lose: () => void } | undefined

  function add(draft: Draft, requeues: number): void {
    const seq = (memory.lastSeq += 1)
    memory.pending.set(seq, { ...draft, seq, requeues, attempts: 0, misses: 0 })
    memory.bytes += draft.bytes
  }

  function remove(entry: StoredEntry): void {
    memory.pending.delete(entry.seq)
    memory.bytes -= entry.bytes
    while (memory.firstSeq <= memory.lastSeq && !memory.pending.has(memory.firstSeq)) memory.firstSeq += 1
  }

  /** By number and not through the map's iterator, which walks over everything that was deleted. */
  function* pendingAfter(after: number): Generator<StoredEntry> {
    for (let seq = Math.max(Math.floor(after) + 1, memory.firstSeq); seq <= memory.lastSeq; seq += 1) {
      const entry = memory.pending.get(seq)
      if (entry !== undefined) yield entry
    }
  }

  function record(audit: AuditRecord): void {
    memory.audits += 1
    memory.audit.push({ ...audit, seq: memory.audits })
    if (memory.audit.length >= auditLimit + trimEvery) memory.audit.splice(0, trimEvery)
  }

  function settleOne(settlement: Settlement): void {
    const entry = memory.pending.get(settlement.seq)
    if (entry?.id !== settlement.id) return
    if (settlement.kind === 'retry') {
      memory.pending.set(entry.seq, withTries(entry, settlement.tries))
      return
    }
    remove(entry)
    switch (settlement.kind) {
      case 'delivered':
        memory.totals.delivered += 1
        memory.lastDeliveredAt = settlement.audit.at
        return record(settlement.audit)
      case 'dead': {
        const { tries, code, reason, audit } = settlement
        const seq = (memory.deaths += 1)
        memory.dead.set(seq, { seq, entry: withTries(entry, tries), code, reason, at: audit.at })
        return record(audit)
      }
      case 'skipped':
      case 'quarantined':
        memory.totals[settlement.kind] += 1
    }
  }

  const take = (ids: ReadonlySet<string>) => [...memory.dead.values()].filter(({ entry }) => ids.has(entry.id))

  return {
    durability: 'memory',

    async append(drafts) {
      const copies = structuredClone(drafts)
      for (const draft of copies) add(draft, 0)
      memory.totals.enqueued += drafts.length
      if (drafts.length > 0) watchers.tellOthers({ kind: 'appended' })
    },

    async read(range) {
      checkRange(range)
      return page(pendingAfter(range.after ?? 0), range)
    },

    async settle(settlements, lease) {
      if (held?.epoch !== lease.epoch) throw leaseLost(lease.epoch)
      const before = memory.pending.size
      for (const settlement of settlements) settleOne(settlement)
      if (memory.pending.size < before) watchers.tellOthers({ kind: 'removed' })
    },

    async counts() {
      const { pending, bytes, dead, lastDeliveredAt, totals } = memory
      const [oldest] = pendingAfter(0)
      return {
        pending: pending.size,
        bytes,
        dead: dead.size,
        ...(oldest && { oldestAt: oldest.enqueuedAt }),
        ...(lastDeliveredAt !== undefined && { lastDeliveredAt }),
        totals: { ...totals },
      }
    },

    async control() {
      return memory.control
    },

    async setControl({ paused = memory.control.paused, held: hold = memory.control.held }) {
      memory.control = { paused, ...(typeof hold === 'string' && { held: hold }) }
      watchers.tell({ kind: 'control' })
    },

    async readDead(range) {
      checkRange(range)
      return page(memory.dead.values(), range)
    },

    async requeue(requeues, at) {
      const byId = new Map<string, Requeue>(requeues.map((requeue) => [requeue.id, requeue]))
      const letters = take(new Set(byId.keys()))
      for (const { seq: place, entry } of letters) {
        memory.dead.delete(place)
        add({ ...draftOf(byId.get(entry.id)?.replacement ?? entry), enqueuedAt: at }, entry.requeues + 1)
      }
      if (letters.length > 0) watchers.tell({ kind: 'appended' })
      return letters.length
    },

    async discard(ids) {
      const letters = take(new Set(ids))
      for (const letter of letters) memory.dead.delete(letter.seq)
      memory.totals.discarded += letters.length
      if (letters.length > 0) watchers.tell({ kind: 'removed' })
      return letters.length
    },

    async cancel(ids) {
      const wanted = new Set(ids)
      const entries = [...memory.pending.values()].filter(({ id }) => wanted.has(id))
      for (const entry of entries) remove(entry)
      memory.totals.cancelled += entries.length
      if (entries.length > 0) watchers.tell({ kind: 'removed' })
      return entries.length
    },

    async readAudit(range) {
      checkRange(range)
      return page(memory.audit, range)
    },

    async lease(signal) {
      const endTurn = await line.enter(signal)
      const loss = new AbortController()
      epoch += 1
      const present = {
        epoch,
        giveUp() {
          if (held === present) held = undefined
          endTurn()
        },
        lose() {
          present.giveUp()
          loss.abort()
        },
      }
      held = present
      return { epoch: present.epoch, lost: loss.signal, release: async () => present.giveUp() }
    },

    watch: (onChange) => watchers.add(onChange),
    announce: watchers.announce,

    async close() {
      held?.lose()
    },

    async destroy() {
      held?.lose()
      memory = emptyMemory()
      watchers.tell({ kind: 'removed' })
    },
  }
}

function emptyMemory() {
  return {
    pending: new Map<number, StoredEntry>(),
    firstSeq: 1,
    lastSeq: 0,
    deaths: 0,
    audits: 0,
    dead: new Map<number, StoredDeadLetter>(),
    audit: [] as StoredAuditRecord[],
    bytes: 0,
    control: { paused: false } as Control,
    lastDeliveredAt: undefined as number | undefined,
    totals: { enqueued: 0, delivered: 0, skipped: 0, cancelled: 0, discarded: 0, quarantined: 0 },
  }
}

function page<T extends { readonly seq: number }>(all: Iterable<T>, { after = -Infinity, limit }: Range): T[] {
  const found: T[] = []
  for (const one of all) {
    if (one.seq <= after) continue
    found.push(one)
    if (found.length >= limit) break
  }
  return found
}
