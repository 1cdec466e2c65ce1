import { once } from 'node:events'
import { createActor, toPromise } from 'xstate'
import { createOutbox, createSyncMachine } from '../../dist/src/index.js'
import { fsStore } from '../../dist/src/store/fs/index.js'

const survives = 'power loss'

/** The store by itself: append, read, settle. */
export const outboxStore = {
  name: 'xstate-outbox, store alone',
  survives,
  open({ directory }) {
    const store = fsStore({ directory })
    let isHalted = false
    let draining
    const draft = (payload) => {
      const body = JSON.stringify(payload)
      return {
        id: crypto.randomUUID(),
        body,
        codec: 'json',
        version: 1,
        lane: 'default',
        enqueuedAt: Date.now(),
        items: 1,
        bytes: body.length,
      }
    }

    async function drain(push) {
      const lease = await store.lease(new AbortController().signal)
      while (!isHalted) {
        const page = await store.read({ limit: 256 })
        if (page.length === 0) await new Promise(setImmediate)
        for (const { seq, id, attempts, items, bytes, body } of page) {
          if (isHalted) break
          await push(JSON.parse(body))
          const audit = { direction: 'push', id, attempts, items, bytes, at: Date.now() }
          await store.settle([{ kind: 'delivered', seq, id, audit }], lease)
        }
      }
      await lease.release()
    }

    return {
      enqueue: (payload) => store.append([draft(payload)]),
      enqueueMany: (payloads) => store.append(payloads.map(draft)),
      drain(push) {
        draining = drain(push)
      },
      async close() {
        isHalted = true
        await draining
        await store.close()
      },
    }
  },
}

/** What an app does: `createOutbox`. */
export const outboxHandle = {
  name: 'xstate-outbox, handle',
  survives,
  open({ directory }) {
    const gate = createGate()
    const { push, pushTimeoutMs } = gate
    const outbox = createOutbox({ store: fsStore({ directory }), push, pushTimeoutMs })
    return {
      enqueue: (payload) => outbox.enqueue(payload),
      enqueueMany: (payloads) => outbox.enqueueAll(payloads.map((payload) => ({ payload }))),
      drain: gate.open,
      close: () => outbox.stop(),
    }
  },
}

/** What an app does that lives in XState: an actor, its events, no promises. */
export const outboxMachine = {
  name: 'xstate-outbox, machine',
  survives,
  open({ directory }) {
    const gate = createGate()
    const { push, pushTimeoutMs } = gate
    const actor = createActor(createSyncMachine({ store: fsStore({ directory }), push, pushTimeoutMs }))
    const waiting = new Map()
    let last = 0
    const answer = (id, method, value) => {
      waiting.get(id)?.[method](value)
      waiting.delete(id)
    }
    actor.on('enqueued', ({ id }) => answer(id, 'resolve'))
    actor.on('enqueueFailed', ({ id, error }) => answer(id, 'reject', error))
    actor.start()
    const kept = () => {
      const id = `entry-${process.pid}-${(last += 1)}`
      return [id, new Promise((resolve, reject) => waiting.set(id, { resolve, reject }))]
    }
    return {
      enqueue(payload) {
        const [id, answered] = kept()
        actor.send({ type: 'enqueue', id, payload })
        return answered
      },
      enqueueMany(payloads) {
        const all = payloads.map((payload) => [payload, ...kept()])
        actor.send({ type: 'enqueueAll', entries: all.map(([payload, id]) => ({ id, payload })) })
        return Promise.all(all.map(([, , answered]) => answered))
      },
      drain: gate.open,
      async close() {
        actor.send({ type: 'stop' })
        await toPromise(actor)
      },
    }
  },
}

/** A push that waits until the drain begins: an outbox drains by itself. */
function createGate() {
  let pushOn
  const events = new EventTarget()
  return {
    pushTimeoutMs: 3_600_000,
    async push({ payload }, context) {
      if (pushOn === undefined) await once(events, 'open', { signal: context.signal })
      return pushOn(payload)
    },
    open(push) {
      pushOn = push
      events.dispatchEvent(new Event('open'))
    },
  }
}
