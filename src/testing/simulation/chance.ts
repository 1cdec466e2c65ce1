/** Chance that repeats itself: the same numbers and words, the same draws. */
export interface Chance {
  /** Whether something of this probability happens. */
  happens(share: number): boolean
  /** An integer, 0 <= n < `most`. */
  upTo(most: number): number
  pick<T>(choices: readonly [T, ...T[]]): T
  /** One of the keys, by the weights that are their values. */
  weighted<K extends string>(weights: Readonly<Partial<Record<K, number>>>): K
}

/** A number from numbers and words, 0 <= n < 2^32: the same ones, the same number. */
export function hashOf(...parts: readonly (string | number)[]): number {
  let hash = 0x811c9dc5
  for (const unit of parts.join('\0')) hash = Math.imul(hash ^ (unit.codePointAt(0) ?? 0), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/**
 * The chance of these numbers and words.
 * @see Tommy Ettinger's mulberry32
 */
export function chanceOf(...parts: readonly (string | number)[]): Chance {
  let state = hashOf(...parts)

  function draw(): number {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  const upTo = (most: number) => Math.floor(draw() * most)
  return {
    happens: (share) => draw() < share,
    upTo,
    pick: (choices) => choices[upTo(choices.length)] ?? choices[0],
    weighted<K extends string>(weights: Readonly<Partial<Record<K, number>>>) {
      const entries = Object.entries(weights) as [K, number][]
      let left = draw() * entries.reduce((sum, [, weight]) => sum + weight, 0)
      for (const [key, weight] of entries) {
        left -= weight
        if (left < 0) return key
      }
      return (entries.at(-1)?.[0] ?? '') as K
    },
  }
}
