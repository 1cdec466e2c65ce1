import type { Counts } from './entry.ts'
import type { Settings } from './options.ts'
import { estimate } from './estimate.ts'

/** How much may wait; Infinity where there is no limit. */
export interface Limits {
  readonly maxEntries: number
  readonly maxBytes: number
}

/** The share of a browser's quota that an outbox takes unless told otherwise. */
const shareOfQuota = 0.1
/** The share of a limit from which on it is said that room runs short. */
const highWater = 0.8

/** The limits of the options; in a browser's own store, `maxBytes` is a tenth of the quota unless told. */
export async function limitsFor(settings: Pick<Settings<never>, 'store' | 'maxEntries' | 'maxBytes'>): Promise<Limits> {
  const { store, maxEntries, maxBytes } = settings
  const storage = typeof navigator === 'object' ? (navigator.storage as StorageManager | undefined) : undefined
  if (maxBytes !== Infinity || store !== undefined || storage === undefined) return { maxEntries, maxBytes }
  const { quota = Infinity } = await estimate(storage)
  return { maxEntries, maxBytes: Math.floor(quota * shareOfQuota) }
}

/** Notices that a limit is near, once until there is room again; answers what to say. */
export function createHighWaterMark(): (counts: Counts, limits: Limits) => string | undefined {
  let isTold = false
  return ({ pending, bytes }, { maxEntries, maxBytes }) => {
    const isHigh = pending >= maxEntries * highWater || bytes >= maxBytes * highWater
    const isNews = isHigh && !isTold
    isTold = isHigh
    if (!isNews) return undefined
    return bytes >= maxBytes * highWater
      ? `${bytes} bytes wait, and the limit is ${maxBytes}`
      : `${pending} entries wait, and the limit is ${maxEntries}`
  }
}
