/** The newest lines, as many as fit. */
export interface LineRing {
  add(line: string, bytes: number): void
  lines(): readonly string[]
  /** How many older ones are gone. */
  dropped(): number
}

/** A ring of lines that together have at most so many bytes. */
export function createLineRing(maxBytes: number): LineRing {
  // A map keeps its order, and gives up its oldest key at once.
  const kept = new Map<number, { readonly line: string; readonly bytes: number }>()
  let leftBytes = maxBytes
  let added = 0
  return {
    add(line, bytes) {
      kept.set(added++, { line, bytes })
      leftBytes -= bytes
      for (const [key, oldest] of kept) {
        if (leftBytes >= 0) break
        kept.delete(key)
        leftBytes += oldest.bytes
      }
    },
    lines: () => [...kept.values()].map(({ line }) => line),
    dropped: () => added - kept.size,
  }
}
