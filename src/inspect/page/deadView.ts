import type { ComponentChildren } from 'preact'
import { h } from 'preact'
import type { ShownLetter } from '../source.ts'
import { EntryFacts } from './entryFacts.ts'
import { countText } from './format.ts'
import { ListView } from './listView.ts'
import type { Looking } from './looking.ts'
import { useList } from './useList.ts'

const codes: Readonly<Record<string, string>> = {
  exhausted: 'no attempts left',
  permanent: 'refused for good',
  expired: 'too old',
  unreadable: 'cannot be read',
}

/** The entries that are not tried any more, and why. */
export function DeadView({ source, frame, now, control, onOrder, onAsk }: Looking): ComponentChildren {
  const { counts } = frame.context
  const list = useList(source, 'dead', `${counts?.dead} ${counts?.totals.discarded} ${counts?.totals.enqueued}`)
  const of = counts?.dead ?? 0

  const discard = (id: string) =>
    onAsk({
      title: 'Discard this dead letter?',
      text: 'It is forgotten for good. The audit still says that it was dropped, and why.',
      id,
      verb: 'Discard it',
      onConfirm: () => onOrder({ type: 'discard', id }),
    })
  const row = ({ seq, at, code, reason, entry }: ShownLetter) =>
    h(
      'li',
      { key: seq, class: 'row', 'data-tone': 'bad' },
      h(
        'div',
        { class: 'row-main' },
        h(
          'p',
          { class: 'row-id' },
          h('span', { class: 'mono' }, entry.id),
          h('span', { class: 'badge bad' }, codes[code] ?? code),
        ),
        h('p', { class: 'reason' }, reason),
        h(EntryFacts, { entry, now, death: { at, reason } }),
      ),
      control
        ? h(
            'div',
            { class: 'row-buttons' },
            h(
              'button',
              {
                type: 'button',
                class: 'button small',
                'aria-label': `Requeue ${entry.id}`,
                onClick: () => onOrder({ type: 'requeue', id: entry.id }),
              },
              'Requeue',
            ),
            h(
              'button',
              {
                type: 'button',
                class: 'button small danger-text',
                'aria-label': `Discard ${entry.id}`,
                onClick: () => discard(entry.id),
              },
              'Discard',
            ),
          )
        : null,
    )
  const head = control
    ? h(
        'button',
        { type: 'button', class: 'button small', onClick: () => onOrder({ type: 'requeueAll' }) },
        `Requeue all (${of.toLocaleString('en-US')})`,
      )
    : h('p', { class: 'list-note' }, countText(of, 'dead letter', 'dead letters'))
  return h(ListView<ShownLetter>, {
    list,
    of,
    label: 'dead letters',
    empty: {
      title: 'No dead letters',
      text: 'An entry that the remote will never take, or that has used up its attempts, is kept here with its reason until somebody decides.',
    },
    head,
    row,
  })
}
