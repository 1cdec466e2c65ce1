import type { ComponentChildren } from 'preact'
import { Fragment, h } from 'preact'
import { useState } from 'preact/hooks'
import { ActivityChart } from './activityChart.ts'
import { AuditView } from './auditView.ts'
import { DeadView } from './deadView.ts'
import { EmptyState } from './emptyState.ts'
import { EntriesView } from './entriesView.ts'
import { EventsView } from './eventsView.ts'
import type { Looking } from './looking.ts'
import { MachineView } from './machineView.ts'
import { ratesOf } from './rates.ts'
import type { Frame } from './session.ts'
import type { Tab } from './tabList.ts'
import { TabList } from './tabList.ts'

type ViewId = 'machine' | 'entries' | 'dead' | 'audit' | 'events'

interface ViewsProps extends Looking {
  readonly frames: readonly Frame[]
  readonly onGo: (index: number) => void
}

/** The views, one at a time. */
export function Views(props: ViewsProps): ComponentChildren {
  const [chosen, setChosen] = useState<ViewId>('machine')
  const { counts } = props.frame.context
  const tabs: readonly Tab<ViewId>[] = [
    { id: 'machine', text: 'Machine' },
    { id: 'entries', text: 'Waiting', ...(counts && { count: counts.pending }) },
    { id: 'dead', text: 'Dead letters', ...(counts && { count: counts.dead }) },
    { id: 'audit', text: 'Audit' },
    { id: 'events', text: 'Events' },
  ]
  return h(
    Fragment,
    null,
    h(TabList<ViewId>, { tabs, chosen, onChoose: setChosen }),
    h(
      'section',
      { id: 'view', role: 'tabpanel', class: `view view-${chosen}`, 'aria-labelledby': `tab-${chosen}`, tabIndex: 0 },
      h(View, { ...props, chosen }),
    ),
  )
}

function View({ chosen, ...props }: ViewsProps & { readonly chosen: ViewId }): ComponentChildren {
  const { frames, frame, now, onGo, source } = props
  const isList = chosen === 'entries' || chosen === 'dead' || chosen === 'audit'
  if (isList && source.kind === 'recording') {
    return h(EmptyState, {
      title: 'A recording holds no entries',
      text: 'It tells what the machine did, and no more: go through its steps above, or look at them under Events.',
    })
  }
  switch (chosen) {
    case 'machine':
      return h(Overview, props)
    case 'entries':
      return h(EntriesView, props)
    case 'dead':
      return h(DeadView, props)
    case 'audit':
      return h(AuditView, props)
    case 'events':
      return h(EventsView, { frames, frame, most: 200, onGo })
    default:
      return (chosen satisfies never, h('p', null, String(now)))
  }
}

function Overview({ frames, frame, now, onGo, source }: ViewsProps): ComponentChildren {
  const isWhole = source.kind === 'recording'
  return h(
    'div',
    { class: 'overview' },
    h('div', { class: 'panel panel-chart' }, h(MachineView, { frame, now })),
    h(
      'div',
      { class: 'panel' },
      h(ActivityChart, {
        rates: ratesOf(frames, now, isWhole),
        caption: isWhole ? 'The whole recording' : 'The last minute',
      }),
    ),
    h(
      'div',
      { class: 'panel panel-events' },
      h('h2', null, 'Latest events'),
      h(EventsView, { frames, frame, most: 8, onGo }),
    ),
  )
}
