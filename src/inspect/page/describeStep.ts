import type { ShownReport, Step } from '../step.ts'
import { countText, spanText } from './format.ts'

/** What an event was, in words: a headline, and what there is to say besides. */
export interface Described {
  readonly title: string
  readonly details: readonly string[]
  /** How bad it is, for the eye. */
  readonly tone: 'good' | 'bad' | 'wait' | 'plain'
}

export function describeStep({ event }: Step): Described {
  const { type, wait, entries, reason, held, id } = event
  if (event.emitted !== undefined) return describeReports(event.emitted, event.first ?? [])
  if (wait !== undefined) {
    const why = wait.reason === undefined ? [] : [wait.reason]
    const about = wait.id === undefined ? [] : [wait.id]
    return { title: `${wait.kind} wait of ${spanText(wait.leftMs)}`, details: [...about, ...why], tone: 'wait' }
  }
  if (entries !== undefined) {
    return { title: `${countText(entries, 'entry', 'entries')} enqueued`, details: event.payloads ?? [], tone: 'plain' }
  }
  const details = [id, reason, held].filter((text) => text !== undefined)
  const delay = /^xstate\.after\.(\w+)\./.exec(type)?.[1]
  if (delay !== undefined) return { title: `after ${delay}`, details, tone: 'plain' }
  return { title: type, details, tone: type === 'engine.held' ? 'bad' : 'plain' }
}

function describeReports(emitted: Readonly<Record<string, number>>, first: readonly ShownReport[]): Described {
  const title = Object.entries(emitted)
    .map(([type, count]) => (count === 1 ? type : `${count} × ${type}`))
    .join(', ')
  const details = first.flatMap(({ id, reason, payload, type }) => {
    const text = [id ?? '', reason ?? '', payload ?? ''].filter(Boolean).join(' · ')
    return text === '' ? [] : [first.length === 1 ? text : `${type} ${text}`]
  })
  const isBad = Object.keys(emitted).some(
    (type) => type === 'dropped' || type === 'enqueueFailed' || type.startsWith('warning'),
  )
  const tone = isBad ? 'bad' : 'retryScheduled' in emitted ? 'wait' : 'delivered' in emitted ? 'good' : 'plain'
  return { title: title || 'counts', details, tone }
}
