import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Counts } from '../../src/entry.ts'
import { isOutboxError } from '../../src/errors.ts'
import type { Store } from '../../src/store/contract.ts'
import { delivered, draft } from '../contract/harness.ts'
import { inDirectory, withStore } from '../store/support/places.ts'
import { noteFigures } from '../support/noteFigures.ts'
import { seededRandom } from '../support/seededRandom.ts'
import type { Damage } from './support/damage.ts'
import { damage } from './support/damage.ts'
import type { RandomStore } from './support/randomStore.ts'
import { makeRandomStore, settingsOfBoot, textOf, writeContents } from './support/randomStore.ts'

/** How many damaged directories are opened; a long run takes its number from the environment. */
const cases = Number(process.env['FUZZ'] ?? 2_000)
const first = Number(process.env['FUZZ_SEED'] ?? 1)
/** So many directories made by chance are damaged again and again, until others take their place. */
const directories = 24
const casesOfDirectories = 5_000
/** No frame of these directories is longer, so nothing that stands farther from the damage is part of it. */
const frameBytes = 1_400
/** An operation that takes longer hangs. */
const patienceMs = 10_000

/** What is appended after the damage. */
const freshNumbers = [9_001, 9_002, 9_003, 9_004, 9_005, 9_006, 9_007, 9_008]
const freshIds = freshNumbers.map((number) => `entry-${number}`)

interface Found {
  readonly problems: readonly string[]
  readonly refusals: readonly string[]
}

describe('an fs store whose files were damaged by chance', () => {
  it(`in ${cases} ways loses nothing else, and goes on`, { timeout: 60_000 + cases * 200 }, () =>
    inDirectory(async (place) => {
      const originals = new Map<number, RandomStore>()
      const broken: string[] = []
      const refused = new Map<string, number>()
      let kept = 0
      for (let seed = first; seed < first + cases && broken.length < 20; seed += 1) {
        const number = Math.floor(seed / casesOfDirectories) * directories + (seed % directories)
        const original = originals.get(number) ?? (await makeRandomStore(number))
        originals.set(number, original)
        const damaged = damage(original, seededRandom(seed))
        const directory = join(place, 'damaged')
        await writeContents(directory, damaged.contents)
        const safe = safeIds(original, damaged)
        kept += safe.length
        const { problems, refusals } = await examine(directory, original, damaged, safe)
        broken.push(...problems.map((problem) => `seed ${seed} (${damaged.what}): ${problem}`))
        for (const code of refusals) refused.set(code, (refused.get(code) ?? 0) + 1)
      }
      noteFigures('damaged directories', { seed: first, damaged: cases, outOfHarm: kept, problems: broken.length })
      expect([...refused]).toEqual([])
      expect(broken).toEqual([])
    }),
  )
})

/** The pending entries whose every trace is far from the damage. */
function safeIds({ contents, bodies, pending }: RandomStore, { wrong }: Damage): string[] {
  return pending.filter((id) => {
    const text = bodies.get(id) ?? ''
    let traces = 0
    for (const [name, data] of contents) {
      if (!name.startsWith('seg-')) continue
      for (let at = data.indexOf(text); at >= 0; at = data.indexOf(text, at + 1)) {
        traces += 1
        const isNear = ([from, to]: readonly [number, number]) => at + frameBytes > from && at - frameBytes < to
        if ((wrong.get(name) ?? []).some(isNear)) return false
      }
    }
    if (traces === 0) throw new Error(`${id} stands nowhere`)
    return true
  })
}

/** What must be so in one damaged directory, and what was not. */
interface Case {
  readonly bodies: RandomStore['bodies']
  /** The pending entries that nothing has happened to. */
  readonly safe: readonly string[]
  /** Whether deaths may be forgotten: an entry that was put back then is pending in both of its places. */
  readonly mayRepeat: boolean
  readonly problems: string[]
}

async function examine(
  directory: string,
  { bodies }: RandomStore,
  { wrong }: Damage,
  safe: readonly string[],
): Promise<Found> {
  const problems: string[] = []
  const mayRepeat = [...wrong.keys()].some((name) => name.startsWith('journal-'))
  const fuzzed: Case = { bodies, safe, mayRepeat, problems }
  const refusals: string[] = []
  try {
    const before = await withStore(directory, settingsOfBoot(2), (store) => firstLife(store, fuzzed))
    await withStore(directory, settingsOfBoot(3), (store) => secondLife(store, fuzzed, before))
  } catch (error) {
    if (isOutboxError(error)) refusals.push(`${error.code} ${error.message.replaceAll(/\d+/g, 'N').slice(-90)}`)
    else problems.push(error instanceof Error ? (error.stack ?? error.message) : String(error))
  }
  return { problems, refusals }
}

