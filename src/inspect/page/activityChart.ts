import type { ComponentChildren } from 'preact'
import { h } from 'preact'
import { numberText, spanText } from './format.ts'
import type { RateBin, Rates } from './rates.ts'

const width = 600
const height = 132
const gap = 2

const series = [
  { key: 'enqueued', text: 'Enqueued' },
  { key: 'delivered', text: 'Delivered' },
  { key: 'failed', text: 'Failed tries' },
] as const

/** Entries over time: what came in above the line, what left and what failed below it. */
export function ActivityChart({
  rates,
  caption,
}: {
  readonly rates: Rates
  readonly caption: string
}): ComponentChildren {
  const { bins, binMs } = rates
  const peak = Math.max(0, ...bins.map((bin) => Math.max(bin.enqueued, bin.delivered + bin.failed)))
  const most = Math.max(1, peak)
  const perSecond = (count: number) => (count * 1_000) / binMs
  const total = (key: keyof RateBin) => bins.reduce((sum, bin) => sum + bin[key], 0)
  const summary = series.map(({ key, text }) => `${text}: ${numberText(total(key))}`).join(', ')
  return h(
    'figure',
    { class: 'chart' },
    h(
      'figcaption',
      null,
      h('span', null, caption),
      h('span', { class: 'chart-peak' }, peak === 0 ? 'nothing yet' : `peak ${rateText(perSecond(peak))}`),
    ),
    h(
      'svg',
      {
        viewBox: `0 0 ${width} ${height}`,
        role: 'img',
        'aria-label': `${caption}. ${summary}`,
        preserveAspectRatio: 'none',
      },
      h('line', { class: 'chart-axis', x1: 0, x2: width, y1: height / 2, y2: height / 2 }),
      bins.map((bin, index) => h(Bar, { key: bin.startAt, bin, index, most, of: bins.length })),
    ),
    h(
      'ul',
      { class: 'legend' },
      series.map(({ key, text }) =>
        h(
          'li',
          { key, 'data-series': key },
          h('span', { class: 'swatch', 'aria-hidden': 'true' }),
          text,
          h('b', null, numberText(total(key))),
        ),
      ),
      h('li', { class: 'legend-bin' }, `${spanText(binMs)} a bar`),
    ),
  )
}

function Bar(props: {
  readonly bin: RateBin
  readonly index: number
  readonly most: number
  readonly of: number
}): ComponentChildren {
  const { bin, index, most, of } = props
  const step = width / of
  const scale = (count: number) => (count === 0 ? 0 : Math.max(2, (count / most) * (height / 2 - 4)))
  const middle = height / 2
  const rect = (name: string, y: number, size: number) =>
    size === 0
      ? null
      : h('rect', {
          class: 'bar',
          'data-series': name,
          x: index * step + gap / 2,
          y,
          width: step - gap,
          height: size,
          rx: 1.5,
        })
  const [up, down, failed] = [scale(bin.enqueued), scale(bin.delivered), scale(bin.failed)]
  return h(
    'g',
    null,
    rect('enqueued', middle - 1 - up, up),
    rect('delivered', middle + 1, down),
    rect('failed', middle + 1 + (down === 0 ? 0 : down + 1), failed),
  )
}

function rateText(perSecond: number): string {
  return `${perSecond >= 10 ? numberText(Math.round(perSecond)) : perSecond.toFixed(1)}/s`
}
