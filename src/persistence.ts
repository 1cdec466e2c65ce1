import { errorText } from './errors.ts'
import { estimate } from './estimate.ts'

/** What the browser says about keeping this origin's data. */
export interface Persistence {
  /** Whether the data stays until the user clears it; otherwise the browser may evict it when space runs short. */
  readonly persisted: boolean
  /** Why not, in a sentence; undefined when it is. */
  readonly reason: string | undefined
  /** Bytes in use and at most available, as far as the browser tells. */
  readonly usageBytes: number | undefined
  readonly quotaBytes: number | undefined
}

/**
 * Asks the browser to keep this origin's data, and tells how things stand; never rejects. Ask after something worth keeping: some
 * browsers decide by how much the site is used, others ask the user.
 * @see Storage Standard, "persist()" and "estimate()"
 */
export async function requestPersistence(): Promise<Persistence> {
  const storage = typeof navigator === 'object' ? (navigator.storage as StorageManager | undefined) : undefined
  if (storage === undefined) return answer(false, 'this platform has no storage manager; pages need https')
  const { usage, quota } = await estimate(storage)
  try {
    if (typeof storage.persist !== 'function') return answer(false, 'this browser cannot promise it', usage, quota)
    if ((await storage.persisted()) || (await storage.persist())) return answer(true, undefined, usage, quota)
    return answer(false, 'the browser, or the user, said no', usage, quota)
  } catch (error) {
    return answer(false, `asking failed: ${errorText(error)}`, usage, quota)
  }
}

function answer(persisted: boolean, reason: string | undefined, usageBytes?: number, quotaBytes?: number): Persistence {
  return { persisted, reason, usageBytes, quotaBytes }
}
