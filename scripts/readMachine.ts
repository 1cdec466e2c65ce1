import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate'

/** A state as it is drawn. */
export interface ChartState {
  /** Dotted, as in `idle.ready`; empty for the machine itself. */
  readonly path: string
  readonly name: string
  readonly description: string
  readonly isFinal: boolean
  readonly initial: string | undefined
  /** What it answers to without leaving: types of events, delays. */
  readonly inner: readonly string[]
  readonly states: readonly ChartState[]
}

/** One reason to go from a state to another. */
export interface ChartReason {
  /** The type of the event, or `always`. */
  readonly on: string
  readonly label: string
}

/** All transitions between two states. */
export interface ChartEdge {
  readonly from: string
  readonly to: string
  readonly reasons: readonly ChartReason[]
}

/** What a drawing of a machine shows. */
export interface Chart {
  readonly root: ChartState
  readonly edges: readonly ChartEdge[]
}

/** The states and transitions of a machine, as its config says them. */
export function readMachine(machine: AnyStateMachine): Chart {
  const edges = new Map<string, { from: string; to: string; reasons: ChartReason[] }>()
  for (const node of nodesIn(machine.root)) {
    for (const definition of transitionsOf(node)) {
      for (const target of definition.target ?? []) {
        const [from, to] = [pathOf(node), pathOf(target)]
        const edge = edges.get(`${from} ${to}`) ?? { from, to, reasons: [] }
        edge.reasons.push({ on: definition.eventType || 'always', label: labelOf(definition) })
        edges.set(`${from} ${to}`, edge)
      }
    }
  }
  return { root: stateOf(machine.root), edges: [...edges.values()] }
}

function nodesIn(node: AnyStateNode): readonly AnyStateNode[] {
  return [node, ...Object.values(node.states).flatMap(nodesIn)]
}

function transitionsOf(node: AnyStateNode): readonly AnyTransitionDefinition[] {
  return [...node.transitions.values(), node.always ?? []].flat()
}

function pathOf({ path }: AnyStateNode): string {
  return path.join('.')
}

function stateOf(node: AnyStateNode): ChartState {
  const inner = transitionsOf(node).filter(({ target, actions }) => target === undefined && actions.length > 0)
  return {
    path: pathOf(node),
    name: node.key,
    description: node.description ?? '',
    isFinal: node.type === 'final',
    initial: node.initial.target[0] && pathOf(node.initial.target[0]),
    inner: [...new Set(inner.map((definition) => eventLabel(definition.eventType)))],
    states: Object.values(node.states).map(stateOf),
  }
}

function labelOf({ eventType, guard, reenter }: AnyTransitionDefinition): string {
  const condition = guard === undefined ? '' : `[${guardName(guard)}]`
  return [eventLabel(eventType), condition, reenter ? '↻' : ''].filter(Boolean).join(' ')
}

function eventLabel(type: string): string {
  const [, delay] = /^xstate\.after\.(\w+)\./.exec(type) ?? []
  if (delay !== undefined) return `after ${delay}`
  const [, actor] = /^xstate\.error\.actor\.(\w+)$/.exec(type) ?? []
  if (type === '') return 'always'
  return actor === undefined ? type : `${actor} failed`
}

/** Of a guard made of others, the first says what matters. */
function guardName(guard: unknown): string {
  if (typeof guard === 'string') return guard
  const { type, params, guards } = guard as { type?: string; params?: Record<string, unknown>; guards?: unknown[] }
  if (guards !== undefined) return guardName(guards[0])
  return [type ?? 'guard', ...Object.values(params ?? {}).map(String)].join(' ')
}
