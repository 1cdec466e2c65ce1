import { describe, expect, it } from 'vitest'
import { noteFigures } from '../support/noteFigures.ts'
import type { Historian } from './support/crashHistory.ts'
import { runCrashes } from './support/crashRun.ts'
import { randomWork } from './support/randomWork.ts'
import { seededBugs } from './support/seededBugs.ts'

/** Over a segment roll, checkpoints, a dead letter, a requeue and the removal of segments. */
async function everyOperation(does: Historian): Promise<void> {
  await does.append(1)
  await does.append(2, 3)
  await does.take()
  await does.deliver(1)
  await does.append(4)
  await does.retry(2, 1)
  await does.kill(3)
  await does.deliver(2)
  await does.requeue(3)
  await does.append(5)
  await does.kill(4)
  await does.release()
  await does.take()
  await does.deliver(5)
  await does.cancel(3)
  await does.discard(4)
  await does.append(6)
  await does.skip(6)
  await does.append(7)
  await does.release()
  await does.append(8)
  await does.close()
}

/** So many deaths between two syncs that the journal begins a new part. */
async function manyDeaths(does: Historian): Promise<void> {
  await does.append(1, 2, 3, 4)
  await does.take()
  for (const number of [1, 2, 3, 4]) await does.kill(number)
  await does.append(5)
  await does.deliver(5)
  await does.release()
  await does.requeue(2)
  await does.close()
}

/** Segments behind a stuck entry are rewritten. */
async function stuckHead(does: Historian): Promise<void> {
  for (const number of [1, 2, 3, 4, 5, 6, 7]) await does.append(number)
  await does.take()
  for (const number of [3, 4, 5]) await does.deliver(number)
  await does.release()
  await does.take()
  await does.deliver(1)
  await does.deliver(2)
  await does.append(8)
  await does.release()
  await does.close()
}

/** Small writes behind so many others that room is made for them, some of which a segment is left with. */
async function roomAhead(does: Historian): Promise<void> {
  await does.append(...Array.from({ length: 60 }, (_, index) => index + 1))
  await does.append(61)
  await does.append(62)
  await does.take()
  await does.deliver(1)
  await does.append(63, 64)
  await does.append(65)
  for (let number = 66; number < 70; number += 1) await does.append(number)
  await does.deliver(2)
  await does.append(70)
  await does.release()
  await does.close()
}

/** So little that every state can be opened. */
async function aLittle(does: Historian): Promise<void> {
  await does.append(1)
  await does.take()
  await does.append(2)
  await does.deliver(1)
  await does.release()
}

/** At most so many states at each point, and so many seeds: longer runs take their numbers from the environment. */
const most = Number(process.env['CRASH_STATES'] ?? 30)
const seeds = Number(process.env['CRASH_SEEDS'] ?? 2)
const cases = [
  { name: 'a little', workload: aLittle, ack: 'os', limit: Infinity },
  { name: 'every operation', workload: everyOperation, ack: 'os', limit: most },
  { name: 'every operation', workload: everyOperation, ack: 'sync', limit: most },
  { name: 'many deaths', workload: manyDeaths, ack: 'os', limit: most },
  { name: 'many deaths', workload: manyDeaths, ack: 'sync', limit: most },
  { name: 'a stuck head', workload: stuckHead, ack: 'sync', limit: most },
  { name: 'room ahead', workload: roomAhead, ack: 'os', limit: most, segmentBytes: 65_000 },
] as const

describe('after a crash at any point', () => {
  it.each(cases)(
    'a store with ack $ack has lost nothing acknowledged, and all adds up ($name)',
    async ({ name, limit, ...run }) => {
      const { ack } = run
      const { problems, states, points, sampled } = await runCrashes({ ...run, most: limit, seed: 1 })
      process.stdout.write(
        `crash states of ${name}, ack ${ack}: ${states} at ${points} points, ${sampled} of them sampled\n`,
      )
      expect(problems.slice(0, 5)).toEqual([])
      noteFigures('crash states of the fs store', { workloads: 1, points, states, problems: 0 })
    },
  )

  it.each(Array.from({ length: seeds }, (_, index) => index + 1))(
    'of sixty operations by chance (seed %i) too',
    async (seed) => {
      const ack = seed % 2 === 0 ? 'sync' : 'os'
      const report = await runCrashes({ ack, workload: randomWork(seed, 60), most: Math.ceil(most / 6), seed })
      process.stdout.write(`crash states of seed ${seed}, ack ${ack}: ${report.states} at ${report.points} points\n`)
      expect(report.problems.slice(0, 5)).toEqual([])
      noteFigures('crash states of the fs store', {
        workloads: 1,
        points: report.points,
        states: report.states,
        problems: 0,
      })
    },
  )

  it.each(seededBugs)('is noticed if $name', async ({ ack, through, name }) => {
    let noticed: string | undefined
    for (const workload of [manyDeaths, everyOperation]) {
      const { problems } = await runCrashes({ ack, through, workload, most: 100, seed: 1, stopsEarly: true })
      noticed ??= problems[0]
      if (noticed !== undefined) break
    }
    process.stdout.write(`noticed, ${name}: ${noticed}\n`)
    expect(noticed).toBeDefined()
    noteFigures('planted bugs that crash states notice', { noticed: 1 })
  })
})
