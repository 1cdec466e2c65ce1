import type { ElkExtendedEdge, ElkNode } from 'elkjs/lib/elk-api.js'
import type { AnyStateMachine } from 'xstate'
import { arrow, edgeLines, round } from './arrows.ts'
import { anywhere, choiceOf, layoutMachine, size } from './layoutMachine.ts'
import type { Chart, ChartEdge, ChartReason, ChartState } from './readMachine.ts'
import { readMachine } from './readMachine.ts'

/**
 * The statechart of a machine as an SVG that stands alone, in light and dark. The same machine gives the same text. States have
 * `data-state`; transitions `data-from` (empty where every state has it), `data-to` and `data-on`, the types of events. The attribute
 * `data-lit` lights both up: `here`, or `around` for a group of what is lit.
 */
export async function drawMachine(machine: AnyStateMachine): Promise<string> {
  const chart = readMachine(machine)
  return svgOf(chart, await layoutMachine(chart))
}

interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

function svgOf(chart: Chart, graph: ElkNode): string {
  const boxes = new Map(boxesOf(graph))
  const boxOf = (id: string) => boxes.get(id) ?? { x: 0, y: 0, width: 0, height: 0 }
  const edges = new Map((graph.edges ?? []).map((edge) => [edge.id, edge]))
  const { width, height: chartHeight } = boxOf('root')
  const height = chartHeight + size.footer
  const starts = (graph.edges ?? []).filter(({ id }) => id.startsWith('start'))
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="machine-chart" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="Statechart of ${escaped(chart.root.name)}">`,
    `<style>${styles}</style>`,
    `<rect class="paper" width="${width}" height="${height}" rx="14"/>`,
    ...chart.root.states.flatMap((state) => stateLines(state, boxOf)),
    ...starts.map((edge) => `<g class="start">${edgeLines(edge)}</g>`),
    ...[...boxes].filter(([id]) => id.endsWith(':start')).map(([, box]) => dotLine(box)),
    ...[...boxes].filter(([id]) => id.endsWith(':choice')).map(([, box]) => choiceLine(box)),
    anyLine(boxOf(anywhere)),
    ...chart.edges.flatMap((edge) => transitionLines(edge, edges.get(`${edge.from} ${edge.to}`))),
    ...footerLines(chart.root, chartHeight, width),
    '</svg>\n',
  ].join('\n')
}

function boxesOf({ id, x = 0, y = 0, width = 0, height = 0, children = [] }: ElkNode): [string, Box][] {
  return [[id, { x: round(x), y: round(y), width: round(width), height: round(height) }], ...children.flatMap(boxesOf)]
}

function stateLines(state: ChartState, boxOf: (id: string) => Box): string[] {
  const { x, y, width, height } = boxOf(state.path)
  const isGroup = state.states.length > 0
  const hasChoice = boxOf(choiceOf(state.path)).width > 0
  const kind = isGroup ? 'group' : state.isFinal ? 'final' : 'leaf'
  const middle = x + width / 2
  const title = isGroup
    ? `<text class="name" x="${x + 18}" y="${y + 27}">${escaped(state.name)}</text>`
    : `<text class="name" x="${middle}" y="${y + 25}" text-anchor="middle">${escaped(state.name)}</text>`
  return [
    `<g class="state ${kind}" data-state="${state.path}"><title>${escaped(state.description)}</title>`,
    `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="${isGroup ? 14 : 10}"/>`,
    ...(state.isFinal
      ? [`<rect class="ring" x="${x + 4}" y="${y + 4}" width="${width - 8}" height="${height - 8}" rx="7"/>`]
      : []),
    title,
    ...state.inner.map(
      (label, index) =>
        `<text class="inner" x="${middle}" y="${y + 41 + index * size.line}" text-anchor="middle">${escaped(label)}</text>`,
    ),
    '</g>',
    ...state.states.flatMap((child) => [
      ...stateLines(child, boxOf),
      ...(child.path === state.initial && !hasChoice ? [startLine(boxOf(child.path))] : []),
    ]),
  ]
}

/** A transition with its label, which covers its own line; the layout keeps other lines away from it. */
function transitionLines({ from, to, reasons }: ChartEdge, edge: ElkExtendedEdge | undefined): string[] {
  if (edge === undefined) return []
  const on = [...new Set(reasons.map((reason) => reason.on))].join(' ')
  return [
    `<g class="transition" data-from="${from}" data-to="${to}" data-on="${escaped(on)}">${edgeLines(edge)}`,
    ...labelLines(reasons, edge),
    '</g>',
  ]
}

function labelLines(reasons: readonly ChartReason[], { labels = [] }: ElkExtendedEdge): string[] {
  return labels.flatMap(({ x = 0, y = 0, width = 0, height = 0 }) => [
    `<rect class="pill" x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" rx="8"/>`,
    ...reasons.map(
      ({ label }, index) =>
        `<text class="label" x="${round(x + width / 2)}" y="${round(y + 16 + index * size.line)}" text-anchor="middle">${escaped(label)}</text>`,
    ),
  ])
}

