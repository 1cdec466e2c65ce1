import type { ComponentChildren } from 'preact'
import { h } from 'preact'
import { describeStep } from './describeStep.ts'
import { EmptyState } from './emptyState.ts'
import { countText, momentText, timeText } from './format.ts'
import type { Frame } from './session.ts'
import { isTick } from './session.ts'

/** The last steps up to the one that is looked at, newest first; a click goes to a step. */
export function EventsView(props: {
  readonly frames: readonly Frame[]
  readonly frame: Frame
  readonly most: number
  readonly onGo: (index: number) => void
}): ComponentChildren {
  const { frames, frame, most, onGo } = props
  const end = frames.findLastIndex(({ index }) => index <= frame.index) + 1
  const shown = lastSteps(frames, end, most)
  if (shown.length === 0) {
    return h(EmptyState, {
      title: 'Nothing has happened yet',
      text: 'Each event that the machine takes is listed here, with where it led.',
    })
  }
  return h(
    'ol',
    { class: 'events' },
    shown

      .flatMap((one) => [
        h(EventRow, { key: one.index, frame: one, isChosen: one.index === frame.index, onGo }),
        one.missing === 0
          ? null
          : h(
              'li',
              { key: `missing-${one.index}`, class: 'event-gap' },
              `${countText(one.missing, 'step', 'steps')} not shown here`,
            ),
      ]),
  )
}

function EventRow(props: {
  readonly frame: Frame
  readonly isChosen: boolean
  readonly onGo: (index: number) => void
}): ComponentChildren {
  const { frame, isChosen, onGo } = props
  const { step, at, index, state } = frame
  if (step === undefined) return h('li', null)
  const { title, details, tone } = describeStep(step)
  const hasMoved = step.before !== state
  return h(
    'li',
    { class: 'event', 'data-tone': tone },
    h(
      'button',
      {
        type: 'button',
        class: 'event-button',
        'aria-current': isChosen ? 'step' : undefined,
        onClick: () => onGo(index),
      },
      h('time', { class: 'mono', title: momentText(at) }, timeText(at)),
      h('span', { class: 'event-title' }, title),
      hasMoved ? h('span', { class: 'event-move' }, `${step.before} → ${state}`) : null,
      details.length === 0 ? null : h('span', { class: 'event-details' }, details.join('\n')),
    ),
  )
}

/** The last steps, newest first, without the ticks of a wait. */
function lastSteps(frames: readonly Frame[], end: number, most: number): readonly Frame[] {
  const shown: Frame[] = []
  for (let at = end - 1; at >= 0 && shown.length < most; at -= 1) {
    const frame = frames[at]
    if (frame?.step !== undefined && !isTick(frame)) shown.push(frame)
  }
  return shown
}
