import { createStore, del, get, set } from 'idb-keyval'
import type { AccountId } from '../../protocol.ts'
import { accounts, isAccountId } from '../../protocol.ts'

// In IndexedDB, where the entries are: what localStorage was told in the last seconds, a crash takes back.
const store = createStore('paperboat', 'session')
const channel = new BroadcastChannel('paperboat/session')

/** Who is signed in on this device. */
export async function rememberedAccount(): Promise<AccountId | undefined> {
  const accountId = await get<unknown>('account', store)
  return isAccountId(accountId) ? accountId : undefined
}

export async function rememberAccount(accountId: AccountId): Promise<void> {
  await set('account', accountId, store)
  tellOthers(accountId)
}

export async function forgetAccount(): Promise<void> {
  await del('account', store)
  tellOthers(undefined)
}

function tellOthers(accountId: AccountId | undefined): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- that is a window's; a channel stays within its origin
  channel.postMessage(accountId)
}

/** Calls back when another tab has signed somebody in, or out. */
export function onAccountChange(listener: (accountId: AccountId | undefined) => void): void {
  channel.addEventListener('message', ({ data }: MessageEvent<unknown>) =>
    listener(isAccountId(data) ? data : undefined),
  )
}

/** How many changes of each account waited when it was signed out on this device. */
export type Waiting = Readonly<Partial<Record<AccountId, number>>>

export async function rememberedWaiting(): Promise<Waiting> {
  const counts = await Promise.all(accounts.map(async ({ id }) => [id, await get<number>(`waiting/${id}`, store)]))
  return Object.fromEntries(counts) as Waiting
}

export async function rememberWaiting(accountId: AccountId, pending: number): Promise<void> {
  await set(`waiting/${accountId}`, pending, store)
}