/** Where a group begins: drawn beside its first state, in the room that the padding leaves. */
function startLine({ x, y, height }: Box): string {
  const [from, to] = [
    { x: x - 28, y: y + height / 2 },
    { x, y: y + height / 2 },
  ]
  return `<g class="start"><circle class="dot" cx="${from.x}" cy="${from.y}" r="6"/>${arrow([from, to])}</g>`
}

function dotLine({ x, y, width }: Box): string {
  return `<circle class="dot" cx="${x + width / 2}" cy="${y + width / 2}" r="${width / 2}"/>`
}

function choiceLine({ x, y, width }: Box): string {
  const half = width / 2
  return `<path class="choice" d="M${x + half} ${y}l${half} ${half}l${-half} ${half}l${-half} ${-half}Z"/>`
}

function anyLine({ x, y, width, height }: Box): string {
  return `<g class="any"><rect x="${x}" y="${y}" width="${width}" height="${height}" rx="${height / 2}"/><text x="${x + width / 2}" y="${y + 17}" text-anchor="middle">any state</text></g>`
}

/** What every state answers to: there is no arrow for what goes nowhere. */
function footerLines({ inner }: ChartState, top: number, width: number): string[] {
  const commands = inner.filter((type) => !type.includes('.'))
  return [
    `<path class="rule" d="M20 ${top}H${width - 20}"/>`,
    `<text class="note" x="24" y="${top + 22}">In every state: ${commands.map((type) => `<tspan>${escaped(type)}</tspan>`).join(' · ')}</text>`,
    `<text class="note" x="24" y="${top + 40}">These go to the engine or set flags; “always” follows from the flags. The reports of the engine do the same where no arrow names them.</text>`,
  ]
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}

const styles = `
.machine-chart{--paper:var(--chart-paper,#fff);--group:var(--chart-group,#f4f6fa);--leaf:var(--chart-leaf,#fff);--edge:var(--chart-edge,#c3ccd9);--ink:var(--chart-ink,#1b2436);--soft:var(--chart-soft,#5b6880);--line:var(--chart-line,#8592a8);--pill:var(--chart-pill,#e9edf5);--lit:var(--chart-lit,#2563eb);--lit-fill:var(--chart-lit-fill,#dbe7ff);font-family:ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
@media (prefers-color-scheme:dark){.machine-chart{--paper:var(--chart-paper,#0f1521);--group:var(--chart-group,#161e2d);--leaf:var(--chart-leaf,#1f2a3d);--edge:var(--chart-edge,#3a475d);--ink:var(--chart-ink,#e8edf6);--soft:var(--chart-soft,#9aa8bf);--line:var(--chart-line,#71809a);--pill:var(--chart-pill,#243046);--lit:var(--chart-lit,#7fb0ff);--lit-fill:var(--chart-lit-fill,#1e3a6b)}}
.machine-chart .paper{fill:var(--paper)}
.machine-chart .state>rect{fill:var(--leaf);stroke:var(--edge);stroke-width:1.5}
.machine-chart .group>rect{fill:var(--group)}
.machine-chart .final>.ring{fill:none;stroke-width:1}
.machine-chart .name{fill:var(--ink);font-size:15px;font-weight:650}
.machine-chart .inner,.machine-chart .label,.machine-chart .any text{font-family:ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:11px;fill:var(--soft)}
.machine-chart .line{fill:none;stroke:var(--line);stroke-width:1.5}
.machine-chart .head,.machine-chart .dot,.machine-chart .choice{fill:var(--line)}
.machine-chart .pill{fill:var(--pill)}
.machine-chart .label{fill:var(--ink)}
.machine-chart .any rect{fill:none;stroke:var(--line);stroke-width:1.5;stroke-dasharray:4 3}
.machine-chart .rule{stroke:var(--edge);stroke-width:1}
.machine-chart .note{fill:var(--soft);font-size:12px}
.machine-chart .note tspan{fill:var(--ink);font-family:ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:11px}
.machine-chart [data-lit]>rect{stroke:var(--lit);stroke-width:2.5}
.machine-chart [data-lit=around]>rect{stroke-width:1.5}
.machine-chart .leaf[data-lit]>rect,.machine-chart .final[data-lit]>rect,.machine-chart [data-lit]>.pill{fill:var(--lit-fill)}
.machine-chart [data-lit]>.pill{stroke-width:1.5}
.machine-chart [data-lit]>.line{stroke:var(--lit);stroke-width:2.5}
.machine-chart [data-lit]>.head{fill:var(--lit)}
.machine-chart .final[data-lit]>.ring{fill:none}
`
