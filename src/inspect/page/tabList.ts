import type { ComponentChildren } from 'preact'
import { h } from 'preact'

/** One view among those that the tabs lead to. */
export interface Tab<Id extends string> {
  readonly id: Id
  readonly text: string
  /** A number beside the text. */
  readonly count?: number
}

/** Tabs: the arrow keys, Home and End move among them. */
export function TabList<Id extends string>(props: {
  readonly tabs: readonly Tab<Id>[]
  readonly chosen: Id
  readonly onChoose: (id: Id) => void
}): ComponentChildren {
  const { tabs, chosen, onChoose } = props
  const onKeyDown = (event: KeyboardEvent & { readonly currentTarget: HTMLElement }) => {
    // Where the focus is: the page may not have been drawn since the last key.
    const present = [...event.currentTarget.children].findIndex((button) => button === event.target)
    const targets: Readonly<Record<string, number>> = {
      ArrowRight: (present + 1) % tabs.length,
      ArrowLeft: (present - 1 + tabs.length) % tabs.length,
      Home: 0,
      End: tabs.length - 1,
    }
    const target = targets[event.key]
    const tab = target === undefined ? undefined : tabs[target]
    if (tab === undefined || target === undefined) return
    event.preventDefault()
    onChoose(tab.id)
    const button = event.currentTarget.children[target]
    if (button instanceof HTMLElement) button.focus()
  }
  return h(
    'div',
    { class: 'tabs', role: 'tablist', 'aria-label': 'Views', onKeyDown },
    tabs.map(({ id, text, count }) =>
      h(
        'button',
        {
          key: id,
          type: 'button',
          role: 'tab',
          id: `tab-${id}`,
          class: 'tab',
          'aria-selected': id === chosen,
          'aria-controls': 'view',
          tabIndex: id === chosen ? 0 : -1,
          onClick: () => onChoose(id),
        },
        text,
        count === undefined ? null : h('span', { class: 'tab-count' }, count.toLocaleString('en-US')),
      ),
    ),
  )
}
