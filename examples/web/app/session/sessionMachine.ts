import { assign, fromPromise, setup } from 'xstate'
import type { AccountId } from '../../protocol.ts'
import type { Desk } from '../desk/desk.ts'
import { openDesk } from '../desk/desk.ts'
import { deviceOf } from '../sync/device.ts'
import { signInAs } from '../sync/server.ts'
import type { Waiting } from './remembered.ts'
import { forgetAccount, rememberAccount, rememberedAccount, rememberedWaiting, rememberWaiting } from './remembered.ts'

interface SessionContext {
  readonly desk: Desk | undefined
  /** What waits on this device for those who are not here. */
  readonly waiting: Waiting
  /** Who is about to have the desk. */
  readonly next: AccountId | undefined
  /** Why the last sign-in failed. */
  readonly failure: string | undefined
}

type SessionEvent =
  | { readonly type: 'signIn'; readonly accountId: AccountId }
  | { readonly type: 'signOut' }
  /** Another tab has signed somebody in or out. */
  | { readonly type: 'accountChanged'; readonly accountId: AccountId | undefined }

const actors = {
  /** The desk of who was signed in when this device was last used; it needs no connection. */
  restore: fromPromise(async (): Promise<Pick<SessionContext, 'desk' | 'waiting'>> => {
    const accountId = await rememberedAccount()
    return { desk: accountId && openDesk(accountId), waiting: await rememberedWaiting() }
  }),
  /** Gets a token, while whoever is here stays. */
  admit: fromPromise(async ({ input: { next } }: { readonly input: SessionContext }) => {
    if (next !== undefined) await deviceOf(next).keepToken(await signInAs(next))
  }),
  /** Closes the desk. The outbox keeps what waits, and without the token nobody sends it until the account is back. */
  leave: fromPromise(async ({ input: { desk } }: { readonly input: SessionContext }) => {
    if (desk === undefined) return
    await rememberWaiting(desk.accountId, desk.outbox.status().pending)
    if ((await rememberedAccount()) === desk.accountId) {
      await deviceOf(desk.accountId).dropToken()
      await forgetAccount()
    }
    await desk.close()
  }),
  open: fromPromise(async ({ input: { next } }: { readonly input: SessionContext }): Promise<Desk | undefined> => {
    if (next === undefined) return undefined
    await rememberAccount(next)
    const desk = openDesk(next)
    desk.outbox.resume() // from the hold in which the account may have left
    return desk
  }),
}

/** Who is signed in, and so whose desk and outbox are open: never two at once. */
export const sessionMachine = setup({
  types: { context: {} as SessionContext, events: {} as SessionEvent },
  actors,
}).createMachine({
  id: 'session',
  context: { desk: undefined, waiting: {}, next: undefined, failure: undefined },
  initial: 'restoring',
  states: {
    restoring: {
      description: 'Looks who was here.',
      invoke: {
        src: 'restore',
        onDone: { target: 'returning', actions: assign(({ event }) => event.output) },
        onError: 'signedOut',
      },
      on: { accountChanged: { target: 'restoring', reenter: true } },
    },
    signedOut: {
      description: 'Nobody is here.',
      on: {
        signIn: { target: 'admitting', actions: assign({ next: ({ event }) => event.accountId }) },
        accountChanged: 'restoring',
      },
    },
    signedIn: {
      description: 'The desk is open.',
      on: {
        signIn: { target: 'admitting', actions: assign({ next: ({ event }) => event.accountId }) },
        signOut: 'leaving',
        accountChanged: {
          guard: ({ context, event }) => event.accountId !== context.desk?.accountId,
          target: 'leaving',
        },
      },
    },
    admitting: {
      description: 'Asks the server for a token; nobody leaves before it has come.',
      invoke: {
        src: 'admit',
        input: ({ context }) => context,
        onDone: { target: 'leaving', actions: assign({ failure: undefined }) },
        onError: {
          target: 'returning',
          actions: assign({
            next: undefined,
            failure: 'The server cannot be reached, so nobody can sign in just now.',
          }),
        },
      },
    },
    returning: {
      description: 'As it was: somebody is here, or nobody.',
      always: [{ guard: ({ context }) => context.desk !== undefined, target: 'signedIn' }, { target: 'signedOut' }],
    },
    leaving: {
      description: 'Closes the desk, if one is open.',
      invoke: {
        src: 'leave',
        input: ({ context }) => context,
        onDone: { target: 'opening', actions: assign({ desk: undefined }) },
        onError: { target: 'opening', actions: assign({ desk: undefined }) },
      },
    },
    opening: {
      description: 'Opens the desk of who comes next, or of who another tab has signed in.',
      always: { guard: ({ context }) => context.next === undefined, target: 'restoring' },
      invoke: {
        src: 'open',
        input: ({ context }) => context,
        onDone: {
          target: 'signedIn',
          actions: assign({ desk: ({ event }) => event.output, next: undefined }),
        },
        onError: { target: 'signedOut', actions: assign({ next: undefined }) },
      },
    },
  },
})
