import type { ComponentChildren } from 'preact'
import { h } from 'preact'
import type { Order } from '../source.ts'
import type { Frame } from './session.ts'

/** What the bar on top shows. */
export interface ToolbarProps {
  readonly name: string
  readonly kind: 'live' | 'recording'
  readonly condition: 'live' | 'lost' | 'ended'
  /** The newest frame: what may be ordered depends on it. */
  readonly newest: Frame | undefined
  readonly control: boolean
  readonly onOrder: (order: Order) => void
  readonly onOpen: (file: File) => void
  /** Leaves a recording; there is nothing to go back to where this page has no source. */
  readonly onLeave: (() => void) | undefined
  readonly onSave: (() => void) | undefined
}

/** The bar on top: whose outbox, whether it is live, and what may be ordered. */
export function Toolbar(props: ToolbarProps): ComponentChildren {
  const { name, kind, condition, newest, control, onOrder, onOpen, onLeave, onSave } = props
  return h(
    'header',
    { class: 'toolbar' },
    h(
      'div',
      { class: 'title' },
      h(
        'svg',
        { class: 'logo', viewBox: '0 0 32 32', 'aria-hidden': 'true' },
        h('path', { d: 'M6 18h6l2 4h4l2-4h6M6 18l4-9h12l4 9v7H6z' }),
      ),
      h('h1', null, name),
      h(
        'span',
        { class: 'condition', 'data-condition': kind === 'recording' ? 'recording' : condition },
        conditionText(kind, condition),
      ),
    ),
    h(
      'div',
      { class: 'toolbar-buttons' },
      control && condition === 'live' && newest !== undefined ? h(Orders, { newest, onOrder }) : null,
      control || kind === 'recording'
        ? null
        : h('span', { class: 'note', title: 'Start the inspector with `control: true` to act' }, 'View only'),
      onSave === undefined
        ? null
        : h(
            'button',
            { type: 'button', class: 'button quiet', onClick: onSave },
            'Save',
            h('span', { class: 'wide' }, ' recording'),
          ),
      h(OpenFile, { onOpen }),
      onLeave === undefined ? null : h('button', { type: 'button', class: 'button', onClick: onLeave }, 'Back to live'),
    ),
  )
}

function conditionText(kind: 'live' | 'recording', condition: 'live' | 'lost' | 'ended'): string {
  if (kind === 'recording') return 'Recording'
  return { live: 'Live', lost: 'Connection lost', ended: 'Stopped' }[condition]
}

function Orders({
  newest,
  onOrder,
}: {
  readonly newest: Frame
  readonly onOrder: (order: Order) => void
}): ComponentChildren {
  const { context, status } = newest
  const rests = context.paused || context.held !== undefined
  const button = (type: 'pause' | 'resume' | 'retry', text: string, isOff: boolean, isMain: boolean) =>
    h(
      'button',
      // A button of its own: what somebody is about to press must not turn into its opposite.
      {
        key: type,
        type: 'button',
        class: isMain ? 'button main' : 'button',
        disabled: isOff,
        onClick: () => onOrder({ type }),
      },
      text,
    )
  return h(
    'div',
    { class: 'orders', role: 'group', 'aria-label': 'Control' },
    button('retry', 'Retry now', status.state !== 'backoff', status.state === 'backoff'),
    // A hold can be paused on top, and one resume lifts both.
    rests ? button('resume', 'Resume', false, true) : button('pause', 'Pause', status.state === 'stopped', false),
  )
}

function OpenFile({ onOpen }: { readonly onOpen: (file: File) => void }): ComponentChildren {
  return h(
    'label',
    { class: 'button quiet file' },
    h('input', {
      type: 'file',
      accept: '.jsonl,.ndjson,.json,.txt,application/jsonl',
      onChange: ({ currentTarget }: Event & { readonly currentTarget: HTMLInputElement }) => {
        const [file] = currentTarget.files ?? []
        if (file !== undefined) onOpen(file)
        // The same file may be chosen again.
        currentTarget.value = ''
      },
    }),
    'Open',
    h('span', { class: 'wide' }, ' recording'),
  )
}
