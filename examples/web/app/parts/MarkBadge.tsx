import type { ReactNode } from 'react'
import type { Mark } from '../desk/view.ts'
import { markWords } from '../wording.ts'
import { CheckIcon, ClockIcon, CrossIcon, RetryIcon, SendIcon } from './icons.tsx'

const icons: Readonly<Record<Mark, () => ReactNode>> = {
  synced: CheckIcon,
  waiting: ClockIcon,
  sending: SendIcon,
  retrying: RetryIcon,
  failed: CrossIcon,
}

/** Where a change stands, in a word. */
export function MarkBadge({ mark }: { readonly mark: Mark }) {
  const Icon = icons[mark]
  return (
    <span className={`mark mark-${mark}`}>
      <Icon />
      {markWords[mark]}
    </span>
  )
}
