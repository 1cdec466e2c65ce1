import type { Frame } from './session.ts'

/** Marks in a drawn statechart where the machine is, and by which transition it came there. Answers that transition, if it is drawn. */
export function lightUp(chart: Element, { state, step }: Frame): Element | undefined {
  for (const node of chart.querySelectorAll('[data-state]')) {
    const drawn = node.getAttribute('data-state') ?? ''
    setLit(node, drawn === state ? 'here' : covers(drawn, state) ? 'around' : undefined)
  }
  const taken = step === undefined ? undefined : transitionOf(chart, step.before, state, step.event.type)
  for (const edge of chart.querySelectorAll('[data-from]')) setLit(edge, edge === taken ? 'here' : undefined)
  return taken
}

function setLit(node: Element, lit: string | undefined): void {
  if (lit === undefined) node.removeAttribute('data-lit')
  else node.setAttribute('data-lit', lit)
}

/** Whether a state is another one, or one that holds it. */
function covers(outer: string, inner: string): boolean {
  return outer === '' || outer === inner || inner.startsWith(`${outer}.`)
}

/** The drawn transition that fits best: between these states, for this event if one says so, between the innermost. */
export function transitionOf(chart: Element, before: string, state: string, type: string): Element | undefined {
  let best: Element | undefined
  let bestScore = -1
  for (const edge of chart.querySelectorAll('[data-from]')) {
    const from = edge.getAttribute('data-from') ?? ''
    const to = edge.getAttribute('data-to') ?? ''
    const events = (edge.getAttribute('data-on') ?? '').split(/[\s,]+/)
    if (!covers(from, before) || !covers(to, state)) continue
    const isNamed = events.some((name) => name !== '' && (name === type || type.startsWith(`xstate.after.${name}.`)))
    // Staying where it is, is no transition, unless the drawing says that this event leads there.
    if (before === state && !isNamed) continue
    const score = (isNamed ? 1_000 : 0) + from.length + to.length
    if (score <= bestScore) continue
    best = edge
    bestScore = score
  }
  return best
}
