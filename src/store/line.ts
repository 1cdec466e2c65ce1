/** A line in which one at a time is served, first come, first served. */
export interface Line {
  /**
   * Resolves when it is the caller's turn, with what ends the turn (idempotent).
   * @param signal - leaves the line and rejects with its reason; no effect once it is the caller's turn.
   */
  enter(signal: AbortSignal): Promise<() => void>
  /** The caller's turn, if nobody else's is; else undefined. */
  tryEnter(): (() => void) | undefined
}

export function createLine(): Line {
  const waiting = new Set<() => void>()
  let isBusy = false

  function startTurn(): () => void {
    isBusy = true
    let isOver = false
    return () => {
      if (isOver) return
      isOver = true
      isBusy = false
      const [next] = waiting
      next?.()
    }
  }

  return {
    tryEnter: () => (isBusy ? undefined : startTurn()),
    enter(signal) {
      return new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason as Error)
        if (!isBusy) return resolve(startTurn())
        const leave = () => {
          waiting.delete(begin)
          reject(signal.reason as Error)
        }
        const begin = () => {
          waiting.delete(begin)
          signal.removeEventListener('abort', leave)
          resolve(startTurn())
        }
        waiting.add(begin)
        signal.addEventListener('abort', leave, { once: true })
      })
    },
  }
}
