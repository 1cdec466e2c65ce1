import type { ComponentChildren } from 'preact'
import { h } from 'preact'
import { useState } from 'preact/hooks'
import type { InspectorSource } from '../source.ts'
import { App } from './app.ts'
import { EmptyState } from './emptyState.ts'
import { sourceOfRecording } from './sourceOfRecording.ts'
import { Toolbar } from './toolbar.ts'

/** What is shown to whoever comes without the token: how to get in, and that a recording can be looked at all the same. */
export function WithoutToken(): ComponentChildren {
  const [recording, setRecording] = useState<InspectorSource>()
  const [problem, setProblem] = useState<string>()
  if (recording !== undefined) return h(App, { source: recording })
  const open = async (file: File) => {
    try {
      setRecording(sourceOfRecording(await file.text()))
    } catch (error) {
      setProblem(error instanceof Error ? error.message : 'This file cannot be read.')
    }
  }
  return h(
    'div',
    { class: 'app' },
    h(Toolbar, {
      name: 'Outbox inspector',
      kind: 'recording',
      condition: 'ended',
      newest: undefined,
      control: false,
      onOrder: () => undefined,
      onOpen: (file) => void open(file),
      onLeave: undefined,
      onSave: undefined,
    }),
    h(
      'div',
      { class: 'content' },
      h(EmptyState, {
        title: 'This address lacks its token',
        text:
          problem ??
          'Open the address that startInspector answered, with everything that follows its #. A recording can be opened without one.',
      }),
    ),
  )
}
