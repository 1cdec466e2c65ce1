import type { Status } from './status.ts'

/** The status in one sentence: what happens now, and if nothing does, why. `now` is epoch ms. */
export function explain(status: Status, now: number): string {
  const { state, reason, pending, dead, held, lastError, nextAttemptAt } = status
  const waiting = pending === 1 ? '1 entry waits' : `${pending} entries wait`
  const letters = dead === 1 ? '1 dead letter is kept' : `${dead} dead letters are kept`
  const seconds = Math.max(0, Math.ceil(((nextAttemptAt ?? now) - now) / 1_000))
  const because = lastError === undefined ? '' : `: ${lastError}`
  switch (reason) {
    case 'ready':
      return dead === 0 ? 'Everything has been pushed.' : `Nothing waits; ${letters}.`
    case 'paused':
      return `Paused; ${waiting} until resume.`
    case 'held':
      return held === 'no push'
        ? `There is no push, so ${waiting}; nothing is lost.`
        : `On hold until resume (${held}); ${waiting}.`
    case 'offline':
      return `Offline; ${waiting}.`
    case 'standby':
      return `Another process or tab drains this outbox; ${waiting}.`
    case 'pushing':
      return pending === 0 ? 'Looking for something to push.' : `Pushing; ${waiting}.`
    case 'stopping':
      return `Stopping; ${waiting}.`
    case 'stopped':
      return `Stopped; ${waiting} in the store.`
    case 'notBefore':
      return `The first entry is not to be pushed for another ${seconds} s; ${waiting}.`
    case 'server':
      return `The remote asked to wait another ${seconds} s${because}; ${waiting}.`
    case 'backoff':
      return `The first entry is tried again in ${seconds} s${because}; ${waiting}.`
    case 'store':
      return `The store failed and is tried again in ${seconds} s${because}.`
    default:
      return (reason satisfies never, `${state}.`)
  }
}
