import type { RecordedLine } from './step.ts'

/** A line of a recording, or nothing if it is none: torn, or of a kind that this page does not know. */
export function parseLine(text: string): RecordedLine | undefined {
  try {
    const line: unknown = JSON.parse(text)
    return isLine(line) ? line : undefined
  } catch {
    return undefined
  }
}

function isLine(line: unknown): line is RecordedLine {
  if (!isObject(line)) return false
  const { kind, version, initial, at, event, context, state, before } = line
  switch (kind) {
    case 'session':
      return version === 1 && isObject(initial) && typeof initial['state'] === 'string' && isContext(initial['context'])
    case 'step':
      return isObject(event) && typeof event['type'] === 'string' && isPlace(at, state, before) && isContext(context)
    case 'gap':
    case 'end':
      return typeof at === 'number'
    default:
      return false
  }
}

function isPlace(at: unknown, state: unknown, before: unknown): boolean {
  return typeof at === 'number' && typeof state === 'string' && typeof before === 'string'
}

/** As much of a context as the page reads without looking. */
function isContext(context: unknown): boolean {
  if (!isObject(context) || !isObject(context['tally'])) return false
  const { counts } = context
  return counts === undefined || (isObject(counts) && isObject(counts['totals']))
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
