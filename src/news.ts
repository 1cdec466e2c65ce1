import type { Ask, EngineEvent, OutboxEvent } from './report.ts'
import type { Store } from './store/contract.ts'

/** Passes on between the contexts of one store what is stored nowhere: the events of a drain, and the wish that it go on now. */
export interface NewsDesk<P> {
  /** Tells the others what this context has reported to its machine, as far as it concerns them. */
  tell(event: EngineEvent<P>): void
  /** Asks whoever drains. */
  ask(ask: Ask): void
  /** Takes in what another context has told. */
  hear(news: unknown): void
}

/** The events of a drain; what is enqueued or refused concerns only its own context, as does a warning. */
const sharedTypes: ReadonlySet<unknown> = new Set<OutboxEvent<never>['type']>([
  'delivered',
  'retryScheduled',
  'dropped',
  'skipped',
  'drained',
  'held',
])

export function createNewsDesk<P>(deps: {
  /** Tells contexts apart: some stores tell the sender, too. */
  readonly self: string
  readonly store: () => Store | undefined
  readonly onEvent: (event: OutboxEvent<P>) => void
  readonly onAsk: (ask: Ask) => void
}): NewsDesk<P> {
  function announce(what: { readonly ask: Ask } | { readonly events: readonly OutboxEvent<P>[] }): void {
    const store = deps.store()
    if (store?.announce === undefined) return
    try {
      store.announce({ from: deps.self, ...what })
    } catch {
      if (!('events' in what)) return
      try {
        // What a push resolves to may be anything; everything else can be copied.
        store.announce({ from: deps.self, events: what.events.map(withoutResult) })
      } catch {
        // News are not promised to arrive: `history` has what happened.
      }
    }
  }

  return {
    tell(event) {
      if (deps.store()?.announce === undefined) return
      const events = sharedEventsOf(event)
      if (events.length > 0) announce({ events })
    },
    ask: (ask) => announce({ ask }),
    hear(news) {
      if (!isObject(news) || news['from'] === deps.self) return
      const { events, ask } = news
      for (const event of Array.isArray(events) ? events : []) {
        if (isShared(event)) deps.onEvent({ ...event, origin: 'elsewhere' } as OutboxEvent<P>)
      }
      if (isAsk(ask)) deps.onAsk(ask)
    },
  }
}

function sharedEventsOf<P>(event: EngineEvent<P>): readonly OutboxEvent<P>[] {
  // That there is no push is true of this context alone.
  if (event.type === 'engine.held') {
    return event.reason === 'no push' ? [] : [{ type: 'held', origin: 'here', reason: event.reason }]
  }
  if (event.type !== 'engine.reports') return []
  return event.events.filter(({ type, origin }) => origin === 'here' && sharedTypes.has(type))
}

function withoutResult<P>(event: OutboxEvent<P>): OutboxEvent<P> {
  return event.type === 'delivered' ? { ...event, result: undefined } : event
}

/** Another context may run another version of this package. */
function isShared(event: unknown): event is object {
  return isObject(event) && sharedTypes.has(event['type']) && event['origin'] === 'here'
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function isAsk(ask: unknown): ask is Ask {
  if (!isObject(ask)) return false
  const { type, id } = ask
  return type === 'flush' || (type === 'retry' && (id === undefined || typeof id === 'string'))
}
