import { useEffect, useRef, useState } from 'preact/hooks'
import type { Frame } from './session.ts'

/**
 * What time it is for an outbox whose last step is `frame`, by its own clock, kept going by this page's: the two may differ. Stands
 * still unless `isRunning`.
 */
export function useNow(frame: Frame | undefined, isRunning: boolean): number {
  const seen = useRef<{ frame: Frame | undefined; receivedAt: number }>({ frame: undefined, receivedAt: 0 })
  if (seen.current.frame !== frame) seen.current = { frame, receivedAt: performance.now() }
  const [, draw] = useState(0)
  useEffect(() => {
    if (!isRunning) return undefined
    const timer = setInterval(() => draw((times) => times + 1), 250)
    return () => clearInterval(timer)
  }, [isRunning])
  if (frame === undefined) return 0
  return isRunning ? frame.at + (performance.now() - seen.current.receivedAt) : frame.at
}
