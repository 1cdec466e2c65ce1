/** What a commit waits for: the operating system, or the disk. */
export type Durability = 'relaxed' | 'strict'

/** The one object store in a database of ours. */
export const storeName = 'outbox'

/** The answer to one request. A failed read leaves the transaction alive: whoever asked decides. */
export function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = (event) => {
      event.preventDefault()
      reject(request.error)
    }
  })
}

/**
 * Runs `work` in one transaction: all of it or nothing. Resolves when the transaction is complete, not when its last request
 * succeeds: a commit can still fail then. `work` may await nothing but requests of this transaction.
 */
export function transact<R>(
  db: IDBDatabase,
  mode: 'readonly' | 'readwrite',
  durability: Durability,
  work: (store: IDBObjectStore) => Promise<R>,
): Promise<R> {
  const transaction = db.transaction(storeName, mode, { durability })
  return new Promise((resolve, reject) => {
    // The first error counts: what comes after it is only an AbortError that hides, say, a full disk.
    let cause: unknown
    let done: { readonly result: R } | undefined
    transaction.oncomplete = () => {
      if (done === undefined) reject(new Error('the transaction ended before its work did'))
      else resolve(done.result)
    }
    transaction.onabort = () => reject(cause ?? transaction.error ?? new Error('the transaction was aborted'))
    work(transaction.objectStore(storeName)).then(
      (result) => {
        done = { result }
        quietly(() => transaction.commit())
      },
      (error: unknown) => {
        cause = transaction.error ?? error
        quietly(() => transaction.abort())
      },
    )
  })
}

/** Ending a transaction that has ended throws; its event has said how. */
function quietly(end: () => void): void {
  try {
    end()
  } catch {
    // See above.
  }
}
