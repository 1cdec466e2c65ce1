import { createContext, use, useEffect, useState, useSyncExternalStore } from 'react'
import type { Status } from 'xstate-outbox'
import type { Desk } from './desk.ts'
import type { View } from './view.ts'

/** The desk that the parts of the page are about. */
export const DeskContext = createContext<Desk | undefined>(undefined)

export function useDesk(): Desk {
  const desk = use(DeskContext)
  if (desk === undefined) throw new Error('there is no DeskContext around this')
  return desk
}

export function useView(): View {
  const { subscribe, view } = useDesk()
  return useSyncExternalStore(subscribe, view)
}

/** Where the outbox stands; renders again only when that changes. */
export function useStatus(): Status {
  const { subscribe, status } = useDesk().outbox
  return useSyncExternalStore(subscribe, status)
}

/** Whether the server wants another sign-in, by what the outbox or the page itself has met. */
export function useIsSignedOut(): boolean {
  const { subscribe, isSignedOut } = useDesk()
  const isRefused = useSyncExternalStore(subscribe, isSignedOut)
  return useStatus().held !== undefined || isRefused
}

/** The outbox in its own words, which count down while it waits. */
export function useExplanation(): string {
  const { outbox } = useDesk()
  const { nextAttemptAt } = useStatus()
  const [, setTicks] = useState(0)
  useEffect(() => {
    if (nextAttemptAt === undefined) return
    const timer = setInterval(() => setTicks((ticks) => ticks + 1), 1_000)
    return () => clearInterval(timer)
  }, [nextAttemptAt])
  return outbox.explain()
}
