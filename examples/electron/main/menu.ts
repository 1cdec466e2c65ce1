/** What the menu of tray and app says and does. */
export interface MenuState {
  readonly pending: number
  readonly isReachable: boolean
  openWindow(): void
  setReachable(isReachable: boolean): void
}

/** As much of Electron's menu items as is used. */
export interface MenuLine {
  readonly label?: string
  readonly type?: 'checkbox' | 'separator'
  readonly role?: 'quit'
  readonly enabled?: boolean
  readonly checked?: boolean
  readonly accelerator?: string
  readonly click?: () => void
}

/** How many notes wait, for a line in a menu. */
export function pendingLine(pending: number): string {
  if (pending === 0) return 'Everything is sent'
  return pending === 1 ? '1 note waits' : `${pending} notes wait`
}

/** The lines of the menu. */
export function menuLines({ pending, isReachable, openWindow, setReachable }: MenuState): MenuLine[] {
  return [
    { label: pendingLine(pending), enabled: false },
    { type: 'separator' },
    { label: 'New window', accelerator: 'CmdOrCtrl+N', click: openWindow },
    {
      label: 'The remote can be reached',
      type: 'checkbox',
      checked: isReachable,
      click: () => setReachable(!isReachable),
    },
    { type: 'separator' },
    { role: 'quit' },
  ]
}
