import type { ComponentChildren } from 'preact'
import { Fragment, h } from 'preact'
import { useState } from 'preact/hooks'
import type { InspectorSource, Order } from '../source.ts'
import type { Question } from './confirmDialog.ts'
import { ConfirmDialog } from './confirmDialog.ts'
import { EmptyState } from './emptyState.ts'
import { Scrubber } from './scrubber.ts'
import type { Frame } from './session.ts'
import { sourceOfRecording } from './sourceOfRecording.ts'
import { StatusHero } from './statusHero.ts'
import { Toolbar } from './toolbar.ts'
import { useAbilities } from './useAbilities.ts'
import { useNow } from './useNow.ts'
import { useSession } from './useSession.ts'
import { saveSession } from './saveSession.ts'
import { Views } from './views.ts'

/** The whole page: what is inspected is an outbox, or a recording that somebody opened meanwhile. */
export function App({ source }: { readonly source: InspectorSource }): ComponentChildren {
  const [recording, setRecording] = useState<InspectorSource>()
  const [notice, setNotice] = useState<string>()

  const open = async (file: File) => {
    try {
      setRecording(sourceOfRecording(await file.text()))
      setNotice(undefined)
    } catch (error) {
      setNotice(error instanceof Error ? error.message : 'This file cannot be read.')
    }
  }
  const shown = recording ?? source
  const onLeave = recording === undefined || source.kind === 'recording' ? undefined : () => setRecording(undefined)
  const onDrop = (event: DragEvent) => {
    event.preventDefault()
    const file = event.dataTransfer?.files[0]
    if (file !== undefined) void open(file)
  }
  return h(
    'div',
    { class: 'app', onDragOver: (event: DragEvent) => event.preventDefault(), onDrop },
    // Another source is another page: nothing of the one before is kept.
    h(Inspected, {
      key: numberOf(shown),
      source: shown,
      onOpen: (file) => void open(file),
      onLeave,
      onNotice: setNotice,
    }),
    h(
      'p',
      { class: 'notice', role: 'alert', hidden: notice === undefined },
      notice,
      notice === undefined
        ? null
        : h('button', { type: 'button', class: 'button small', onClick: () => setNotice(undefined) }, 'Close'),
    ),
  )
}

const numbers = new WeakMap<InspectorSource, number>()
let lastNumber = 0

function numberOf(source: InspectorSource): number {
  const number = numbers.get(source) ?? (lastNumber += 1)
  numbers.set(source, number)
  return number
}

function Inspected(props: {
  readonly source: InspectorSource
  readonly onOpen: (file: File) => void
  readonly onLeave: (() => void) | undefined
  readonly onNotice: (notice: string | undefined) => void
}): ComponentChildren {
  const { source, onOpen, onLeave, onNotice } = props
  const session = useSession(source)
  const { control } = useAbilities(source)
  const [question, setQuestion] = useState<Question>()
  /** The step that is looked at; none: the newest. */
  const [chosen, setChosen] = useState<number | undefined>(source.kind === 'recording' ? 0 : undefined)

  const frames = session.frames()
  const newest = frames.at(-1)
  const frame = frameAt(frames, chosen) ?? newest
  const isFollowing = chosen === undefined
  const isLive = source.kind === 'live' && session.condition() === 'live'
  const now = useNow(frame, isLive && isFollowing && frame?.status.state !== 'stopped')

  const order = async (ordered: Order) => {
    try {
      const count = await source.control(ordered)
      onNotice(count === 0 && 'id' in ordered ? `Entry ${ordered.id} was not there any more.` : undefined)
    } catch (error) {
      onNotice(`That did not work: ${error instanceof Error ? error.message : String(error)}.`)
    }
  }
  const looking = { source, now, control, onOrder: (ordered: Order) => void order(ordered), onAsk: setQuestion }
  return h(
    Fragment,
    null,
    h(Toolbar, {
      name: session.head()?.name ?? 'outbox',
      kind: source.kind,
      condition: session.condition(),
      newest,
      control,
      onOrder: looking.onOrder,
      onOpen,
      onLeave,
      onSave: source.kind === 'live' && frames.length > 1 ? () => saveSession(session) : undefined,
    }),
    frame === undefined
      ? h('div', { class: 'content' }, h(NoFrame, { condition: session.condition() }))
      : h(
          'div',
          { class: 'content' },
          h(StatusHero, { frame, now }),
          h(Views, { ...looking, frame, frames, onGo: setChosen }),
          h(Scrubber, { frames, frame, isFollowing, isLive, onGo: setChosen, onFollow: () => setChosen(undefined) }),
        ),
    question === undefined ? null : h(ConfirmDialog, { question, onClose: () => setQuestion(undefined) }),
  )
}

/** The frame of this index, or the oldest that is still there. */
function frameAt(frames: readonly Frame[], index: number | undefined): Frame | undefined {
  const [first] = frames
  if (index === undefined || first === undefined) return undefined
  return frames[Math.max(0, index - first.index)]
}

function NoFrame({ condition }: { readonly condition: 'live' | 'lost' | 'ended' }): ComponentChildren {
  return condition === 'lost'
    ? h(EmptyState, {
        title: 'The inspector cannot be reached',
        text: 'Its process has ended, or this address is from an earlier start. Open the address that it printed last; this page goes on trying.',
      })
    : h('p', { class: 'loading' }, 'Connecting …')
}
