import { useEffect, useState } from 'react'
import type { ServerState } from '../../protocol.ts'
import { useStatus } from '../desk/useDesk.ts'
import { fetchServerState } from '../sync/server.ts'

/** The server's switches as they stand, asked for again whenever the outbox has moved. */
export function useServerState() {
  const [server, setServer] = useState<ServerState>()
  const [isOutOfReach, setIsOutOfReach] = useState(false)
  const status = useStatus()

  function change(ask: () => Promise<ServerState>): void {
    ask().then(
      (state) => {
        setServer(state)
        setIsOutOfReach(false)
      },
      () => setIsOutOfReach(true),
    )
  }

  useEffect(() => change(fetchServerState), [status])
  return { server, isOutOfReach, change }
}
