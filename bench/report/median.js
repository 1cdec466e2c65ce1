/** The median of the numbers that a field has in some runs; undefined without any. */
export function medianOf(runs, field) {
  return median(runs.map((run) => run[field]).filter((value) => Number.isFinite(value)))
}

export function median(numbers) {
  const sorted = [...numbers].toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  if (sorted.length === 0) return undefined
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}
