import type { ComponentChildren } from 'preact'
import { h } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { lightUp } from './lightUp.ts'
import type { Frame } from './session.ts'
import { drawing } from './drawing.ts'
import { secondsText, toneOf, waitLeftMs } from './statusHero.ts'

const flashMs = 900

/** The machine as a drawing: where it is, how it came there, and on its edge what is left of a wait. */
export function MachineView({ frame, now }: { readonly frame: Frame; readonly now: number }): ComponentChildren {
  const chart = useRef<HTMLDivElement>(null)
  const { state } = frame
  const left = waitLeftMs(frame, now)
  const countdown = left === undefined ? undefined : secondsText(left)

  useEffect(() => {
    if (chart.current === null) return
    const taken = lightUp(chart.current, frame)
    if (taken === undefined || matchMedia('(prefers-reduced-motion: reduce)').matches) return
    taken.animate([{ opacity: 0.1 }, { opacity: 1 }], { duration: flashMs, easing: 'ease-out' })
  }, [frame])

  useEffect(() => {
    if (chart.current !== null) bringIntoView(chart.current, state)
  }, [state])

  useEffect(() => {
    if (chart.current !== null) showCountdown(chart.current, countdown)
  }, [countdown])

  return h('div', {
    ref: chart,
    class: 'drawing',
    'data-tone': toneOf(frame.status),
    role: 'region',
    'aria-label': `Statechart: the machine is in ${state}`,
    // On a narrow page it is scrolled, also with the keys.
    tabIndex: 0,
    // Drawn when the package was built: nothing of an outbox is in it.
    dangerouslySetInnerHTML: { __html: drawing.svg },
  })
}

/** Scrolls a drawing that is wider than its place to the state, without moving the page. */
function bringIntoView(chart: HTMLElement, state: string): void {
  const node = chart.querySelector(`[data-state="${CSS.escape(state)}"]`)
  if (node === null || chart.scrollWidth <= chart.clientWidth) return
  const [place, box] = [node.getBoundingClientRect(), chart.getBoundingClientRect()]
  chart.scrollLeft += place.left + place.width / 2 - (box.left + box.width / 2)
}

const svgNamespace = 'http://www.w3.org/2000/svg'

/** Writes what is left of the wait beside the label of the transition that ends it. */
function showCountdown(chart: Element, text: string | undefined): void {
  const edge = chart.querySelector('[data-from="backoff"][data-to="draining"]')
  const rect = edge?.querySelector('rect')
  if (!edge || !rect) return
  edge.querySelector('.remaining')?.remove()
  if (text === undefined) return
  const { x, y, width, height } = rect.getBBox()
  const pill = document.createElementNS(svgNamespace, 'g')
  pill.setAttribute('class', 'remaining')
  pill.setAttribute('transform', `translate(${x + width + 10} ${y + height / 2})`)
  const back = document.createElementNS(svgNamespace, 'rect')
  for (const [name, value] of Object.entries({ y: -15, width: 64, height: 30, rx: 15 })) {
    back.setAttribute(name, String(value))
  }
  const words = document.createElementNS(svgNamespace, 'text')
  for (const [name, value] of Object.entries({ x: 32, y: 5, 'text-anchor': 'middle' })) {
    words.setAttribute(name, String(value))
  }
  words.textContent = text
  pill.append(back, words)
  edge.append(pill)
}
