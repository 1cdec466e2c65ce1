import type { ComponentChildren } from 'preact'
import { h } from 'preact'
import type { ShownEntry } from '../source.ts'
import { bytesText, countText, momentText, spanText } from './format.ts'

interface FactsProps {
  readonly entry: ShownEntry
  readonly now: number
  /** Set of a dead letter. */
  readonly death?: { readonly at: number; readonly reason: string }
}

/** What is known of an entry, beside its id: how old, how large, how often tried, what it says of itself. */
export function EntryFacts({ entry, now, death }: FactsProps): ComponentChildren {
  const { enqueuedAt, items, bytes, attempts, misses, requeues, nextAttemptAt, lastError, meta, payload, unreadable } =
    entry
  const waits = death === undefined && nextAttemptAt !== undefined && nextAttemptAt > now
  return h(
    'div',
    { class: 'facts' },
    h(
      'p',
      { class: 'fact-line' },
      death === undefined ? null : h('time', { title: momentText(death.at) }, `died ${spanText(now - death.at)} ago`),
      h('time', { title: momentText(enqueuedAt) }, `${spanText(now - enqueuedAt)} old`),
      h('span', null, bytesText(bytes)),
      items === 1 ? null : h('span', null, countText(items, 'item', 'items')),
      attempts === 0 ? null : h('span', { 'data-tone': 'wait' }, countText(attempts, 'failed try', 'failed tries')),
      misses === 0
        ? null
        : h('span', { 'data-tone': 'wait' }, countText(misses, 'try without an answer', 'tries without an answer')),
      requeues === 0 ? null : h('span', null, `requeued ${countText(requeues, 'time', 'times')}`),
      waits ? h('span', { 'data-tone': 'wait' }, `next try in ${spanText(nextAttemptAt - now)}`) : null,
    ),
    lastError === undefined || lastError === death?.reason ? null : h('p', { class: 'fact-error' }, lastError),
    unreadable === undefined ? null : h('p', { class: 'fact-error' }, `cannot be read back: ${unreadable}`),
    meta === undefined ? null : h('pre', { class: 'json' }, h('span', null, 'meta '), meta),
    payload === undefined ? null : h('pre', { class: 'json' }, h('span', null, 'payload '), payload),
  )
}
