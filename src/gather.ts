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
  /** No answer will come any more. */
  refuseAll(error: OutboxError): void
  /** Resolves when everything added so far has been answered. */
  settled(): Promise<void>
}

interface Ticket {
  resolve(): void
  reject(error: Error): void
}

export function createGatherer<P>(hand: (batches: readonly (readonly PreparedRequest<P>[])[]) => void): Gatherer<P> {
  const tickets = new Map<string, Ticket[]>()
  const answers = new Set<Promise<unknown>>()
  let gathered: (readonly PreparedRequest<P>[])[] = []

  function send(): void {
    if (gathered.length === 0) return
    const batches = gathered
    gathered = []
    hand(batches)
  }

  function take(id: string): Ticket | undefined {
    const queue = tickets.get(id)
    const ticket = queue?.shift()
    if (queue?.length === 0) tickets.delete(id)
    return ticket
  }

  function answerTo(id: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const queue = tickets.get(id)
      if (queue === undefined) tickets.set(id, [{ resolve, reject }])
      else queue.push({ resolve, reject })
    })
  }

  return {
    send,
    async add(batch) {
      if (gathered.length === 0) queueMicrotask(send)
      gathered.push(batch)
      const answer = Promise.all(batch.map(({ id }) => answerTo(id)))
      answers.add(answer)
      try {
        await answer
      } finally {
        answers.delete(answer)
      }
    },
    accept: (id) => take(id)?.resolve(),
    refuse: (id, error) => take(id)?.reject(error),
    refuseAll(error) {
      for (const { reject } of [...tickets.values()].flat()) reject(error)
      tickets.clear()
    },
    async settled() {
      await Promise.allSettled(answers)
    },
  }
}
