import type { ComponentChildren } from 'preact'
import { h } from 'preact'
import { describeStep } from './describeStep.ts'
import { timeText } from './format.ts'
import type { Frame } from './session.ts'

/** Goes through the steps of a session, one by one or by hand. */
export function Scrubber(props: {
  readonly frames: readonly Frame[]
  readonly frame: Frame
  readonly isFollowing: boolean
  /** Whether more may come, so that there is something to follow. */
  readonly isLive: boolean
  readonly onGo: (index: number) => void
  readonly onFollow: () => void
}): ComponentChildren {
  const { frames, frame, isFollowing, isLive, onGo, onFollow } = props
  const [first, last] = [frames[0]?.index ?? 0, frames.at(-1)?.index ?? 0]
  const title = frame.step === undefined ? 'the session begins' : describeStep(frame.step).title
  const text = `Step ${frame.index} of ${last}: ${title}, ${frame.state}`
  const step = (label: string, sign: string, to: number) =>
    h(
      'button',
      {
        type: 'button',
        class: 'button small',
        'aria-label': label,
        disabled: to < first || to > last,
        onClick: () => onGo(to),
      },
      sign,
    )
  return h(
    'section',
    { class: 'scrubber', 'aria-label': 'Time' },
    step('One step back', '◀', frame.index - 1),
    h('input', {
      type: 'range',
      style: { '--done': `${last > first ? ((frame.index - first) / (last - first)) * 100 : 0}%` },
      min: first,
      max: Math.max(last, first),
      step: 1,
      value: frame.index,
      'aria-label': 'Step of the session',
      'aria-valuetext': text,
      onInput: ({ currentTarget }: Event & { readonly currentTarget: HTMLInputElement }) =>
        onGo(Number(currentTarget.value)),
    }),
    step('One step forward', '▶', frame.index + 1),
    h(
      'p',
      { class: 'scrubber-text' },
      h('b', null, `${frame.index} / ${last}`),
      h('span', { class: 'mono' }, timeText(frame.at)),
      h('span', { class: 'scrubber-title' }, title),
    ),
    isLive
      ? h(
          'button',
          {
            type: 'button',
            class: isFollowing ? 'button small following' : 'button small main',
            disabled: isFollowing,
            onClick: onFollow,
          },
          isFollowing ? 'Following' : 'Follow live',
        )
      : null,
  )
}
