import type { Outbox } from 'xstate-outbox'
import { createOutbox } from 'xstate-outbox'
import { idbStore } from 'xstate-outbox/idb'
import type { AccountId, Change } from '../../protocol.ts'
import { pushChange } from './pushChange.ts'

/** The account's outbox, in a page or in the service worker: what one account has written is never sent by another. */
export function openOutbox(accountId: AccountId): Outbox<Change> {
  return createOutbox<Change>({
    name: accountId,
    // By name rather than by default: the default is loaded when first used, which a service worker may not do.
    store: idbStore({ name: accountId }),
    push: pushChange(accountId),
    pushTimeoutMs: 15_000,
  })
}

/** The tag of the account's sync event, which page and service worker agree on. */
export function syncTagOf(accountId: AccountId): string {
  return `paperboat/${accountId}`
}
