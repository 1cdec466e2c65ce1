// A server that takes bookings, as a simulation sees it: the push that the app has, and what must be true of the server in the end.
import type { Entry } from 'xstate-outbox'
import { PermanentError } from 'xstate-outbox'
import type { SimulatedRemote } from 'xstate-outbox/testing'

/** What the app enqueues. */
export interface Booking {
  readonly seats: number
}

/** A server that books each request that comes, also one that comes a second time. */
export function forgetfulServer(): SimulatedRemote<Booking> {
  return serverWith(() => false)
}

/** A server that remembers the ids it has booked, and answers those as it did the first time. */
export function idempotentServer(): SimulatedRemote<Booking> {
  return serverWith((booked, id) => booked.has(id))
}

/** @param isKnown - whether there is nothing more to book for this id. */
function serverWith(isKnown: (booked: ReadonlyMap<string, number>, id: string) => boolean): SimulatedRemote<Booking> {
  const booked = new Map<string, number>()
  return {
    async push({ id, payload: { seats } }: Entry<Booking>) {
      if (seats > 8) throw new PermanentError('at most 8 seats')
      if (!isKnown(booked, id)) booked.set(id, (booked.get(id) ?? 0) + 1)
      return { booked: seats }
    },
    check({ delivered }) {
      const missing = delivered.find((id) => !booked.has(id))
      if (missing !== undefined) return `${missing} is delivered, but not booked`
      const twice = [...booked].find(([, times]) => times > 1)
      return twice && `${twice[0]} is booked ${twice[1]} times`
    },
  }
}
