import type { OutboxError } from './errors.ts'
import type { Batch, PreparedRequest, Untold } from './report.ts'

/** The handle's way in: gathers the enqueues of one microtask, and answers each on its own. */
export interface Gatherer<P> {
  /** Resolves with `answer` when all of the requests are durable; rejects when none was kept. */
  add<A>(requests: readonly PreparedRequest<P>[], answer: A): Promise<A>
  /** Hands on what has been gathered, now. */
  send(): void
  /** No answer will come any more to what has been handed on. */
  refuseSent(error: OutboxError): void
  /** Resolves when everything added so far has been answered. */
  settled(): Promise<void>
  /** What has been answered before the machine was told of it. */
  readonly untold: Untold<P>
}

/** Hears when a ticket is answered. */
interface Desk<P> {
  onAnswered(untold?: Untold<P>): void
}

/** A batch, and the promise of whoever waits for it. */
class Ticket<P> implements Batch<P> {
  readonly requests: readonly PreparedRequest<P>[]
  readonly promise: Promise<unknown>
  isAnswered = false
  readonly #answer: unknown
  readonly #desk: Desk<P>
  #resolve!: (answer: unknown) => void
  #reject!: (error: Error) => void

  constructor(requests: readonly PreparedRequest<P>[], answer: unknown, desk: Desk<P>) {
    this.requests = requests
    this.#answer = answer
    this.#desk = desk
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  onKept(untold?: Untold<P>): void {
    if (this.isAnswered) return
    this.isAnswered = true
    this.#desk.onAnswered(untold)
    this.#resolve(this.#answer)
  }

  onRefused(error: Error): void {
    if (this.isAnswered) return
    this.isAnswered = true
    this.#desk.onAnswered()
    this.#reject(error)
  }
}

export function createGatherer<P>(hand: (batches: readonly Batch<P>[]) => void): Gatherer<P> {
  // No set: what V8 puts in the place of a set that has grown keeps for long what was in it, and all payloads with it.
  let sent: Ticket<P>[] = []
  let open = 0
  let gathered: Ticket<P>[] = []
  let last: Untold<P> | undefined

  const desk: Desk<P> = {
    onAnswered(untold) {
      open -= 1
      if (open === 0) sent = []
      last = untold ?? last
    },
  }

  function send(): void {
    if (gathered.length === 0) return
    const present = gathered
    gathered = []
    if (open * 2 <= sent.length) sent = sent.filter(({ isAnswered }) => !isAnswered)
    for (const ticket of present) sent.push(ticket)
    open += present.length
    hand(present)
  }

  return {
    send,
    add(requests, answer) {
      if (requests.length === 0) return Promise.resolve(answer)
      if (gathered.length === 0) queueMicrotask(send)
      const ticket = new Ticket(requests, answer, desk)
      gathered.push(ticket)
      return ticket.promise as Promise<typeof answer>
    },
    refuseSent(error) {
      // When the actor has stopped, it may be written all the same.
      for (const ticket of sent) ticket.onRefused(error)
    },
    untold: { reports: () => last?.reports(), tell: () => last?.tell() },
    async settled() {
      await Promise.allSettled([...gathered, ...sent].map(({ promise }) => promise))
    },
  }
}
