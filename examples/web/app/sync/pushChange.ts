import type { Push } from 'xstate-outbox'
import { HoldError, PermanentError } from 'xstate-outbox'
import { httpPush } from 'xstate-outbox/http'
import type { AccountId, Change, Taken } from '../../protocol.ts'
import type { Device, ServerIds } from './device.ts'
import { deviceOf } from './device.ts'

/** Sends a change under the account's own token, and keeps what the server says before the entry leaves the outbox. */
export function pushChange(accountId: AccountId): Push<Change> {
  const device = deviceOf(accountId)
  const send = httpPush<Change>({
    url: '/api/changes',
    headers: async () => ({ authorization: `Bearer ${await tokenFrom(device)}` }),
    body: ({ payload }) => payload,
    receive: (response) => response.json(),
  })
  return async (entry, context) => {
    const payload = withServerIds(entry.payload, await device.serverIds())
    const taken = (await send({ ...entry, payload }, context)) as Taken
    await device.learn(payload, taken)
    return taken
  }
}

async function tokenFrom(device: Device): Promise<string> {
  const token = await device.token()
  if (token === undefined) throw new HoldError('nobody is signed in')
  return token
}

/** A change as the server understands it: its notebook was created before it, so the server's id is known by now. */
function withServerIds(change: Change, serverIds: ServerIds): Change {
  if (change.kind !== 'saveNote' || !isTemporary(change.notebookId)) return change
  const notebookId = serverIds[change.notebookId]
  if (notebookId === undefined) throw new PermanentError('its notebook was not taken')
  return { ...change, notebookId }
}

const temporary = 'temporary-'

/** An id for a notebook that the server has not seen yet. */
export function temporaryId(): string {
  return temporary + crypto.randomUUID()
}

function isTemporary(id: string): boolean {
  return id.startsWith(temporary)
}
