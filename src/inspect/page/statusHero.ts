import type { ComponentChildren } from 'preact'
import { h } from 'preact'
import { explain } from '../../explain.ts'
import type { Status } from '../../status.ts'
import { numberText, spanText } from './format.ts'
import type { Frame } from './session.ts'

/** The colour that a status is shown in. */
export function toneOf({ state, reason }: Status): string {
  return state === 'idle' ? reason : state
}

/** Where the outbox stands: the state, the sentence that explains it, and the numbers behind it. `now` is the outbox's time. */
export function StatusHero({ frame, now }: { readonly frame: Frame; readonly now: number }): ComponentChildren {
  const { status, context } = frame
  const { draining, pending, dead, oldestAt, lastError } = status
  const sentence = explain(status, now)
  const delivered = context.counts?.totals.delivered ?? context.tally.delivered
  return h(
    'section',
    { class: 'hero', 'data-tone': toneOf(status), 'aria-label': 'Status' },
    h(
      'div',
      { class: 'hero-text' },
      h('p', { class: 'chip', role: 'status' }, h('span', { class: 'dot', 'aria-hidden': 'true' }), frame.state),
      h('p', { class: 'sentence' }, sentence),
      draining && draining.of > 0 ? h(Progress, draining) : null,
      lastError === undefined || sentence.includes(lastError)
        ? null
        : h('p', { class: 'last-error' }, h('span', null, 'Last failure'), lastError),
    ),
    h(Countdown, { frame, now }),
    h(
      'dl',
      { class: 'numbers' },
      fact('Waiting', numberText(pending)),
      fact('Delivered', numberText(delivered)),
      fact('Dead letters', numberText(dead), dead > 0 ? 'bad' : undefined),
      fact('Oldest waits', oldestAt === undefined ? '–' : spanText(now - oldestAt)),
    ),
  )
}

function fact(name: string, value: string, tone?: string): ComponentChildren {
  return h('div', { class: 'number', 'data-tone': tone }, h('dt', null, name), h('dd', null, value))
}

function Progress({ done, of }: { readonly done: number; readonly of: number }): ComponentChildren {
  return h(
    'div',
    { class: 'progress' },
    h('progress', { value: done, max: of, 'aria-label': 'Entries that have left in this drain' }),
    h('span', null, `${numberText(done)} of ${numberText(of)}`),
  )
}

const radius = 44
const circumference = 2 * Math.PI * radius

/** What is left of a wait, as a ring that empties. */
function Countdown({ frame, now }: { readonly frame: Frame; readonly now: number }): ComponentChildren {
  const left = waitLeftMs(frame, now)
  if (left === undefined) return null
  const whole = Math.max(frame.context.wait?.leftMs ?? 0, 1)
  return h(
    'svg',
    { class: 'countdown', viewBox: '0 0 100 100', role: 'img', 'aria-label': `Next try in ${secondsText(left)}` },
    h('circle', { class: 'countdown-track', cx: 50, cy: 50, r: radius }),
    h('circle', {
      class: 'countdown-left',
      cx: 50,
      cy: 50,
      r: radius,
      transform: 'rotate(-90 50 50)',
      'stroke-dasharray': circumference,
      'stroke-dashoffset': circumference * (1 - Math.min(1, left / whole)),
    }),
    h('text', { x: 50, y: 52, class: 'countdown-text' }, secondsText(left)),
  )
}

/** What is left of the present wait, ms; undefined when nothing waits. */
export function waitLeftMs({ status, context }: Frame, now: number): number | undefined {
  if (status.state !== 'backoff' || context.wait === undefined) return undefined
  return Math.max(0, context.wait.nextAttemptAt - now)
}

/** `4 s`, as the sentence counts. */
export function secondsText(ms: number): string {
  const seconds = Math.ceil(ms / 1_000)
  return seconds < 600 ? `${seconds} s` : spanText(ms)
}
