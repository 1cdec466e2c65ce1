import type { AccountId } from '../../protocol.ts'
import { isAccountId } from '../../protocol.ts'

const key = 'paperboat/account'

/** Who is signed in on this device. */
export function rememberedAccount(): AccountId | undefined {
  const accountId = localStorage.getItem(key)
  return isAccountId(accountId) ? accountId : undefined
}

export function rememberAccount(accountId: AccountId): void {
  localStorage.setItem(key, accountId)
}

export function forgetAccount(): void {
  localStorage.removeItem(key)
}

/** Calls back when another tab has signed somebody in or out. */
export function onAccountChange(listener: () => void): void {
  globalThis.addEventListener('storage', (event) => {
    if (event.key === key || event.key === null) listener()
  })
}

const waitingKey = (accountId: AccountId) => `paperboat/waiting/${accountId}`

/** How many changes waited when the account was signed out on this device. */
export function waitingOf(accountId: AccountId): number {
  return Number(localStorage.getItem(waitingKey(accountId)) ?? 0)
}

export function rememberWaiting(accountId: AccountId, pending: number): void {
  localStorage.setItem(waitingKey(accountId), String(pending))
}
