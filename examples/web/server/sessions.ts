import { randomBytes } from 'node:crypto'
import type { AccountId } from '../protocol.ts'

/** Who has signed in, by token. */
export interface Sessions {
  begin(accountId: AccountId): string
  /** The account of an `Authorization` header. */
  accountOf(authorization: string | undefined): AccountId | undefined
  /** Forgets every token. */
  endAll(): void
}

export function createSessions(): Sessions {
  const accountsByToken = new Map<string, AccountId>()
  return {
    begin(accountId) {
      const token = randomBytes(24).toString('base64url')
      accountsByToken.set(token, accountId)
      return token
    },
    accountOf: (authorization = '') => accountsByToken.get(authorization.replace(/^Bearer /, '')),
    endAll: () => accountsByToken.clear(),
  }
}
