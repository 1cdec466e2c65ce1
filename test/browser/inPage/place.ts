import type { Store } from '../../../src/store/contract.ts'
import type { StorePlace } from '../../contract/storeContract.ts'

/** A database that nobody has used, deleted after the test. */
export function freshPlace(open: (name: string) => Store): StorePlace & { readonly name: string } {
  const name = crypto.randomUUID()
  return { name, open: () => open(name), isShared: true, dispose: () => deleteDatabase(`xstate-outbox/${name}`) }
}

export function deleteDatabase(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name)
    request.onsuccess = () => resolve()
    request.onerror = () => reject(request.error)
    request.onblocked = () => reject(new Error(`somebody keeps ${name} open`))
  })
}
