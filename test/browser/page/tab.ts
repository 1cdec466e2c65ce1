import { createOutbox } from 'xstate-outbox'
import type { Connectivity, Outbox, OutboxEvent } from 'xstate-outbox'
import { httpPush } from 'xstate-outbox/http'

/** What the tests enqueue: who enqueued it, and which of its changes this is. */
export interface Change {
  readonly tab: string
  readonly number: number
  readonly filler?: string
}

/** What one call of `enqueue` came to. */
export interface Enqueued {
  readonly kept: readonly string[]
  /** Codes of the errors. */
  readonly refused: readonly string[]
}

export interface StartOptions {
  /** Whether the outbox is told that it is offline, until somebody sends `online`; default false. */
  readonly offline?: boolean
  readonly maxAttempts?: number
}

/** What a tab can be asked to do; the tests reach it as `tab`. */
export interface Tab {
  outbox: Outbox<Change>
  readonly events: OutboxEvent<Change>[]
  /** An outbox on the platform's own store that posts to this origin's `/sync`. */
  start(options?: StartOptions): void
  /** Enqueues changes without waiting between them. */
  enqueue(tab: string, from: number, count: number, fillerBytes?: number): Promise<Enqueued>
  /** Resolves at the first event of this type, past ones included. */
  heard(type: string): Promise<void>
  /** Resolves when nothing waits. */
  empty(): Promise<void>
  /** The numbers of the changes that wait, oldest first. */
  waiting(): Promise<readonly number[]>
}

declare global {
  var tab: Tab
}

const listeners = new Set<() => void>()

const saysOffline: Connectivity = {
  watch(listener) {
    listener('offline')
    return () => undefined
  },
}

globalThis.tab = {
  outbox: undefined as never,
  events: [],

  start({ offline = false, ...options } = {}) {
    const push = httpPush<Change>({
      url: '/sync',
      body: ({ seq, payload: { filler: _, ...change } }) => ({ seq, ...change }),
    })
    const outbox = createOutbox<Change>({
      name: 'changes',
      push,
      autoStart: false,
      ...(offline && { connectivity: saysOffline }),
      ...options,
    })
    tab.outbox = outbox
    outbox.on('*', (event) => {
      tab.events.push(event)
      for (const listener of listeners) listener()
    })
    outbox.actor.start()
  },

  async enqueue(name, from, count, fillerBytes = 0) {
    const filler = fillerBytes > 0 ? { filler: 'x'.repeat(fillerBytes) } : {}
    const answers = await Promise.allSettled(
      Array.from({ length: count }, (_, index) => tab.outbox.enqueue({ tab: name, number: from + index, ...filler })),
    )
    return {
      kept: answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value.id] : [])),
      refused: answers.flatMap((answer) =>
        answer.status === 'rejected' ? [(answer.reason as { readonly code: string }).code] : [],
      ),
    }
  },

  heard: (type) =>
    new Promise((resolve) => {
      const look = () => {
        if (!tab.events.some((event) => event.type === type)) return
        listeners.delete(look)
        resolve()
      }
      listeners.add(look)
      look()
    }),

  async empty() {
    while ((await tab.outbox.size()) > 0) await new Promise((resolve) => setTimeout(resolve, 20))
  },

  async waiting() {
    const numbers: number[] = []
    let after = -Infinity
    for (;;) {
      const page = await tab.outbox.list({ after })
      const last = page.at(-1)
      if (last === undefined) return numbers
      numbers.push(...page.map(({ payload }) => payload?.number ?? NaN))
      after = last.seq
    }
  },
}
