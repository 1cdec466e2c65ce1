import elk from 'elkjs/lib/elk.bundled.js'
import type { ElkExtendedEdge, ElkNode } from 'elkjs/lib/elk-api.js'
import type { Chart, ChartEdge, ChartState } from './readMachine.ts'

/** Sizes in px. Labels are set in a monospaced font, so that their width is known without measuring. */
export const size = { letter: 6.7, line: 16, title: 9.6, state: 40, footer: 54 }

const layoutOptions = {
  'elk.algorithm': 'layered',
  'elk.json.shapeCoords': 'ROOT',
  'elk.json.edgeCoords': 'ROOT',
  'elk.direction': 'RIGHT',
  'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
  'elk.layered.crossingMinimization.forceNodeModelOrder': 'true',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.layered.cycleBreaking.strategy': 'MODEL_ORDER',
  'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
  'elk.layered.spacing.nodeNodeBetweenLayers': '22',
  'elk.layered.spacing.edgeNodeBetweenLayers': '14',
  'elk.spacing.nodeNode': '22',
  'elk.spacing.edgeNode': '16',
  'elk.spacing.edgeEdge': '14',
  'elk.spacing.edgeLabel': '4',
}

/** Where everything in the chart goes, in px from the top left corner. The same chart gives the same places. */
export function layoutMachine(chart: Chart): Promise<ElkNode> {
  return new elk.default().layout(graphOf(chart))
}

/** The id of the node that stands for every state. */
export const anywhere = ':any'
/** The id of the dot before the first state. */
export const startOf = (path: string) => `${path}:start`
/** The id of the diamond in a group that chooses among its own substates. */
export const choiceOf = (path: string) => `${path}:choice`

/** The end of an edge in the graph: what a state decides for its own substates leaves from a diamond inside it. */
function sourceOf({ from, to }: ChartEdge): string {
  if (from === '') return anywhere
  return to.startsWith(`${from}.`) ? choiceOf(from) : from
}

function graphOf(chart: Chart): ElkNode {
  const choices = new Set(chart.edges.map(sourceOf))
  const nodes = chart.root.states.map((state) => nodeOf(state, choices))
  const any = { id: anywhere, width: textWidth('any state', size.letter) + 24, height: 26 }
  return {
    id: 'root',
    layoutOptions: { ...layoutOptions, 'elk.padding': '[top=20,left=20,bottom=20,right=20]' },
    children: [dot(startOf('')), ...nodes, any],
    edges: [{ id: 'start', sources: [startOf('')], targets: [chart.root.initial ?? ''] }, ...chart.edges.map(edgeOf)],
  }
}

function nodeOf(state: ChartState, choices: ReadonlySet<string>): ElkNode {
  if (state.states.length === 0) return { id: state.path, ...leafSize(state) }
  // Substates side by side look like a list: all of one width.
  const width = Math.max(...state.states.map((child) => leafSize(child).width))
  const children = state.states.map((child) =>
    child.states.length === 0 ? { id: child.path, ...leafSize(child), width } : nodeOf(child, choices),
  )
  const entry = choices.has(choiceOf(state.path)) ? [choice(choiceOf(state.path))] : []
  return {
    id: state.path,
    children: [...entry, ...children],
    layoutOptions: { 'elk.padding': `[top=44,left=${entry.length > 0 ? 18 : 46},bottom=18,right=18]` },
  }
}

function leafSize(state: ChartState) {
  const letters = [state.name.length * size.title, ...state.inner.map((label) => label.length * size.letter)]
  return {
    width: Math.max(88, Math.ceil(Math.max(...letters)) + 28),
    height: size.state + state.inner.length * size.line,
  }
}

/** All that is decided there leaves from one corner. */
function choice(id: string): ElkNode {
  return {
    id,
    width: 22,
    height: 22,
    ports: [{ id: `${id}:out`, x: 22, y: 11, width: 0, height: 0, layoutOptions: { 'elk.port.side': 'EAST' } }],
    layoutOptions: { 'elk.portConstraints': 'FIXED_POS' },
  }
}

function dot(id: string): ElkNode {
  return { id, width: 12, height: 12 }
}

function edgeOf(edge: ChartEdge): ElkExtendedEdge {
  const source = sourceOf(edge)
  const isChoice = source.endsWith(':choice')
  const labels = isChoice
    ? []
    : [{ text: 'label', ...labelSize(edge), layoutOptions: { 'elk.edgeLabels.inline': 'true' } }]
  return { id: `${edge.from} ${edge.to}`, sources: [isChoice ? `${source}:out` : source], targets: [edge.to], labels }
}

function labelSize({ reasons }: ChartEdge) {
  const widths = reasons.map(({ label }) => textWidth(label, size.letter))
  return { width: Math.max(...widths) + 18, height: reasons.length * size.line + 8 }
}

function textWidth(text: string, letter: number): number {
  return Math.ceil(text.length * letter)
}
