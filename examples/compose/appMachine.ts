// An app's own machine with the sync machine inside. Saving works at any time; when the remote refuses the token, the app asks its
// user to sign in, and the outbox goes on where it stood.
import { sendTo, setup } from 'xstate'
import type { SyncOptions } from 'xstate-outbox'
import { createSyncMachine } from 'xstate-outbox'

/** What the app saves. */
export interface Todo {
  readonly title: string
}

type AppEvent =
  | { readonly type: 'save'; readonly todo: Todo }
  | { readonly type: 'signIn'; readonly token: string }
  | { readonly type: 'quit' }

/** The app for these options of its outbox; `onSignIn` keeps the token where `push` finds it. */
export const createAppMachine = (options: SyncOptions<Todo>, onSignIn: (token: string) => void) =>
  setup({
    types: { events: {} as AppEvent, children: {} as { sync: 'sync' } },
    actors: { sync: createSyncMachine<Todo>(options) },
    actions: { keepToken: (_, { token }: { readonly token: string }) => onSignIn(token) },
  }).createMachine({
    id: 'app',
    // At the root: the outbox lives as long as the app, whatever state that is in.
    invoke: {
      id: 'sync',
      src: 'sync',
      onSnapshot: { guard: ({ event }) => event.snapshot.matches({ idle: 'held' }), target: '.signedOut' },
      onDone: '.closed',
    },
    on: {
      save: { actions: sendTo('sync', ({ event }) => ({ type: 'enqueue', payload: event.todo })) },
      quit: { actions: sendTo('sync', { type: 'stop' }) },
    },
    initial: 'signedIn',
    states: {
      signedIn: { description: 'Nothing is asked of the user.' },
      signedOut: {
        description: 'The remote refuses the token: the outbox holds, and keeps what is saved.',
        on: {
          signIn: {
            target: 'signedIn',
            actions: [{ type: 'keepToken', params: ({ event }) => event }, sendTo('sync', { type: 'resume' })],
          },
        },
      },
      closed: { description: 'The outbox has stopped; what waits is in its store.', type: 'final' },
    },
  })
