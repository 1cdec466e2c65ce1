import { useEffect } from 'react'

/** Shows on the icon of the installed app how many changes wait, where the platform can. */
export function useAppBadge(pending: number): void {
  useEffect(() => {
    const { setAppBadge } = navigator as Partial<Navigator>
    setAppBadge?.call(navigator, pending).catch(() => undefined) // not installed: there is no icon
  }, [pending])
}
