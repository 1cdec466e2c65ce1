import { checkName } from './options.ts'
import type { Settings } from './options.ts'
import type { Store } from './store/contract.ts'

/** Answers the store of an outbox, made at the first call and shared by all later ones. */
export type OpenStorage = (name: string) => Promise<Store>

/** The given store, or the platform's own for each name. Nothing is loaded or opened before it is needed. */
export function createStorage({ store }: Pick<Settings<never>, 'store'>): OpenStorage {
  if (store !== undefined) return () => Promise.resolve(store)
  const stores = new Map<string, Promise<Store>>()
  return (name) => {
    let made = stores.get(name)
    if (made === undefined) {
      made = makeDefaultStore(name)
      stores.set(name, made)
      made.catch(() => stores.delete(name))
    }
    return made
  }
}

async function makeDefaultStore(name: string): Promise<Store> {
  checkName(name)
  const { defaultStore } = await import('#default-store')
  return defaultStore({ name })
}
