import { checkName } from './options.ts'
import type { Settings } from './options.ts'
import type { Store } from './store/contract.ts'

/** The stores of a machine's actors, by name, each made at first use and shared by all who are in. */
export interface Storage {
  open(name: string): Promise<Store>
  /** Moves in; answers what moves out again, which says whether that was the last to leave: the one to close the store. */
  enter(name: string): () => boolean
}

/** Who is in a place: actors of one process may share a store, and none may close it on the others. */
const inhabitants = new Map<unknown, number>()

/** The given store, or the platform's own for each name. Nothing is loaded or opened before it is needed. */
export function createStorage({ store }: Pick<Settings<never>, 'store'>): Storage {
  const stores = new Map<string, Promise<Store>>()
  const places = new Map<string, object>()

  function placeOf(name: string): object {
    const place = store ?? places.get(name) ?? {}
    places.set(name, place)
    return place
  }

  return {
    async open(name) {
      if (store !== undefined) return store
      const made = stores.get(name) ?? makeDefaultStore(name)
      stores.set(name, made)
      made.catch(() => stores.delete(name))
      return made
    },
    enter(name) {
      const place = placeOf(name)
      inhabitants.set(place, (inhabitants.get(place) ?? 0) + 1)
      return () => {
        const left = (inhabitants.get(place) ?? 1) - 1
        if (left > 0) inhabitants.set(place, left)
        else inhabitants.delete(place)
        return left === 0
      }
    },
  }
}

async function makeDefaultStore(name: string): Promise<Store> {
  checkName(name)
  const { defaultStore } = await import('#default-store')
  return defaultStore({ name })
}
