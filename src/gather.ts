import type { OutboxError } from './errors.ts'
import type { Batch, PreparedRequest } from './report.ts'

/** The handle's way in: gathers the enqueues of one microtask into one event, and answers each on its own. */
export interface Gatherer<P> {
  /** Resolves when all of the requests are durable; rejects when none was kept. */
  add(requests: readonly PreparedRequest<P>[]): Promise<void>
  /** Hands on what has been gathered, now. */
  send(): void
  /** No answer will come any more to what has been handed on. */
  refuseSent(error: OutboxError): void
  /** Resolves when everything added so far has been answered. */
  settled(): Promise<void>
}

/** Hears how a ticket ends. */
interface TicketEnds<P> {
  onKept(ticket: Ticket<P>): void
  onRefused(ticket: Ticket<P>): void
}

/** A batch, and the promise of whoever waits for it. */
class Ticket<P> implements Batch<P> {
  requests: readonly PreparedRequest<P>[]
  readonly answer: Promise<void>
  onKept!: () => void
  onRefused!: (error: Error) => void

  constructor(requests: readonly PreparedRequest<P>[], { onKept, onRefused }: TicketEnds<P>) {
    this.requests = requests
    this.answer = new Promise((resolve, reject) => {
      this.onKept = () => {
        onKept(this)
        resolve()
      }
      this.onRefused = (error) => {
        onRefused(this)
        reject(error)
      }
    })
  }
}

/**
 * @param isSeen - somebody may look at the events later, and must find in them what was enqueued. Otherwise it is let go of when it is
 * kept: XState keeps an event for a while, and V8 what that holds for much longer, which would be a quarter of the work.
 */
export function createGatherer<P>(hand: (batches: readonly Batch<P>[]) => void, isSeen: boolean): Gatherer<P> {
  const sent = new Set<Ticket<P>>()
  let gathered: Ticket<P>[] = []

  const ends: TicketEnds<P> = {
    onKept(ticket) {
      sent.delete(ticket)
      if (!isSeen) ticket.requests = []
    },
    // When the actor has stopped, it may be written all the same.
    onRefused: (ticket) => void sent.delete(ticket),
  }

  function send(): void {
    if (gathered.length === 0) return
    const present = gathered
    gathered = []
    for (const ticket of present) sent.add(ticket)
    hand(present)
  }

  return {
    send,
    add(requests) {
      if (requests.length === 0) return Promise.resolve()
      if (gathered.length === 0) queueMicrotask(send)
      const ticket = new Ticket(requests, ends)
      gathered.push(ticket)
      return ticket.answer
    },
    refuseSent(error) {
      for (const { onRefused } of sent) onRefused(error)
    },
    async settled() {
      await Promise.allSettled([...gathered, ...sent].map(({ answer }) => answer))
    },
  }
}
