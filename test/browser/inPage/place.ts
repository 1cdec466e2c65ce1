import type { Store } from '../../../src/store/contract.ts'

/** A database that nobody has used, deleted after the test. */
export interface Place {
  readonly name: string
  readonly isShared: true
  open(): Store
  dispose(): Promise<void>
}

export function freshPlace(open: (name: string) => Store): Place {
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
