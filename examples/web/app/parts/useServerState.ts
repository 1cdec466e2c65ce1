import { useEffect, useRef, useState } from 'react'
import type { ServerState } from '../../protocol.ts'
import { useStatus } from '../desk/useDesk.ts'
import { fetchServerState } from '../sync/server.ts'

/** The server's switches as they stand, asked for again whenever the outbox has moved. */
export function useServerState() {
  const [server, setServer] = useState<ServerState>()
  const [isOutOfReach, setIsOutOfReach] = useState(false)
  const changes = useRef({ begun: 0, ended: 0 })
  const status = useStatus()

  /** @param hoped - what the answer is going to say: shown at once, and taken back if none comes. */
  function change(ask: () => Promise<ServerState>, hoped: Partial<ServerState> = {}): void {
    changes.current.begun += 1
    setServer((state) => state && { ...state, ...hoped })
    void answerOf(ask).then((answer) => {
      changes.current.ended += 1
      setServer(answer ?? server)
      setIsOutOfReach(answer === undefined)
    })
  }

  useEffect(() => {
    const { begun } = changes.current
    void answerOf(fetchServerState).then((answer) => {
      // What was asked for before a change, or while it was made, may be what was before it.
      if (changes.current.begun !== begun || changes.current.ended !== begun) return
      if (answer !== undefined) setServer(answer)
      setIsOutOfReach(answer === undefined)
    })
  }, [status])
  return { server, isOutOfReach, change }
}

/** Undefined when none came. */
function answerOf(ask: () => Promise<ServerState>): Promise<ServerState | undefined> {
  return ask().catch(() => undefined)
}
