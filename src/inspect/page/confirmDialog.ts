import type { ComponentChildren } from 'preact'
import { h } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'

/** What is asked before something is destroyed. */
export interface Question {
  readonly title: string
  readonly text: string
  /** The entry that it is about. */
  readonly id: string
  /** What the button that does it says. */
  readonly verb: string
  readonly onConfirm: () => void
}

/** Asks within the page; Escape, and what has the focus at first, change nothing. */
export function ConfirmDialog({
  question,
  onClose,
}: {
  readonly question: Question
  readonly onClose: () => void
}): ComponentChildren {
  const dialog = useRef<HTMLDialogElement>(null)
  useLayoutEffect(() => {
    dialog.current?.showModal()
  }, [])
  const { title, text, id, verb, onConfirm } = question
  const confirm = () => {
    onConfirm()
    onClose()
  }
  return h(
    'dialog',
    { ref: dialog, class: 'dialog', 'aria-labelledby': 'dialog-title', 'aria-describedby': 'dialog-text', onClose },
    h('h2', { id: 'dialog-title' }, title),
    h('p', { id: 'dialog-text' }, text),
    h('p', { class: 'mono dialog-id' }, id),
    h(
      'div',
      { class: 'dialog-buttons' },
      h('button', { type: 'button', class: 'button', autofocus: true, onClick: onClose }, 'Keep it'),
      h('button', { type: 'button', class: 'button danger', onClick: confirm }, verb),
    ),
  )
}
