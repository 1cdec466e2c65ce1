import type { ComponentChildren } from 'preact'
import { h } from 'preact'
import type { ShownRecord } from '../source.ts'
import { bytesText, countText, momentText, timeText } from './format.ts'
import { ListView } from './listView.ts'
import type { Looking } from './looking.ts'
import { useList } from './useList.ts'

/** What was pushed and what was dropped, newest first. */
export function AuditView({ source, frame }: Looking): ComponentChildren {
  const { counts, tally } = frame.context
  const list = useList(
    source,
    'audit',
    `${counts?.totals.delivered} ${counts?.dead} ${tally.delivered} ${tally.dropped}`,
  )
  const row = ({ seq, direction, id, at, attempts, items, bytes, reason, meta }: ShownRecord) =>
    h(
      'li',
      { key: seq, class: 'record', 'data-tone': direction === 'push' ? 'good' : 'bad' },
      h('time', { class: 'mono record-time', title: momentText(at) }, timeText(at)),
      h(
        'div',
        { class: 'record-text' },
        h(
          'p',
          { class: 'row-id' },
          h('b', { class: 'record-verb' }, direction === 'push' ? 'Pushed' : 'Dropped'),
          h('span', { class: 'mono' }, id),
        ),
        reason === undefined ? null : h('p', { class: 'reason' }, reason),
        h(
          'p',
          { class: 'fact-line' },
          h('span', null, bytesText(bytes)),
          items === 1 ? null : h('span', null, countText(items, 'item', 'items')),
          attempts === 0
            ? null
            : h('span', { 'data-tone': 'wait' }, `after ${countText(attempts, 'failed try', 'failed tries')}`),
        ),
        meta === undefined ? null : h('pre', { class: 'json' }, h('span', null, 'meta '), meta),
      ),
    )
  return h(ListView<ShownRecord>, {
    list,
    of: 0,
    label: 'audit records',
    empty: {
      title: 'Nothing has left yet',
      text: 'Each entry that is pushed or dropped leaves a record here, without its payload.',
    },
    row,
    kind: 'timeline',
  })
}