interface State {
  readonly counts: Counts
  readonly pending: readonly string[]
  readonly dead: readonly string[]
}

/** Reads without the lease and with it, and appends. */
async function firstLife(store: Store, fuzzed: Case): Promise<State> {
  const { problems, safe } = fuzzed
  await store.control()
  await inTime(stateOf(store, fuzzed))
  await inTime(store.readAudit({ limit: 1_000 }))
  const lease = await inTime(store.lease(new AbortController().signal))
  const { pending } = await inTime(stateOf(store, fuzzed))
  missing(safe, pending, 'the first opening', problems)
  for (const number of freshNumbers) await inTime(store.append([draft(number, { body: textOf(0, number) })]))
  missing(freshIds, (await stateOf(store, fuzzed)).pending, 'what was appended', problems)
  await lease.release()
  return stateOf(store, fuzzed)
}

/** Finds what the first life left, and drains it. */
async function secondLife(store: Store, fuzzed: Case, before: State): Promise<void> {
  const { problems, safe } = fuzzed
  const found = await inTime(stateOf(store, fuzzed))
  if (JSON.stringify(found) !== JSON.stringify(before)) {
    problems.push(`the second opening found ${JSON.stringify(found)} after ${JSON.stringify(before)}`)
  }
  const lease = await inTime(store.lease(new AbortController().signal))
  const drained: string[] = []
  for (;;) {
    const page = await inTime(store.read({ limit: 50 }))
    if (page.length === 0) break
    drained.push(...page.map(({ id }) => id))
    await store.settle(
      page.map((entry) => delivered(entry)),
      lease,
    )
    if (drained.length > 1_000) {
      problems.push('draining never ends')
      return
    }
  }
  missing(safe, drained, 'the drain', problems)
  missing(freshIds, drained, 'the drain of what was appended', problems)
  const { counts } = await stateOf(store, fuzzed)
  if (counts.pending !== 0 || counts.bytes !== 0) problems.push(`after the drain: ${JSON.stringify(counts)}`)
  await lease.release()
}

/** What the store answers, looked over: nothing twice, nothing strange, and all adds up. */
async function stateOf(store: Store, { bodies, mayRepeat, problems }: Case): Promise<State> {
  const pending = await store.read({ limit: 1_000 })
  const dead = await store.readDead({ limit: 1_000 })
  const counts = await store.counts()
  for (const { id, body } of [...pending, ...dead.map(({ entry }) => entry)]) {
    const text = id.startsWith('entry-90') ? textOf(0, Number(id.slice(6))) : bodies.get(id)
    if (body !== text) problems.push(`${id} came back as ${body}`)
  }
  const ids = pending.map(({ id }) => id)
  const twice = ids.filter((id, index) => ids.indexOf(id) !== index)
  if (twice.length > 0 && !mayRepeat) problems.push(`pending twice: ${twice.join()}`)
  const { enqueued, ...gone } = counts.totals
  const sum = Object.values(gone).reduce((total, count) => total + count, counts.pending + counts.dead)
  if (sum !== enqueued || Math.min(counts.pending, counts.dead, ...Object.values(gone)) < 0) {
    problems.push(`the totals do not add up: ${JSON.stringify(counts)}`)
  }
  return { counts, pending: ids, dead: dead.map(({ entry }) => entry.id) }
}

function missing(expected: readonly string[], found: readonly string[], when: string, problems: string[]): void {
  const present = new Set(found)
  const lost = expected.filter((id) => !present.has(id))
  if (lost.length > 0) problems.push(`lost at ${when}: ${lost.join()}`)
  const once = new Set(expected.filter((id) => found.indexOf(id) >= 0 && found.indexOf(id) === found.lastIndexOf(id)))
  const order = found.filter((id) => once.has(id))
  if (order.join() !== [...once].join()) problems.push(`out of order at ${when}: ${order.join()}`)
}

async function inTime<R>(work: Promise<R>): Promise<R> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${patienceMs} ms`)), patienceMs)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
