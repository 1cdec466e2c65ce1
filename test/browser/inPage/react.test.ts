import { useSelector } from '@xstate/react'
import { StrictMode, createElement, useSyncExternalStore } from 'react'
import { createRoot, hydrateRoot } from 'react-dom/client'
import { renderToString } from 'react-dom/server'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Outbox } from '../../../src/index.ts'
import { createOutbox } from '../../../src/index.ts'

interface Note {
  readonly text: string
}

let name = ''
let pushed: string[] = []
const outboxes: Outbox<Note>[] = []

/** The app's module, evaluated: each time another outbox of the same name. */
function evaluateModule({ autoStart = true } = {}): Outbox<Note> {
  const outbox = createOutbox<Note>({ name, autoStart, push: ({ payload }) => void pushed.push(payload.text) })
  outboxes.push(outbox)
  return outbox
}

beforeEach(() => {
  name = crypto.randomUUID()
  pushed = []
})

afterEach(async () => {
  await Promise.all(outboxes.splice(0).map((outbox) => outbox.stop()))
  document.body.replaceChildren()
})

function SyncMark({ outbox }: { readonly outbox: Outbox<Note> }) {
  const { pending, state } = useSyncExternalStore(outbox.subscribe, outbox.status, outbox.status)
  const isPaused = useSelector(outbox.actor, (snapshot) => snapshot.matches({ idle: 'paused' }))
  return createElement('p', null, `${state}, ${pending} waiting${isPaused ? ', paused' : ''}`)
}

function newDiv(): HTMLDivElement {
  return document.body.appendChild(document.createElement('div'))
}

describe('one outbox of a module', () => {
  it('is followed by a component under StrictMode, and survives its mounts and unmounts', async () => {
    const outbox = evaluateModule()
    const div = newDiv()
    outbox.pause()
    for (const round of [1, 2, 3]) {
      const root = createRoot(div)
      root.render(createElement(StrictMode, null, createElement(SyncMark, { outbox })))
      await outbox.enqueue({ text: `note ${round}` })
      await vi.waitFor(() => expect(div.textContent).toBe(`idle, ${round} waiting, paused`))
      root.unmount()
    }
    outbox.resume()
    await outbox.flush()
    expect(pushed).toEqual(['note 1', 'note 2', 'note 3'])
  })

  it('hydrates what a server rendered without a complaint', async () => {
    const complaints = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const onServer = evaluateModule({ autoStart: false })
    const div = newDiv()
    div.innerHTML = renderToString(createElement(SyncMark, { outbox: onServer }))
    expect(div.textContent).toBe('draining, 0 waiting')
    const inPage = evaluateModule({ autoStart: false })
    const onRecoverableError = vi.fn()
    const root = hydrateRoot(div, createElement(SyncMark, { outbox: inPage }), { onRecoverableError })
    inPage.actor.start()
    await vi.waitFor(() => expect(div.textContent).toBe('idle, 0 waiting'))
    expect(onRecoverableError).not.toHaveBeenCalled()
    expect(complaints).not.toHaveBeenCalled()
    complaints.mockRestore()
    root.unmount()
  })

  it('hands over to its successor at a hot reload: nothing is lost, nothing is pushed twice', async () => {
    const before = evaluateModule()
    before.pause()
    await before.enqueue({ text: 'before' })
    const after = evaluateModule()
    void before.stop()
    await after.enqueue({ text: 'after' })
    after.resume()
    await vi.waitFor(async () => expect(await after.size()).toBe(0))
    expect(pushed).toEqual(['before', 'after'])
  })
})
