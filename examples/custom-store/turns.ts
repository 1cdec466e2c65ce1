import type { Lease } from 'xstate-outbox'

/** The lease of a store that one process has to itself: one holder at a time, first come, first served. */
export interface Turns {
  take(signal: AbortSignal): Promise<Lease>
  /** Whether the lease of this epoch is held. */
  isHeld(epoch: number): boolean
  /** Takes the lease away from whoever holds it. */
  revoke(): void
}

export function createTurns(): Turns {
  const waiting = new Set<() => void>()
  let epoch = 0
  let revokePresent: (() => void) | undefined

  function grant(): Lease {
    epoch += 1
    const mine = epoch
    const loss = new AbortController()
    const end = () => {
      if (revokePresent === undefined || epoch !== mine) return
      revokePresent = undefined
      const [next] = waiting
      next?.()
    }
    revokePresent = () => {
      end()
      loss.abort()
    }
    return { epoch: mine, lost: loss.signal, release: async () => end() }
  }

  return {
    isHeld: (of) => revokePresent !== undefined && epoch === of,
    revoke: () => revokePresent?.(),
    take(signal) {
      return new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason as Error)
        if (revokePresent === undefined) return resolve(grant())
        const leave = () => {
          waiting.delete(begin)
          reject(signal.reason as Error)
        }
        const begin = () => {
          waiting.delete(begin)
          signal.removeEventListener('abort', leave)
          resolve(grant())
        }
        waiting.add(begin)
        signal.addEventListener('abort', leave, { once: true })
      })
    },
  }
}
