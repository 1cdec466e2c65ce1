import type { ComponentChildren } from 'preact'
import { h } from 'preact'
import { EmptyState } from './emptyState.ts'
import { Pager } from './pager.ts'
import type { ShownList } from './useList.ts'

/** A list with its pager, or what stands in its place: nothing yet, nothing at all, or why it cannot be read. */
export function ListView<Row>(props: {
  readonly list: ShownList<Row>
  /** How many rows there are in all; 0 where that is not known. */
  readonly of: number
  readonly label: string
  readonly empty: { readonly title: string; readonly text: string }
  readonly head?: ComponentChildren
  readonly row: (row: Row) => ComponentChildren
  readonly kind?: string
}): ComponentChildren {
  const { list, of, label, empty, head, row, kind = 'rows' } = props
  const { page, error } = list
  if (error !== undefined) return h(EmptyState, { title: 'This list cannot be read', text: `${error}.` })
  if (page === undefined) return h('p', { class: 'loading' }, 'Reading the store …')
  if (page.rows.length === 0) return h(EmptyState, empty)
  return h(
    'div',
    { class: 'list' },
    h('div', { class: 'list-head' }, head, h(Pager, { list, of, label: `Pages of ${label}` })),
    h('ol', { class: kind, 'aria-label': label }, page.rows.map(row)),
  )
}
