import type { AccountId, Books, ServerState } from '../../protocol.ts'

/** The server's answer when it takes no request of this token. */
export class SignedOutError extends Error {}

/** @returns a token. */
export async function signInAs(accountId: AccountId): Promise<string> {
  const { token } = (await ask('POST', '/api/session', { body: { accountId } })) as { readonly token: string }
  return token
}

/** @throws SignedOutError */
export async function fetchBooks(token: string): Promise<Books> {
  return (await ask('GET', '/api/books', { token })) as Books
}

export async function fetchServerState(): Promise<ServerState> {
  return (await ask('GET', '/demo/state')) as ServerState
}

export async function switchServer(
  state: Partial<Pick<ServerState, 'trouble' | 'refusesCoffee'>>,
): Promise<ServerState> {
  return (await ask('POST', '/demo/state', { body: state })) as ServerState
}

export async function signEverybodyOut(): Promise<ServerState> {
  return (await ask('POST', '/demo/sign-out', { body: {} })) as ServerState
}

async function ask(
  method: string,
  path: string,
  { token, body }: { readonly token?: string; readonly body?: object } = {},
): Promise<unknown> {
  const response = await fetch(path, {
    method,
    headers: {
      ...(body && { 'content-type': 'application/json' }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    ...(body && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(15_000),
  })
  if (response.status === 401) throw new SignedOutError('the server has signed this device out')
  if (!response.ok) throw new Error(`the server answered ${response.status}`)
  return response.json()
}
