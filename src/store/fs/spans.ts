/** A growing set of whole numbers from 0 up that stays small as long as they come about in order. */
export interface Spans {
  has(number: number): boolean
  /** Adds `from` up to but not including `to`; answers how many of them were new. */
  add(from: number, to?: number): number
  /** How many of the numbers from `from` up to but not including `to` are in it. */
  countIn(from: number, to: number): number
  /** How many there are. */
  size(): number
  /** The least number that is not in the set. */
  firstMissing(): number
  /** The least number beyond all that are in the set. */
  end(): number
  toJSON(): SpansJson
}

export type SpansJson = readonly (readonly [from: number, to: number])[]

export function createSpans(json: SpansJson = []): Spans {
  /** Ascending, and neither overlapping nor touching; the first begins at 0. */
  const spans = json.length > 0 ? json.map(([from, to]) => ({ from, to })) : [{ from: 0, to: 0 }]
  let size = spans.reduce((sum, { from, to }) => sum + to - from, 0)

  /** The place of the first span that ends at `number` or later. */
  function search(number: number): number {
    let low = 0
    let high = spans.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((spans[middle]?.to ?? Infinity) < number) low = middle + 1
      else high = middle
    }
    return low
  }

  return {
    has(number) {
      const span = spans[search(number + 1)]
      return span !== undefined && span.from <= number
    },
    add(from, to = from + 1) {
      if (to <= from) return 0
      const first = search(from)
      const merged = { from, to }
      let present = 0
      let end = first
      for (let span = spans[end]; span !== undefined && span.from <= to; span = spans[(end += 1)]) {
        merged.from = Math.min(merged.from, span.from)
        merged.to = Math.max(merged.to, span.to)
        present += span.to - span.from
      }
      spans.splice(first, end - first, merged)
      const added = merged.to - merged.from - present
      size += added
      return added
    },
    countIn(from, to) {
      let count = 0
      for (let index = search(from); index < spans.length; index += 1) {
        const span = spans[index]
        if (span === undefined || span.from >= to) break
        count += Math.max(Math.min(span.to, to) - Math.max(span.from, from), 0)
      }
      return count
    },
    size: () => size,
    firstMissing: () => spans[0]?.to ?? 0,
    end: () => spans.at(-1)?.to ?? 0,
    toJSON: () => spans.map(({ from, to }) => [from, to] as const),
  }
}
