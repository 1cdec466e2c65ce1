import { HoldError, PermanentError } from '../../../src/errors.ts'
import type { InspectorServerOptions } from '../../../src/inspect/server/startInspector.ts'
import type { Opened, Studio, Viewing } from './opened.ts'

/** What the remote is sent, and what it makes of it. */
export interface Order {
  readonly title: string
  readonly fate?: 'die' | 'hold'
}

/** Takes an order, refuses it for good, or wants to know first who sends it. */
export function pushOrder({ payload: { title, fate } }: { readonly payload: Order }): void {
  if (fate === 'die') throw new PermanentError(`422: ${title} is not sold here`)
  if (fate === 'hold') throw new HoldError('sign in again')
}

/** An inspected outbox in the midst of things: two delivered, two dead, and three that wait for a hold to be lifted. */
export function openBusy(studio: Studio, more: InspectorServerOptions & Viewing = {}): Promise<Opened<Order>> {
  return studio.open<Order>(
    { push: pushOrder, meta: ({ title }) => ({ about: title }) },
    {
      name: 'orders',
      control: true,
      payloads: true,
      prepare: async (outbox: Opened<Order>['outbox']) => {
        for (const title of ['milk', 'bread']) await outbox.enqueue({ title })
        for (const title of ['tar', 'lead']) await outbox.enqueue({ title, fate: 'die' })
        for (const title of ['eggs', 'salt', 'rice']) await outbox.enqueue({ title, fate: 'hold' })
        await outbox.flush()
      },
      ...more,
    },
  )
}

/** The names of the page's tabs. */
export const views = ['Machine', 'Waiting', 'Dead letters', 'Audit', 'Events']
