import type { Frame } from './session.ts'

/** Marks in the drawn statechart where the machine is, and the transition that led there; answers the one of this very step, if any. */
export function lightUp(chart: Element, { state, step, move }: Frame): Element | undefined {
  for (const node of chart.querySelectorAll('[data-state]')) {
    const drawn = node.getAttribute('data-state') ?? ''
    setLit(node, drawn === state ? 'here' : covers(drawn, state) ? 'around' : undefined)
  }
  const edges = [...chart.querySelectorAll('[data-from]')]
  const [now, earlier] = [step, move].map((one) => one && bestOf(edges, one.before, one.state, one.event.type))
  const taken = now ?? earlier
  for (const edge of edges) setLit(edge, edge === taken ? 'here' : undefined)
  // The last one drawn lies above the others.
  if (taken !== undefined) taken.parentElement?.append(taken)
  return now
}

function setLit(node: Element, lit: string | undefined): void {
  if (lit === undefined) node.removeAttribute('data-lit')
  else node.setAttribute('data-lit', lit)
}

/** Whether a state is another one, or holds it; an empty one holds all. */
function covers(outer: string, inner: string): boolean {
  return outer === '' || outer === inner || inner.startsWith(`${outer}.`)
}

/**
 * The transition that fits best: between these states; one that names the event before one that follows from the flags; between the
 * innermost states that are drawn.
 */
function bestOf(edges: readonly Element[], before: string, state: string, type: string): Element | undefined {
  let best: Element | undefined
  let bestScore = -1
  for (const edge of edges) {
    const [from = '', to = '', on = ''] = ['data-from', 'data-to', 'data-on'].map(
      (name) => edge.getAttribute(name) ?? '',
    )
    const events = on.split(' ')
    const isNamed = events.includes(type)
    if (!covers(from, before) || !covers(to, state)) continue
    if (!isNamed && (before === state || !events.includes('always'))) continue
    const score = (isNamed ? 1_000 : 0) + from.length + to.length
    if (score <= bestScore) continue
    best = edge
    bestScore = score
  }
  return best
}
