import type { ComponentChildren } from 'preact'
import { h } from 'preact'
import type { ShownList } from './useList.ts'
import { pageRows } from './useList.ts'

/** The ways through a list of pages; `of` is how many rows there are in all, where that is known. */
export function Pager({
  list,
  of,
  label,
}: {
  readonly list: ShownList<unknown>
  readonly of: number
  readonly label: string
}): ComponentChildren {
  const { page, pageIndex, newer, older, first } = list
  if (page === undefined || (older === undefined && newer === undefined)) return null
  const begin = pageIndex * pageRows
  const range = `${(begin + 1).toLocaleString('en-US')}–${(begin + page.rows.length).toLocaleString('en-US')}`
  const step = (text: string, go: (() => void) | undefined) =>
    h('button', { type: 'button', class: 'button small', disabled: go === undefined, onClick: go }, text)
  return h(
    'nav',
    { class: 'pager', 'aria-label': label },
    step('First', first),
    step('Previous', newer),
    h('span', { class: 'pager-range' }, of > 0 ? `${range} of ${of.toLocaleString('en-US')}` : range),
    step('Next', older),
  )
}
