// Where an outbox stands, in React. Without JSX, so that it runs as it is.
import { createElement as h, useSyncExternalStore } from 'react'
import type { Outbox, Status } from 'xstate-outbox'

/** As much of an outbox as is shown, whatever its payloads are. */
type Shown = Pick<Outbox<unknown>, 'status' | 'subscribe' | 'flush' | 'resume'> & {
  readonly deadLetters: { requeueAll(): Promise<number> }
}

/** The status of an outbox; the component renders again only when it changes. */
function useOutboxStatus({ subscribe, status }: Shown): Status {
  return useSyncExternalStore(subscribe, status, status)
}

/** What waits, what failed for good, and a button where there is something to do. */
export function SyncStatus({ outbox }: { readonly outbox: Shown }) {
  const { state, reason, pending, dead } = useOutboxStatus(outbox)
  return h(
    'p',
    { role: 'status' },
    `${pending} waiting, ${dead} failed`,
    state === 'backoff' && h('button', { onClick: () => void outbox.flush() }, 'Try now'),
    reason === 'paused' && h('button', { onClick: outbox.resume }, 'Go on'),
    dead > 0 && h('button', { onClick: () => void outbox.deadLetters.requeueAll() }, 'Try the failed ones again'),
  )
}
