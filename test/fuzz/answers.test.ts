import { expect, it } from 'vitest'
import { verdictOf } from '../../src/errors.ts'
import { outcomeOfError, retryAfterMaxMs } from '../../src/outcome.ts'
import type { Push } from '../../src/push/contract.ts'
import { httpPush } from '../../src/push/http.ts'
import type { Note } from '../push/trying.ts'
import { entryOf } from '../push/trying.ts'
import { noteFigures } from '../support/noteFigures.ts'
import { seededRandom } from '../support/seededRandom.ts'
import type { OddAnswer } from './support/oddServer.ts'
import { oddAnswer, oddServer } from './support/oddServer.ts'

/** How many answers are given; a long run takes its number from the environment. */
const answers = Number(process.env['FUZZ'] ?? 1_500)
const first = Number(process.env['FUZZ_SEED'] ?? 1)
const secret = 'tok_5f3a9c'
/** A server that says nothing more is given up after this, as `pushTimeoutMs` would; one that does speak is far faster. */
const stallMs = 60
const patienceMs = 10_000

it(
  `makes one of the documented outcomes of ${answers} answers by chance, and tells no secret`,
  { timeout: 60_000 + answers * 100 },
  async () => {
    let now: OddAnswer | undefined
    await using server = await oddServer(() => now as OddAnswer)
    const push = httpPush<Note>({ url: `${server.url}?key=${secret}`, headers: { authorization: `Bearer ${secret}` } })
    const seen = new Map<string, number>()
    const broken: string[] = []
    for (let seed = first; seed < first + answers && broken.length < 20; seed += 1) {
      const answer = oddAnswer(seededRandom(seed), secret)
      now = answer
      const { kind, problem } = await tryOnce(push, answer.ending === 'stall' || answer.mayStall === true)
      seen.set(kind, (seen.get(kind) ?? 0) + 1)
      if (problem !== undefined) broken.push(`seed ${seed} (${answer.what}): ${problem}`)
      if (!answer.kinds.includes(kind))
        broken.push(`seed ${seed} (${answer.what}): ${kind}, not ${answer.kinds.join()}`)
    }
    noteFigures('odd answers', { seed: first, answers, ...Object.fromEntries(seen), problems: broken.length })
    expect(broken).toEqual([])
    expect([...seen.keys()].toSorted()).toEqual([
      'aborted',
      'delivered',
      'failed',
      'hold',
      'permanent',
      'retryAfter',
      'unreachable',
    ])
  },
)

async function tryOnce(push: Push<Note>, isStalled: boolean): Promise<{ kind: string; problem?: string }> {
  const signal = isStalled ? AbortSignal.timeout(stallMs) : new AbortController().signal
  let timer: NodeJS.Timeout | undefined
  const hung = new Promise<{ kind: string; problem: string }>((resolve) => {
    timer = setTimeout(() => resolve({ kind: 'hung', problem: `no end within ${patienceMs} ms` }), patienceMs)
  })
  try {
    return await Promise.race([outcomeOf(push, signal), hung])
  } finally {
    clearTimeout(timer)
  }
}

async function outcomeOf(push: Push<Note>, signal: AbortSignal): Promise<{ kind: string; problem?: string }> {
  try {
    await push(entryOf(), { signal, attempt: 1 })
    return { kind: 'delivered' }
  } catch (error) {
    if (signal.aborted && error === signal.reason) return { kind: 'aborted' }
    if (!(error instanceof Error)) return { kind: 'failed', problem: `it threw ${String(error)}` }
    if (`${error.message} ${error.stack}`.includes(secret)) {
      return { kind: 'failed', problem: `a secret in: ${error.message}` }
    }
    if (error.message.length > 500) return { kind: 'failed', problem: `${error.message.length} characters` }
    const outcome = outcomeOfError(error, Date.now())
    const waitMs = outcome.kind === 'failed' ? (outcome.retryAfterMs ?? 0) : 0
    if (!(waitMs >= 0 && waitMs <= retryAfterMaxMs)) return { kind: 'failed', problem: `a wait of ${waitMs} ms` }
    return { kind: verdictOf(error)?.kind ?? 'failed' }
  }
}
