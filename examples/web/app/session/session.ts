import { createActor } from 'xstate'
import { onAccountChange } from './remembered.ts'
import { sessionMachine } from './sessionMachine.ts'

/** The session of this page. Outside of React: its outbox outlives every component. */
export const session = createActor(sessionMachine).start()

onAccountChange((accountId) => session.send({ type: 'accountChanged', accountId }))
