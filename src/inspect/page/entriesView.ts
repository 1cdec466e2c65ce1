import type { ComponentChildren } from 'preact'
import { h } from 'preact'
import type { ShownEntry } from '../source.ts'
import { EntryFacts } from './entryFacts.ts'
import { ListView } from './listView.ts'
import type { Looking } from './looking.ts'
import { useList } from './useList.ts'

/** The entries that wait, oldest first. */
export function EntriesView({ source, frame, now, control, onOrder, onAsk }: Looking): ComponentChildren {
  const { counts, wait } = frame.context
  const version = `${counts?.pending} ${counts?.totals.enqueued} ${wait?.nextAttemptAt}`
  const list = useList(source, 'entries', version)

  const cancel = ({ id }: ShownEntry) =>
    onAsk({
      title: 'Cancel this entry?',
      text: 'It is removed without being pushed, and cannot be brought back.',
      id,
      verb: 'Cancel the entry',
      onConfirm: () => onOrder({ type: 'cancel', id }),
    })
  const row = (entry: ShownEntry) =>
    h(
      'li',
      { key: entry.seq, class: 'row' },
      h(
        'div',
        { class: 'row-main' },
        h(
          'p',
          { class: 'row-id' },
          h('span', { class: 'mono' }, entry.id),
          entry.id === wait?.id ? h('span', { class: 'badge' }, 'next') : null,
        ),
        h(EntryFacts, { entry, now }),
      ),
      control
        ? h(
            'div',
            { class: 'row-buttons' },
            h(
              'button',
              {
                type: 'button',
                class: 'button small danger-text',
                'aria-label': `Cancel ${entry.id}`,
                onClick: () => cancel(entry),
              },
              'Cancel',
            ),
          )
        : null,
    )
  return h(ListView<ShownEntry>, {
    list,
    of: counts?.pending ?? 0,
    label: 'waiting entries',
    empty: {
      title: 'Nothing waits',
      text: 'Whatever is enqueued stands here, oldest first, until the remote has it.',
    },
    row,
  })
}
