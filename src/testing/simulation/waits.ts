import type { InspectionEvent } from 'xstate'
import type { Cut, Wait } from '../../report.ts'
import type { Ledger, LedgerEntry } from './ledger.ts'
import type { Verdict } from './verdict.ts'

/** What cuts a wait short when somebody says it. */
export type CutCommand = 'flush' | 'online' | 'retry'

/** A command that the simulation gave; events that answer it are lawful as long as it is open. */
export interface Given {
  readonly type: CutCommand
  readonly id?: string
  /** Where; undefined when any context may hear of it. */
  readonly context?: string
  closedAtMs: number | undefined
}

/** Follows the waits of one context, and says whether a try is too early. */
export interface Waits {
  /** What the machine and its engine say to each other. */
  inspect(event: InspectionEvent): void
  /** Why the pass that is under way may not push this entry yet, if so. */
  whyEarly(entry: LedgerEntry): string | undefined
}

interface PassOrder {
  readonly cut: Cut
  readonly id?: string
}

/** When an entry is due, epoch ms. */
export function dueOf({ tries, notBefore }: LedgerEntry): number {
  return tries.nextAttemptAt ?? notBefore ?? -Infinity
}

export function createWaits(deps: {
  readonly context: string
  readonly now: () => number
  readonly elapsedMs: () => number
  readonly ledger: Ledger
  readonly verdict: Verdict
  readonly given: readonly Given[]
}): Waits {
  const { context, now, elapsedMs, ledger, verdict, given } = deps
  let heard: { readonly type: CutCommand; readonly id?: string }[] = []
  let wait: { readonly wait: Wait; readonly fromMs: number } | undefined
  let order: PassOrder = { cut: 'none' }
  /** How far the wall clock was ahead of the time gone by when the pass began. */
  let aheadMs = -Infinity

  function isGiven({ type, id }: { readonly type: CutCommand; readonly id?: string }): boolean {
    return given.some(
      (command) =>
        command.type === type &&
        command.id === id &&
        (command.context === undefined || command.context === context) &&
        (command.closedAtMs === undefined || command.closedAtMs >= elapsedMs()),
    )
  }

  function hear(command: { readonly type: CutCommand; readonly id?: string }): void {
    if (!isGiven(command)) verdict.fail('commands', `${context} heard "${command.type}", which nobody had said`)
    heard.push(command)
  }

  function begin(next: PassOrder): void {
    if (!mayOrder(next)) verdict.fail('cuts', `${context} cuts waits short (${JSON.stringify(next)}), unasked`)
    heard = []
    order = next
    aheadMs = now() - elapsedMs()
  }

  function mayOrder({ cut, id }: PassOrder): boolean {
    if (cut === 'none' || (cut === 'all' && id === undefined)) return true
    if (cut === 'backoff') return heard.some(({ type }) => type !== 'retry')
    const isAsked = heard.some((command) => command.type === 'retry' && (command.id === undefined || command.id === id))
    if (isAsked || wait === undefined || wait.wait.id !== id) return isAsked
    return elapsedMs() - wait.fromMs >= wait.wait.leftMs || wait.wait.nextAttemptAt <= now()
  }

  /** The machine will let so much time pass, so it must not be less than what is left. */
  function startWait(next: Wait): void {
    wait = { wait: next, fromMs: elapsedMs() }
    const entry = next.id === undefined ? undefined : ledger.pending.get(next.id)
    if (entry === undefined || next.kind === 'store') return
    const wholeMs = entry.tries.waitMs ?? (entry.notBefore ?? 0) - entry.enqueuedAt
    // The pass may have looked at the clock before it was set back.
    const lookedAt = Math.max(now(), elapsedMs() + aheadMs)
    const leftMs = Math.min(dueOf(entry) - lookedAt, wholeMs > 0 ? wholeMs : Infinity)
    if (next.leftMs < leftMs) {
      verdict.fail('waits', `${context} waits ${next.leftMs} ms for ${entry.id}, but ${leftMs} ms are left`)
    }
  }

  return {
    inspect(inspected) {
      if (inspected.type !== '@xstate.event') return
      const { event } = inspected
      if (event.type === 'drain') begin(event as unknown as PassOrder)
      if (event.type === 'engine.waiting') startWait((event as unknown as { readonly wait: Wait }).wait)
      if (event.type === 'flush' || event.type === 'online' || event.type === 'retry') {
        hear(event as { readonly type: CutCommand; readonly id?: string })
      }
    },
    whyEarly(entry) {
      const leftMs = dueOf(entry) - now()
      if (leftMs <= 0) return undefined
      const kind = entry.tries.nextAttemptAt === undefined ? 'notBefore' : (entry.tries.waitKind ?? 'backoff')
      if (order.cut === 'backoff' && kind === 'backoff') return undefined
      if (order.cut === 'all' && order.id === entry.id) return undefined
      return `${entry.id} is pushed ${leftMs} ms early (${kind}; the pass may cut ${order.cut})`
    },
  }
}
