const units: readonly (readonly [limitMs: number, unitMs: number, unit: string])[] = [
  [60_000, 1_000, 's'],
  [3_600_000, 60_000, 'min'],
  [172_800_000, 3_600_000, 'h'],
  [Infinity, 86_400_000, 'd'],
]

/** A span of time in one unit, as short as it may be read: `4 s`, `12 min`. */
export function spanText(ms: number): string {
  if (!Number.isFinite(ms)) return '–'
  const span = Math.max(0, ms)
  if (span < 1_000) return `${Math.round(span)} ms`
  const [, unitMs, unit] = units.find(([limitMs]) => span < limitMs) ?? [0, 86_400_000, 'd']
  return `${Math.floor(span / unitMs)} ${unit}`
}

/** A moment as the time of day, to the millisecond: what a log is read by. */
export function timeText(at: number): string {
  const date = new Date(at)
  if (Number.isNaN(date.getTime())) return '–'
  const two = (value: number) => String(value).padStart(2, '0')
  const day = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
  return `${day}.${String(date.getMilliseconds()).padStart(3, '0')}`
}

/** A moment in full, for a tooltip. */
export function momentText(at: number): string {
  const date = new Date(at)
  return Number.isNaN(date.getTime()) ? '–' : `${date.toLocaleDateString()} ${timeText(at)}`
}

export function numberText(value: number): string {
  return Number.isFinite(value) ? value.toLocaleString('en-US') : '–'
}

export function bytesText(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`
  return bytes < 1_000_000 ? `${(bytes / 1_000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`
}

/** `1 entry`, `2 entries`. */
export function countText(count: number, one: string, many: string): string {
  return `${numberText(count)} ${count === 1 ? one : many}`
}
