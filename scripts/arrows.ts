import type { ElkExtendedEdge, ElkPoint } from 'elkjs/lib/elk-api.js'

/** An edge as it was routed: its lines with their heads. */
export function edgeLines({ sections = [] }: ElkExtendedEdge): string {
  return sections
    .map(({ startPoint, bendPoints = [], endPoint }) => {
      const points = [startPoint, ...bendPoints, endPoint].map(({ x, y }) => ({ x: round(x), y: round(y) }))
      return arrow(straightened(points))
    })
    .join('')
}

/** An arrow through the points. */
export function arrow(points: readonly ElkPoint[]): string {
  return `<path class="line" d="${roundedPath(points)}"/><path class="head" d="${arrowHead(points)}"/>`
}

/** Without steps of a few px, which the layout leaves where it can put two ends almost in line. */
function straightened(points: readonly ElkPoint[]): ElkPoint[] {
  const kept: ElkPoint[] = []
  let moved: { readonly from: number; readonly to: number } | undefined
  for (const point of points) {
    const last = kept.at(-1)
    const next = moved?.from === point.y ? { x: point.x, y: moved.to } : point
    const step = last === undefined || last.x !== next.x ? 0 : Math.abs(last.y - next.y)
    if (last !== undefined && step > 0 && step < 8) moved = { from: point.y, to: last.y }
    else if (last === undefined || last.x !== next.x || last.y !== next.y) kept.push(next)
  }
  return kept
}

/** A line through the points with rounded corners. */
function roundedPath(points: readonly ElkPoint[]): string {
  const parts = points.map((point, index) => {
    const [before, after] = [points[index - 1], points[index + 1]]
    if (before === undefined) return `M${point.x} ${point.y}`
    if (after === undefined) return `L${point.x} ${point.y}`
    // The head of the arrow takes the last px of the line.
    const isLast = index === points.length - 2
    const [near, far] = [toward(point, before), toward(point, after, isLast ? 9 : 0)]
    return `L${near.x} ${near.y}Q${point.x} ${point.y} ${far.x} ${far.y}`
  })
  return parts.join('')
}

/** The point some px from a corner on the way to the next, at most half the way. */
function toward(corner: ElkPoint, other: ElkPoint, kept = 0): ElkPoint {
  const [dx, dy] = [other.x - corner.x, other.y - corner.y]
  const length = Math.hypot(dx, dy) || 1
  const share = Math.min(9, length / 2, Math.max(0, length - kept)) / length
  return { x: round(corner.x + dx * share), y: round(corner.y + dy * share) }
}

function arrowHead(points: readonly ElkPoint[]): string {
  const [before, end] = points.slice(-2)
  if (before === undefined || end === undefined) return ''
  const length = Math.hypot(end.x - before.x, end.y - before.y) || 1
  const [ux, uy] = [(end.x - before.x) / length, (end.y - before.y) / length]
  const corner = (side: number) => `${round(end.x - ux * 8 - uy * side)} ${round(end.y - uy * 8 + ux * side)}`
  return `M${end.x} ${end.y}L${corner(4)}L${corner(-4)}Z`
}

/** To a tenth of a px. */
export function round(value: number): number {
  return Math.round(value * 10) / 10
}
