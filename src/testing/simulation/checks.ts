import type { Store } from '../../store/contract.ts'
import type { Ledger, LedgerEntry } from './ledger.ts'
import type { Flight } from './flights.ts'
import type { Life } from './life.ts'
import { pushTimeoutMs } from './life.ts'
import type { Verdict } from './verdict.ts'

/** Compares the store with what was observed to be done to it. */
export async function checkStore(store: Store, ledger: Ledger, { fail }: Verdict): Promise<void> {
  const { pending, bytes, dead, oldestAt, lastDeliveredAt, totals } = await store.counts()
  const { enqueued, delivered, skipped, cancelled, discarded, quarantined } = totals
  if (enqueued !== pending + dead + delivered + skipped + cancelled + discarded + quarantined) {
    fail('sums', `the totals do not add up: ${JSON.stringify({ pending, dead, ...totals })}`)
  }
  const [oldest] = ledger.pending.values()
  const expected = {
    pending: ledger.pending.size,
    bytes: [...ledger.pending.values()].reduce((sum, entry) => sum + entry.bytes, 0),
    dead: ledger.dead.size,
    oldestAt: oldest?.enqueuedAt,
    lastDeliveredAt: ledger.lastDeliveredAt,
    totals: ledger.totals,
  }
  mustEqual('counts', { pending, bytes, dead, oldestAt, lastDeliveredAt, totals }, expected, fail)

  const limit = 100_000
  const entries = await store.read({ limit })
  ledger.saw(entries)
  mustEqual('pending', entries.map(shown), [...ledger.pending.values()].map(shownOf), fail)
  const letters = await store.readDead({ limit })
  mustEqual(
    'dead',
    letters.map(({ entry }) => shown(entry)),
    [...ledger.dead.values()].map(shownOf),
    fail,
  )
  const audits = await store.readAudit({ limit })
  const texts = audits.map(({ direction, id, attempts }) => `${direction} ${id} ${attempts}`)
  mustEqual('audit', texts, ledger.audits.slice(ledger.audits.length - texts.length), fail)
  if (texts.length < Math.min(ledger.audits.length, 1_000)) fail('audit', `${texts.length} audit records are left`)
}

/** No push may be under way for longer than it is given. */
export function checkTimeouts(
  flights: readonly Flight[],
  lives: readonly Life[],
  elapsedMs: number,
  { fail }: Verdict,
) {
  for (const { name } of lives) {
    const last = flights.findLast(({ context }) => context === name)
    if (last === undefined || last.end !== undefined || last.abort !== undefined) continue
    const ms = elapsedMs - last.startedAt.elapsedMs
    if (ms > pushTimeoutMs) fail('timeout', `the push of ${last.id} by ${name} has been under way for ${ms} ms`)
  }
}

/**
 * Looks at a context while nothing moves.
 * `isWell`: all faults have ended a while ago, so nothing excuses a context that does not know how things are. `isBlurred`: it may
 * not have been told of the last change.
 */
export function checkContext(
  life: Life,
  about: {
    readonly ledger: Ledger
    readonly isPaused: boolean
    readonly isWell: boolean
    readonly isBlurred: boolean
  },
  { fail }: Verdict,
): void {
  const { ledger, isPaused, isWell, isBlurred } = about
  const { name, outbox, store, phase } = life
  const { status } = outbox.actor.getSnapshot()
  if (status === 'error') fail('error', `the machine of ${name} is broken`)
  if (phase !== 'up') return
  if (status !== 'active') fail('error', `${name} is up, but its machine is ${status}`)
  // What a fault kept from it, it may not know yet.
  if (!isWell && (isBlurred || store.open() > 0 || store.faultAt() >= ledger.changedAt())) return

  const said = outbox.status()
  if (!isWell && said.reason === 'store') return
  if (said !== outbox.status()) fail('status', `${name} answers another status each time`)
  const [oldest] = ledger.pending.values()
  const { pending, dead, oldestAt, lastDeliveredAt } = said
  mustEqual(
    'status',
    { name, pending, dead, oldestAt, lastDeliveredAt },
    {
      name,
      pending: ledger.pending.size,
      dead: ledger.dead.size,
      oldestAt: oldest?.enqueuedAt,
      lastDeliveredAt: ledger.lastDeliveredAt,
    },
    fail,
  )
  // The push under way may finish before a pause shows.
  const showsPause = said.state === 'draining' ? isPaused : said.reason === 'paused'
  if (!store.missedControl() && showsPause !== isPaused) {
    fail('paused', `${name} says ${said.reason}, but the store says ${isPaused ? '' : 'not '}paused`)
  }
  if (said.reason === 'ready' && pending > 0) fail('idle', `${name} is idle, but ${pending} entries wait`)
  const text = outbox.explain()
  const waiting = pending === 1 ? '1 entry waits' : `${pending} entries wait`
  const isTold = pending === 0 || text.includes(waiting)
  if (!isTold) fail('explain', `${name} says "${text}", but ${waiting}`)
  if (said.reason === 'ready' && dead > 0 && !text.includes(String(dead))) {
    fail('explain', `${name} says "${text}", but there are ${dead} dead letters`)
  }
}

function shown(entry: {
  readonly id: string
  readonly body: string
  readonly requeues: number
  readonly attempts: number
  readonly misses: number
  readonly nextAttemptAt?: number
  readonly waitMs?: number
  readonly waitKind?: string
}): string {
  const { id, body, requeues, attempts, misses, nextAttemptAt, waitMs, waitKind } = entry
  return [id, body, requeues, attempts, misses, nextAttemptAt, waitMs, waitKind].join(' ')
}

function shownOf(entry: LedgerEntry): string {
  return shown({ ...entry, ...entry.tries })
}

function mustEqual(rule: string, found: unknown, expected: unknown, fail: Verdict['fail']): void {
  const [foundText, expectedText] = [JSON.stringify(found), JSON.stringify(expected)]
  if (foundText !== expectedText) fail(rule, `${rule}: found ${foundText}, expected ${expectedText}`)
}
