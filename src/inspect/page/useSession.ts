import { useEffect, useMemo, useState } from 'preact/hooks'
import type { InspectorSource } from '../source.ts'
import type { Session } from './session.ts'
import { createSession } from './session.ts'

/** Frames of a live session that stay to be looked back at. */
const mostFrames = 2_000
/** The page is drawn again at most this often, however much happens. */
const drawMs = 60

/** The session of a source, drawn again as it grows. */
export function useSession(source: InspectorSource): Session {
  const session = useMemo(() => createSession(source.kind === 'live' ? mostFrames : Infinity), [source])
  const [, draw] = useState(0)
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const endSteps = source.steps((line) => {
      session.add(typeof line === 'function' ? line() : line)
      timer ??= setTimeout(() => {
        timer = undefined
        draw((times) => times + 1)
      }, drawMs)
    })
    return () => {
      endSteps()
      clearTimeout(timer)
    }
  }, [source, session])
  return session
}
