import type { Entry } from '../../entry.ts'
import { HoldError, PermanentError, RetryAfterError, UnreachableError } from '../../errors.ts'
import type { Push } from '../../push/contract.ts'
import { chanceOf } from './chance.ts'
import type { Scenario } from './scenarios.ts'

/** What befalls one try on its way to the remote and back. */
export type Mood =
  | 'ok'
  | 'slow'
  | 'unreachable'
  | 'lost'
  | 'lostAnswer'
  | 'brokenAnswer'
  | 'twice'
  | 'late'
  | 'busy'
  | 'retryAfter'
  | 'refused'
  | 'signIn'

/** The way to the remote, which is somebody's push. */
export interface Network {
  /** Sends one try; resolves with what the remote said, and rejects as a push does. `onTaken`: the remote has it now. */
  send(entry: Entry<unknown>, attempt: number, signal: AbortSignal, onTaken: () => void): Promise<unknown>
  /** What will befall the next try of this entry. */
  moodOf(id: string): Mood
  /** From now on everything is well. */
  heal(): void
  /** How often the remote was asked for each entry. */
  readonly asked: ReadonlyMap<string, number>
  /** How often it took each. */
  readonly taken: ReadonlyMap<string, number>
  /** How often it was asked for one that it had taken already, and how often because one request arrived twice. */
  figures(): { readonly repeats: number; readonly twice: number }
}

const weights: Readonly<Record<Scenario['remote'], Readonly<Partial<Record<Mood, number>>>>> = {
  calm: { ok: 40, slow: 6, busy: 6, unreachable: 3 },
  moody: {
    ok: 26,
    slow: 6,
    unreachable: 5,
    lost: 3,
    lostAnswer: 5,
    brokenAnswer: 3,
    twice: 4,
    late: 3,
    busy: 6,
    retryAfter: 4,
    refused: 3,
    signIn: 2,
  },
}

/** A signal that nobody aborts: a server does not know that its client has gone. */
const neverAborted = new AbortController().signal

export function createNetwork(deps: {
  readonly seed: number
  readonly remote: Scenario['remote']
  readonly push: Push<unknown>
  readonly now: () => number
  readonly later: (ms: number) => Promise<void>
}): Network {
  const { seed, remote, push, now, later } = deps
  const tries = new Map<string, number>()
  const asked = new Map<string, number>()
  const taken = new Map<string, number>()
  let isWell = false
  let repeats = 0
  let twice = 0

  const chanceFor = (about: string, id: string) => chanceOf(seed, about, id, tries.get(id) ?? 0)
  const moodOf = (id: string): Mood => (isWell ? 'ok' : chanceFor('mood', id).weighted<Mood>(weights[remote]))

  async function arrive(entry: Entry<unknown>, attempt: number, onTaken: () => void): Promise<unknown> {
    const { id } = entry
    asked.set(id, (asked.get(id) ?? 0) + 1)
    if (taken.has(id)) repeats += 1
    const answer = await push(entry, { signal: neverAborted, attempt })
    taken.set(id, (taken.get(id) ?? 0) + 1)
    onTaken()
    return answer
  }

  function send(entry: Entry<unknown>, attempt: number, signal: AbortSignal, onTaken: () => void): Promise<unknown> {
    const mood = moodOf(entry.id)
    const chance = chanceFor('way', entry.id)
    tries.set(entry.id, (tries.get(entry.id) ?? 0) + 1)
    const isLong = mood === 'slow' || mood === 'late'
    const there = chance.happens(0.3) ? 0 : chance.upTo(isLong ? 12_000 : 400)
    const back = mood === 'late' ? 30_000 + chance.upTo(40_000) : chance.upTo(isLong ? 12_000 : 400)
    const heedsAbort = chance.happens(0.7)

    return new Promise((resolve, reject: (error: Error) => void) => {
      if (heedsAbort) signal.addEventListener('abort', () => reject(signal.reason as Error))
      travel().then(resolve, reject)
    })

    async function travel(): Promise<unknown> {
      if (there > 0) await later(there)
      turnAway(mood)
      if (mood === 'lost') return silence()
      const answer = arrive(entry, attempt, onTaken)
      // Nobody may be listening any more when the remote refuses.
      answer.catch(() => undefined)
      if (mood === 'twice') void again()
      await answer.catch(() => undefined)
      if (back > 0) await later(back)
      if (mood === 'brokenAnswer') throw new Error('502 after all')
      if (mood === 'lostAnswer') return chance.happens(0.5) ? silence() : breakOff()
      return answer
    }

    function turnAway(kind: Mood): void {
      if (kind === 'unreachable') throw new UnreachableError('ECONNREFUSED')
      if (kind === 'busy') throw new Error('503')
      if (kind === 'refused') throw new PermanentError('422')
      if (kind === 'signIn') throw new HoldError('the sign-in has expired')
      if (kind !== 'retryAfter') return
      const ms = chance.upTo(chance.happens(0.04) ? 7_200_000 : 50_000)
      throw new RetryAfterError(chance.happens(0.3) ? new Date(now() + ms) : ms, '429')
    }

    async function again(): Promise<void> {
      await later(1 + chance.upTo(chance.happens(0.5) ? 300 : 50_000))
      twice += 1
      await arrive(entry, attempt, onTaken).catch(() => undefined)
    }
  }

  return {
    send,
    moodOf,
    heal() {
      isWell = true
    },
    asked,
    taken,
    figures: () => ({ repeats, twice }),
  }
}

/** No answer ever comes. */
const silence = () => new Promise<never>(() => undefined)

function breakOff(): never {
  throw new UnreachableError('the connection broke before the answer came')
}
