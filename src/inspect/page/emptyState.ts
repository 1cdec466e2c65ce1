import type { ComponentChildren } from 'preact'
import { h } from 'preact'

/** What stands where there is nothing to show: what would be here, and why nothing is. */
export function EmptyState({ title, text }: { readonly title: string; readonly text: string }): ComponentChildren {
  return h('div', { class: 'empty' }, h('p', { class: 'empty-title' }, title), h('p', { class: 'empty-text' }, text))
}
