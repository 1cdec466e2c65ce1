import type { Entry } from '../../entry.ts'
import { verdictOf } from '../../errors.ts'
import type { Flight, Flights } from './flights.ts'
import type { Ledger, Moment } from './ledger.ts'
import type { Life } from './life.ts'
import { maxAttempts } from './life.ts'
import type { Verdict } from './verdict.ts'

/** Says which rule a push breaks that begins now. */
export interface Referee {
  pushBegins(life: Life, entry: Entry<unknown>, attempt: number): void
}

export function createReferee(deps: {
  readonly ledger: Ledger
  readonly flights: Flights
  readonly verdict: Verdict
  readonly moment: () => Moment
  /** When somebody last said resume, by the count of all that is observed. */
  readonly resumedAt: () => number
  readonly presentEpoch: () => number | undefined
}): Referee {
  const { ledger, flights, verdict, moment } = deps

  /** Nothing begins in a context that stops, has been paused, or holds no lease as far as it knows. */
  function checkContext({ name, phase, pausedAt, store }: Life): void {
    if (phase !== 'up') verdict.fail('stopped', `${name} pushes while it is ${phase}`)
    if (pausedAt !== undefined && pausedAt > deps.resumedAt()) verdict.fail('paused', `${name} pushes while paused`)
    const lease = store.held()
    if (lease === undefined || lease.isReleased || lease.isTold)
      verdict.fail('drainer', `${name} pushes without a lease`)
  }

  function checkOwnLast({ name, store }: Life): void {
    const last = flights.lastOf(name)
    if (last === undefined) return
    if (isUnderWay(last)) verdict.fail('one', `${name} pushes while its push of ${last.id} is under way`)
    const isHold = endsInHold(last)
    // Who resumes while a try is under way means the next one.
    const isResumed = deps.resumedAt() > last.startedAt.order
    if (isHold && !isResumed && last.lease === store.held()) verdict.fail('held', `${name} pushes on after a hold`)
    if (last.recorded !== undefined || isHold || isNothing(last)) return
    // A failure that another drainer has not seen must not overwrite what it has recorded since.
    if (!isYes(last) && last.lease?.isLost === true) return
    verdict.fail('recorded', `${name} pushes on before it has recorded what came of ${last.id}`)
  }

  /** Two may push at once only while the one whose time is over does not know it yet. */
  function checkOthers({ name, store }: Life): void {
    if (store.held()?.isLost === true) return
    for (const other of flights.all) {
      if (other.context === name || !isUnderWay(other)) continue
      if (other.lease?.isLost === true && !other.lease.isTold) continue
      verdict.fail('drainer', `${name} pushes while ${other.context} pushes ${other.id}`)
    }
  }

  function checkEntry(life: Life, entry: Entry<unknown>, attempt: number): void {
    const { id, attempts, misses, requeues, seq } = entry
    if (attempt !== attempts + 1) verdict.fail('attempts', `try ${attempt} of ${id}, which has ${attempts} attempts`)
    if (attempts >= maxAttempts) verdict.fail('attempts', `${id} is tried once more after ${attempts} attempts`)
    for (const other of flights.ofSeq(seq)) {
      if (other.context !== life.name || !isYes(other)) continue
      verdict.fail('again', `${life.name} pushes ${id} again after the remote said yes`)
    }
    // Who drains on without knowing that the lease is lost knows nothing of what others have done since.
    if (life.store.held()?.epoch !== deps.presentEpoch()) return
    const pending = ledger.pending.get(id)
    if (pending === undefined) return checkGone(life, id)
    if (pending.requeues !== requeues) verdict.fail('queue', `${id} is pushed as of its ${requeues}. return`)
    if (pending.tries.attempts !== attempts || pending.tries.misses !== misses) {
      verdict.fail(
        'attempts',
        `${id} is pushed with ${attempts}/${misses} tries, but has ${JSON.stringify(pending.tries)}`,
      )
    }
    const [head] = ledger.pending.keys()
    if (head !== id) verdict.fail('order', `${life.name} pushes ${id} before ${head}`)
    const early = life.waits.whyEarly(pending)
    if (early !== undefined) verdict.fail('early', early)
  }

  /** What was removed while it was being read, or in this very moment, may go out once more. */
  function checkGone({ name, store }: Life, id: string): void {
    const gone = ledger.goneAt(id)
    const read = store.lastRead()
    const isSeen = gone !== undefined && gone.elapsedMs < moment().elapsedMs
    const isRead =
      gone !== undefined && read !== undefined && read.begunAt <= gone.order && gone.order <= (read.endedAt ?? Infinity)
    if (gone === undefined || (isSeen && !isRead)) verdict.fail('queue', `${name} pushes ${id}, which is not pending`)
  }

  return {
    pushBegins(life, entry, attempt) {
      checkContext(life)
      checkOwnLast(life)
      checkOthers(life)
      checkEntry(life, entry, attempt)
    },
  }
}

/** Whether neither the push itself nor its outbox has ended it. */
function isUnderWay({ end, abort }: Flight): boolean {
  return end === undefined && abort === undefined
}

/** Whether the remote's yes came while somebody waited for it. */
function isYes({ abort, end }: Flight): boolean {
  return end?.kind === 'resolved' && (abort === undefined || end.elapsedMs < abort.elapsedMs)
}

/** Whether the outbox ended it for reasons of its own, so that nothing may have been recorded. */
function isNothing({ abort, end }: Flight): boolean {
  return abort?.kind === 'ended' && !(end !== undefined && end.elapsedMs < abort.elapsedMs)
}

function endsInHold({ end, abort }: Flight): boolean {
  if (abort !== undefined || end?.kind !== 'rejected') return false
  return verdictOf(end.error)?.kind === 'hold'
}
