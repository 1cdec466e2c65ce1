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

/** One entry that waits for its answer. */
interface Ticket {
  readonly id: string
  readonly answer: Promise<void>
  resolve(): void
  reject(error: Error): void
}

interface Gathered<P> {
  readonly batch: readonly PreparedRequest<P>[]
  readonly tickets: readonly Ticket[]
}

export function createGatherer<P>(hand: (batches: readonly (readonly PreparedRequest<P>[])[]) => void): Gatherer<P> {
  const sent = new Map<string, Ticket[]>()
  let gathered: Gathered<P>[] = []

  function send(): void {
    if (gathered.length === 0) return
    const present = gathered
    gathered = []
    for (const { tickets } of present) {
      for (const ticket of tickets) {
        const queue = sent.get(ticket.id)
        if (queue === undefined) sent.set(ticket.id, [ticket])
        else queue.push(ticket)
      }
    }
    hand(present.map(({ batch }) => batch))
  }

  function take(id: string): Ticket | undefined {
    const queue = sent.get(id)
    if (queue === undefined) return undefined
    if (queue.length === 1) sent.delete(id)
    return queue.shift()
  }

  return {
    send,
    async add(batch) {
      if (gathered.length === 0) queueMicrotask(send)
      const tickets = batch.map(({ id }) => createTicket(id))
      gathered.push({ batch, tickets })
      const [first] = tickets
      if (tickets.length === 1) await first?.answer
      else await Promise.all(tickets.map(({ answer }) => answer))
    },
    accept: (id) => take(id)?.resolve(),
    refuse: (id, error) => take(id)?.reject(error),
    refuseSent(error) {
      for (const { reject } of [...sent.values()].flat()) reject(error)
      sent.clear()
    },
    async settled() {
      const tickets = [...gathered.flatMap((each) => each.tickets), ...[...sent.values()].flat()]
      await Promise.allSettled(tickets.map(({ answer }) => answer))
    },
  }
}

function createTicket(id: string): Ticket {
  let resolve!: () => void
  let reject!: (error: Error) => void
  const answer = new Promise<void>((onKept, onRefused) => {
    resolve = onKept
    reject = onRefused
  })
  return { id, answer, resolve, reject }
}
