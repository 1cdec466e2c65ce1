import { idbStore } from 'xstate-outbox/idb'
import { storeContract } from 'xstate-outbox/testing'

/** What became of the contract of all stores in this page. */
export interface ContractResult {
  readonly passed: number
  /** The names of the cases that failed, with what was found. */
  readonly failed: readonly string[]
}

declare global {
  /** Runs the contract of all stores on the one of this page, each case with a database of its own. */
  var runContract: (options: { readonly withLocks: boolean }) => Promise<ContractResult>
}

const caseLimitMs = 30_000

globalThis.runContract = async ({ withLocks }) => {
  // As on a page that is not secure.
  if (!withLocks) delete (Navigator.prototype as { locks?: LockManager }).locks
  const cases = storeContract(({ auditLimit }) => {
    const name = crypto.randomUUID()
    return {
      open: () => idbStore({ name, auditLimit }),
      dispose: () =>
        new Promise<void>((resolve, reject) => {
          const request = indexedDB.deleteDatabase(`xstate-outbox/${name}`)
          request.onsuccess = () => resolve()
          request.onerror = () => reject(request.error ?? new Error('not deleted'))
        }),
    }
  })
  const failed: string[] = []
  for (const { name, run } of cases) {
    const tooLong = new Promise<never>((_, reject) => {
      setTimeout(() => reject(new Error(`not done within ${caseLimitMs} ms`)), caseLimitMs)
    })
    await Promise.race([run(), tooLong]).catch((error: unknown) => failed.push(`${name}: ${String(error)}`))
  }
  return { passed: cases.length - failed.length, failed }
}
