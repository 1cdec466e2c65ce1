import { OutboxError } from '../errors.ts'
import type { Store } from './contract.ts'
import { idbStore } from './idb/index.ts'

/**
 * The platform's own store where there is no file system: IndexedDB.
 * @throws OutboxError `OUTBOX_NO_STORE` where there is none.
 */
export function defaultStore({ name, auditLimit }: { readonly name: string; readonly auditLimit?: number }): Store {
  if (!hasIndexedDb()) {
    throw new OutboxError(
      'OUTBOX_NO_STORE',
      `this platform has no store for the outbox "${name}": give the option \`store\``,
    )
  }
  return idbStore({ name, ...(auditLimit !== undefined && { auditLimit }) })
}

/** Where storage is blocked, some browsers have null there, and some throw. */
function hasIndexedDb(): boolean {
  try {
    return Boolean(globalThis.indexedDB)
  } catch {
    return false
  }
}
