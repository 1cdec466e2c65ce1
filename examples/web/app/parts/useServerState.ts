import { useEffect, useState } from 'react'
import type { ServerState } from '../../protocol.ts'
import { useStatus } from '../desk/useDesk.ts'
import { fetchServerState } from '../sync/server.ts'

/** The server's switches as they stand, asked for again whenever the outbox has moved. */
export function useServerState() {
  const [server, setServer] = useState<ServerState>()
  const [isOutOfReach, setIsOutOfReach] = useState(false)
  const status = useStatus()

  /** @param hoped - what the answer is going to say: shown at once, and taken back if none comes. */
  function change(ask: () => Promise<ServerState>, hoped: Partial<ServerState> = {}): void {
    setServer((state) => state && { ...state, ...hoped })
    ask().then(
      (state) => {
        setServer(state)
        setIsOutOfReach(false)
      },
      () => {
        setServer(server)
        setIsOutOfReach(true)
      },
    )
  }

  useEffect(() => change(fetchServerState), [status])
  return { server, isOutOfReach, change }
}
