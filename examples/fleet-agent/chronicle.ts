import type { Status } from 'xstate-outbox'

/** Something that happened in the demo. */
export interface Change {
  readonly who: 'demo' | 'server' | 'agent'
  readonly what: string
  /** The report it is about. */
  readonly id?: string
  readonly reason?: string
  readonly waitMs?: number
  readonly status?: Status
  readonly account?: AgentAccount
}

/** What the agent says about itself at its end. */
export interface AgentAccount {
  readonly waiting: readonly string[]
  readonly dead: readonly string[]
  readonly synced: readonly string[]
  readonly lastSyncAt?: number
}

/** Everything that has happened, in order. */
export interface Chronicle {
  readonly changes: readonly Change[]
  add(change: Change): void
  /** How many times it happened. */
  count(who: Change['who'], what: string, id?: string): number
  /** Resolves as soon as `isSo`; looks again after each change. */
  until(isSo: () => boolean): Promise<void>
}

export function createChronicle(onChange: (change: Change) => void): Chronicle {
  const changes: Change[] = []
  let waiting: { readonly isSo: () => boolean; readonly resolve: () => void }[] = []
  return {
    changes,
    add(change) {
      changes.push(change)
      onChange(change)
      const due = waiting.filter(({ isSo }) => isSo())
      waiting = waiting.filter((one) => !due.includes(one))
      for (const { resolve } of due) resolve()
    },
    count: (who, what, id) =>
      changes.filter((one) => one.who === who && one.what === what && (id === undefined || one.id === id)).length,
    until: (isSo) =>
      new Promise((resolve) => {
        if (isSo()) resolve()
        else waiting.push({ isSo, resolve })
      }),
  }
}
