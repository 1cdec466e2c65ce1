import type { OutboxError } from './errors.ts'
import type { PreparedRequest } from './report.ts'

/** The handle's way in: gathers the enqueues of one microtask into one event, and answers each on its own. */
export interface Gatherer<P> {
  /** Resolves when the whole batch is durable; rejects when it was not kept. */
  add(batch: readonly PreparedRequest<P>[]): Promise<void>
  /** Hands on what has been gathered, now. */
  send(): void
  /** The entry with this id has been answered. */
  accept(id: string): void
  refuse(id: string, error: Error): void
  /** No answer will come any more to what has been handed on. */
  refuseSent(error: OutboxError): void
  /** Resolves when everything added so far has been answered. */
  settled(): Promise<void>
}

/** A batch that waits until each of its entries is answered. */
class Ticket<P> {
  readonly answer: Promise<void>
  resolve!: () => void
  reject!: (error: Error) => void
  readonly batch: PreparedRequest<P>[]
  #left: number

  constructor(batch: readonly PreparedRequest<P>[]) {
    this.batch = [...batch]
    this.#left = batch.length
    this.answer = new Promise((resolve, reject) => {
      this.resolve = resolve
      this.reject = reject
    })
  }

  accept(): void {
    this.#left -= 1
    if (this.#left > 0) return
    // XState keeps the event for a while, and V8 what it holds for much longer: copying that would be a quarter of the work.
    this.batch.length = 0
    this.resolve()
  }
}

export function createGatherer<P>(hand: (batches: readonly (readonly PreparedRequest<P>[])[]) => void): Gatherer<P> {
  /** By id; more than one only while the same id is enqueued again before its answer. */
  const sent = new Map<string, Ticket<P> | Ticket<P>[]>()
  let gathered: Ticket<P>[] = []

  function send(): void {
    if (gathered.length === 0) return
    const present = gathered
    gathered = []
    for (const ticket of present) for (const { id } of ticket.batch) remember(id, ticket)
    hand(present.map(({ batch }) => batch))
  }

  function remember(id: string, ticket: Ticket<P>): void {
    const before = sent.get(id)
    if (before === undefined) sent.set(id, ticket)
    else if (Array.isArray(before)) before.push(ticket)
    else sent.set(id, [before, ticket])
  }

  function take(id: string): Ticket<P> | undefined {
    const found = sent.get(id)
    if (!Array.isArray(found)) {
      sent.delete(id)
      return found
    }
    if (found.length === 1) sent.delete(id)
    return found.shift()
  }

  return {
    send,
    add(batch) {
      if (batch.length === 0) return Promise.resolve()
      if (gathered.length === 0) queueMicrotask(send)
      const ticket = new Ticket(batch)
      gathered.push(ticket)
      return ticket.answer
    },
    accept: (id) => take(id)?.accept(),
    refuse: (id, error) => take(id)?.reject(error),
    refuseSent(error) {
      for (const ticket of [...sent.values()].flat()) ticket.reject(error)
      sent.clear()
    },
    async settled() {
      const tickets = [...gathered, ...[...sent.values()].flat()]
      await Promise.allSettled(tickets.map(({ answer }) => answer))
    },
  }
}
