import type { ComponentChildren } from 'preact'
import { h } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { statechartSvg } from './machineDrawing.ts'
import { lightUp } from './lightUp.ts'
import type { Frame } from './session.ts'
import { secondsText, toneOf, waitLeftMs } from './statusHero.ts'

const flashMs = 900

/** The machine as a drawing: where it is, how it came there, and on its edge what is left of a wait. */
export function MachineView({ frame, now }: { readonly frame: Frame; readonly now: number }): ComponentChildren {
  const chart = useRef<HTMLDivElement>(null)
  const left = waitLeftMs(frame, now)

  useEffect(() => {
    if (chart.current === null) return
    const taken = lightUp(chart.current, frame)
    if (taken === undefined || matchMedia('(prefers-reduced-motion: reduce)').matches) return
    taken.animate([{ opacity: 0.15 }, { opacity: 1 }], { duration: flashMs, easing: 'ease-out' })
  }, [frame])

  useEffect(() => {
    if (chart.current !== null) countDown(chart.current, left)
  }, [left])

  return h('div', {
    ref: chart,
    class: 'statechart',
    'data-tone': toneOf(frame.status),
    role: 'img',
    'aria-label': `The machine is in ${frame.state}${frame.step === undefined ? '' : `, after ${frame.step.event.type}`}`,
    // Drawn when the package was built: nothing of an outbox is in it.
    dangerouslySetInnerHTML: { __html: statechartSvg },
  })
}

/** Writes what is left of the wait beside the edge that ends it. */
function countDown(chart: Element, left: number | undefined): void {
  for (const label of chart.querySelectorAll('.countdown-label')) label.remove()
  const edge = [...chart.querySelectorAll('[data-from="backoff"]')].find((one) =>
    /backoff/.test(one.getAttribute('data-on') ?? ''),
  )
  if (left === undefined || edge === undefined) return
  edge.append(secondsText(left))
}
