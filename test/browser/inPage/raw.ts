const storeName = 'outbox'

/** Puts something into the database behind the store's back; undefined takes it out. */
export function overwrite(database: string, key: IDBValidKey, value: unknown): Promise<void> {
  return inside(database, (store) => {
    if (value === undefined) store.delete(key)
    else store.put(value, key)
  })
}

/** Every value in the database. */
export async function valuesOf(database: string): Promise<readonly unknown[]> {
  let request: IDBRequest<unknown[]> | undefined
  await inside(database, (store) => {
    request = store.getAll()
  })
  return request?.result ?? []
}

/** Every key in the database. */
export async function keysOf(database: string): Promise<readonly IDBValidKey[]> {
  let request: IDBRequest<IDBValidKey[]> | undefined
  await inside(database, (store) => {
    request = store.getAllKeys()
  })
  return request?.result ?? []
}

function inside(database: string, work: (store: IDBObjectStore) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(database)
    opening.onerror = () => reject(opening.error)
    opening.onsuccess = () => {
      const db = opening.result
      const transaction = db.transaction(storeName, 'readwrite')
      transaction.oncomplete = () => {
        db.close()
        resolve()
      }
      transaction.onabort = () => reject(transaction.error)
      work(transaction.objectStore(storeName))
    }
  })
}
