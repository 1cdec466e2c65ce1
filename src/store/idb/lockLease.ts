import type { Connection } from './connection.ts'
import { evenIfFull } from './failure.ts'
import type { Leases, OwnLease } from './lease.ts'
import { epochIn, nextEpochIn } from './lease.ts'

const taking = { mode: 'readwrite', what: 'take the lease' } as const

/** Leases by Web Locks: queued, so that the next in line goes on the moment the holder gives up, closes or crashes. */
export function createLockLeases(name: string, connection: Connection, locks: LockManager): Leases {
  // A page's first call of Web Locks takes the browser ten milliseconds longer: let that be while the database opens.
  void locks.query().catch(() => undefined)
  return {
    take(signal) {
      return new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason)
        const loss = new AbortController()
        let giveUp!: () => void
        const givenUp = new Promise<void>((onGivenUp) => (giveUp = onGivenUp))

        const over: Promise<void> = locks
          .request(name, { signal }, async () => {
            // Where the grant cannot be written down, the lock alone has to do: entries leave, and that makes room.
            const epoch = await evenIfFull((isFull) =>
              connection.run({ ...taking, work: isFull ? epochIn : nextEpochIn }),
            )
            resolve(leaseOf(epoch))
            await givenUp
          })
          .catch((error: unknown) => {
            // Left the line, could not write, or the lock was stolen; after the grant nobody listens to `reject`.
            reject(error)
            loss.abort()
          })

        function leaseOf(epoch: number): OwnLease {
          const release = async () => {
            giveUp()
            await over
          }
          return {
            epoch,
            lost: loss.signal,
            release,
            async lose() {
              loss.abort()
              await release()
            },
          }
        }
      })
    },
  }
}
