import type { Connection } from './connection.ts'
import type { Leases } from './lease.ts'
import { createLockLeases } from './lockLease.ts'
import type { Notices } from './notices.ts'
import { createRecordLeases } from './recordLease.ts'

/** Web Locks, which the browser gives up for a tab that crashed; where there are none (an insecure page), a record with a time to live. */
export function createLeases(name: string, connection: Connection, notices: Notices): Leases {
  const locks: LockManager | undefined = globalThis.navigator?.locks
  return locks === undefined ? createRecordLeases(name, connection, notices) : createLockLeases(name, connection, locks)
}
