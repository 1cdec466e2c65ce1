import { createBrowserInspector, createBrowserReceiver } from '@statelyai/inspect'
import type { StatelyInspectionEvent } from '@statelyai/inspect'
import { createOutbox, memoryStore } from 'xstate-outbox'
import { attachInspector, observeSteps, statelyOptions } from 'xstate-outbox/inspect'
import { expect, it } from 'vitest'

/** The window as its own inspector's: what is posted to the other window comes back to this one, as a message does. */
const asOther = {
  self: window,
  top: window,
  opener: window,
  open: () => window,
  addEventListener: window.addEventListener.bind(window),
} as unknown as Window

it('the inspector in another window reads the path of the machine, and no payload', async () => {
  const secret = 'hunter2-of-the-payload'
  await using outbox = createOutbox<{ readonly text: string }>({
    store: memoryStore(),
    push: ({ payload }) => ({ token: payload.text }),
  })
  await outbox.enqueue({ text: 'before' })
  await outbox.flush()

  const inspector = createBrowserInspector({ ...statelyOptions(), window: asOther })
  const received: StatelyInspectionEvent[] = []
  createBrowserReceiver({ window: asOther }).subscribe((event) => received.push(event))
  const path: string[] = []
  observeSteps(outbox, ({ event }) => path.push(event.type))
  attachInspector(outbox, inspector)
  await outbox.enqueue({ text: secret })
  await outbox.flush()
  outbox.pause()

  const typesOf = (messages: readonly StatelyInspectionEvent[]) =>
    messages.flatMap((message) =>
      message.type === '@xstate.snapshot' && message.sessionId === outbox.actor.sessionId ? [message.event.type] : [],
    )
  await expect.poll(() => typesOf(received)).toEqual(path)
  expect(path).toContain('engine.reports')
  expect(path.at(-1)).toBe('pause')
  expect(received[0]).toMatchObject({ type: '@xstate.actor', sessionId: outbox.actor.sessionId })
  expect(received[0]).toHaveProperty('definition', expect.stringContaining('"stopped"'))
  expect(JSON.stringify(received)).not.toContain(secret)
})
