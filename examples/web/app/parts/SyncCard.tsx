import type { ReactNode } from 'react'
import { useDesk, useExplanation, useStatus } from '../desk/useDesk.ts'
import type { Wording } from '../wording.ts'
import { wordingOf } from '../wording.ts'
import { CheckIcon, ClockIcon, CrossIcon, SendIcon } from './icons.tsx'
import { useAppBadge } from './useAppBadge.ts'

const icons: Readonly<Record<Wording['tone'], () => ReactNode>> = {
  calm: CheckIcon,
  busy: SendIcon,
  waiting: ClockIcon,
  alarm: CrossIcon,
}

/** What the outbox does, in plain words and in its own. */
export function SyncCard() {
  const { outbox } = useDesk()
  const { state, pending, dead, ...status } = useStatus()
  const explanation = useExplanation()
  const { tone, headline, sentence } = wordingOf({ pending, dead, ...status })
  const Icon = icons[tone]
  useAppBadge(pending)
  return (
    <section className={`sync sync-${tone}`} aria-label="Sync">
      <div className="sync-words">
        <span className="sync-disc">
          <Icon />
        </span>
        {/* Only this is read out by itself: what counts would never be quiet. */}
        <p className="sync-headline" role="status">
          {headline}
        </p>
        <p className="sync-sentence">{sentence}</p>
      </div>
      <Progress />
      <dl className="counts">
        <div>
          <dt>waiting</dt>
          <dd>{pending}</dd>
        </div>
        <div>
          <dt>refused</dt>
          <dd>{dead}</dd>
        </div>
      </dl>
      <p className="sync-explanation">{explanation}</p>
      {state === 'backoff' && (
        <button type="button" className="button" onClick={() => outbox.retry()}>
          Try now
        </button>
      )}
    </section>
  )
}

/** How far the outbox has come with a backlog. */
function Progress() {
  const { draining } = useStatus()
  if (draining === undefined || draining.of < 2) return null
  const { done, of } = draining
  return (
    <div className="progress">
      <progress className="progress-bar" aria-label="Changes sent" value={done} max={of} />
      <p className="progress-words">
        {done} of {of} sent
      </p>
    </div>
  )
}
