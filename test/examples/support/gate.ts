/** Lets through as many as it has been told to, in the order in which they came. */
export interface Gate {
  pass(): Promise<void>
  letPass(count: number): void
  open(): void
}

export function createGate(): Gate {
  const waiting: (() => void)[] = []
  let allowed = 0
  const look = () => {
    while (allowed > 0 && waiting.length > 0) {
      allowed -= 1
      waiting.shift()?.()
    }
  }
  return {
    pass() {
      return new Promise((resolve) => {
        waiting.push(resolve)
        look()
      })
    },
    letPass(count) {
      allowed += count
      look()
    },
    open() {
      allowed = Infinity
      look()
    },
  }
}
