import { createElement } from 'react'
import { createRoot } from 'react-dom/client'
import { afterEach, expect, it, vi } from 'vitest'
import type { Note } from '../../../examples/tasks/notesPage.ts'
import { openNotes } from '../../../examples/tasks/notesPage.ts'
import { SyncStatus } from '../../../examples/tasks/reactStatus.ts'
import { PermanentError, UnreachableError, createOutbox, memoryStore } from '../../../src/index.ts'
import { scriptedPush } from '../../../src/testing/index.ts'

afterEach(() => document.body.replaceChildren())

const text = (selector: string) => document.querySelector(selector)?.textContent

function keep(note: string): void {
  const input = document.querySelector('input')
  if (input) input.value = note
  document.querySelector('form')?.requestSubmit()
}

it('the notes page keeps notes while offline, shows them after a reload, and pushes them in order', async () => {
  const name = crypto.randomUUID()
  const offline = openNotes(
    document.body,
    scriptedPush<Note>(() => Promise.reject(new UnreachableError('offline'))),
    name,
  )
  keep('milk')
  await vi.waitFor(() => expect(document.querySelector('input')?.value).toBe(''))
  keep('bread')
  await vi.waitFor(() => expect(text('pre')).toBe('milk\nbread'))
  await vi.waitFor(() =>
    expect(text('p')).toMatch(/^The first entry is tried again in \d s: offline; 2 entries wait\.$/),
  )
  await offline.stop()
  document.body.replaceChildren()

  const push = scriptedPush<Note>()
  const online = openNotes(document.body, push, name)
  await online.flush()
  await vi.waitFor(() => expect([text('pre'), text('p')]).toEqual(['', 'Everything has been pushed.']))
  expect(push.calls.map(({ entry }) => entry.payload.text)).toEqual(['milk', 'bread'])
  await online.destroy()
})

it('the notes page says so when a note could not be kept', async () => {
  const outbox = openNotes(document.body, scriptedPush<Note>(), crypto.randomUUID())
  await outbox.destroy()
  keep('milk')
  await vi.waitFor(() => expect(text('p')).toMatch(/^Not kept: OutboxError: this outbox has been stopped/))
  expect(document.querySelector('input')?.value).toBe('milk')
})

it('the status in React follows the outbox, and its buttons do what they say', async () => {
  const push = scriptedPush<string>([new UnreachableError('offline'), new PermanentError('no')])
  const outbox = createOutbox<string>({ store: memoryStore(), push, backoff: () => 60_000 })
  const root = createRoot(document.body.appendChild(document.createElement('div')))
  root.render(createElement(SyncStatus, { outbox }))
  const press = () => document.querySelector('button')?.click()

  await outbox.enqueue('a')
  await vi.waitFor(() => expect(text('p')).toBe('1 waiting, 0 failedTry now'))
  press()
  await vi.waitFor(() => expect(text('p')).toBe('0 waiting, 1 failedTry the failed ones again'))
  press()
  await vi.waitFor(() => expect(text('p')).toBe('0 waiting, 0 failed'))
  outbox.pause()
  await vi.waitFor(() => expect(text('button')).toBe('Go on'))
  press()
  await vi.waitFor(() => expect(text('p')).toBe('0 waiting, 0 failed'))
  expect(push.calls).toHaveLength(3)
  root.unmount()
  await outbox.stop()
})
