import { readdir } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { noteFigures } from '../support/noteFigures.ts'
import { isOutboxError } from '../../src/errors.ts'
import type { Store } from '../../src/store/contract.ts'
import type { Files } from '../../src/store/fs/files.ts'
import { nodeFiles } from '../../src/store/fs/files.ts'
import { drafts, expectBalance, leased, pendingIds } from '../../src/testing/contract/bench.ts'
import type { Historian, Mark } from './support/crashHistory.ts'
import { createHistorian, problemsAfterCrash } from './support/crashHistory.ts'
import { seededRandom } from '../support/seededRandom.ts'
import { crashStates, processCrash } from './support/crashStates.ts'
import { failingFiles } from './support/failing.ts'
import { inDirectory, processOfBoot, tunedStore, withStore } from './support/places.ts'
import type { DiskImage } from './support/simulatedDisk.ts'
import { createSimulatedDisk } from './support/simulatedDisk.ts'

const tuning = {
  segmentBytes: 1_500,
  journalBytes: 4_000,
  reserveBytes: 64,
  syncMs: 2 ** 30,
  idleSyncMs: 2 ** 30,
  pollMs: 5,
  heartbeatMs: 10,
  staleMs: 20,
  auditLimit: 4,
}

/** So many of the states that a power cut could leave are looked at in each run, at any point. */
const powerCuts = 4

/** Each step is tried until it works: whoever is refused tries again. */
const steps: readonly ((does: Historian) => Promise<void>)[] = [
  (does) => does.append(1, 2),
  (does) => does.append(3),
  (does) => does.take(),
  (does) => does.deliver(1),
  (does) => does.append(4, 5),
  (does) => does.retry(2, 1),
  (does) => does.kill(2),
  (does) => does.kill(3),
  (does) => does.deliver(4),
  (does) => does.requeue(3),
  (does) => does.release(),
  (does) => does.cancel(5),
  (does) => does.take(),
  (does) => does.append(6),
  (does) => does.deliver(6),
  (does) => does.discard(2),
  (does) => does.release(),
]

function storeOn(files: Files, boot: number, ack: 'os' | 'sync'): Store {
  const processes = processOfBoot(boot)
  return tunedStore('/box', { ...tuning, files, ack, processes })
}

/** Runs the steps on a disk of which some calls fail; answers what is wrong afterwards. */
async function runFailing(number: number, code: string, more: number, ack: 'os' | 'sync') {
  const disk = createSimulatedDisk()
  const { files, calls, failed, heal } = failingFiles(disk.files, number, code, more)
  const store = storeOn(files, 1, ack)
  const does = createHistorian(store, disk)
  const codes = new Set<string>()
  const problems: string[] = []
  const marksOf = (until = disk.events.length) =>
    disk.events.slice(0, until).flatMap((event) => (event.is === 'mark' ? [event.mark as Mark] : []))
  try {
    for (const [index, step] of steps.entries()) {
      for (let tries = 0; ; tries += 1) {
        try {
          await step(does)
          break
        } catch (error) {
          if (!isOutboxError(error)) {
            // A settlement that was refused may have been recorded all the same: then its entry is not there any more.
            if (tries === 0 || !(error instanceof Error) || !error.message.includes('is not pending')) {
              problems.push(`step ${index}: ${String(error)}`)
            }
            break
          }
          codes.add(error.code)
          if (tries > more + 1) {
            problems.push(`step ${index} is refused for ever: ${String(error)}`)
            break
          }
        }
      }
    }
    heal()
    problems.push(...(await problemsAfterCrash(store, marksOf(), true)))
    const reopened = async (image: DiskImage, marks: readonly Mark[], isSettledDurable: boolean, how: string) => {
      const after = storeOn(createSimulatedDisk(image).files, 2, ack)
      // What was refused, and may be missing, is counted until somebody who may say so has met it.
      await leased(after, () => after.read({ limit: 100 }))
      const found = await problemsAfterCrash(after, marks, isSettledDurable)
      problems.push(...found.map((problem) => `${how}: ${problem}`))
      await after.close()
    }
    await reopened(processCrash(disk.events, disk.events.length), marksOf(), true, 'reopened')
    const random = seededRandom(number)
    for (let cut = 0; cut < powerCuts; cut += 1) {
      const point = Math.ceil(random() * disk.events.length)
      const { images } = crashStates(disk.events, point, 1, random)
      for (const image of images) await reopened(image, marksOf(point), ack === 'sync', `a power cut at ${point}`)
    }
  } finally {
    await store.close()
  }
  return { problems, codes, calls: calls(), failed: failed() }
}

describe('when a call to the disk fails', () => {
  it.each([
    { code: 'ENOSPC', more: 0, ack: 'os' },
    { code: 'ENOSPC', more: 0, ack: 'sync' },
    { code: 'EIO', more: 2, ack: 'os' },
    { code: 'EIO', more: 0, ack: 'sync' },
    { code: 'EMFILE', more: 0, ack: 'os' },
  ] as const)(
    'once ($code, and $more calls after it, ack $ack), wherever it is, nothing accepted is lost',
    async ({ code, more, ack }) => {
      const { calls } = await runFailing(Infinity, code, 0, ack)
      const problems: string[] = []
      const codes = new Set<string>()
      for (let number = 1; number <= calls; number += 1) {
        const run = await runFailing(number, code, more, ack)
        problems.push(...run.problems.map((problem) => `call ${number} (${run.failed}): ${problem}`))
        for (const each of run.codes) codes.add(each)
      }
      process.stdout.write(`${calls} calls, each failing with ${code}\n`)
      expect(problems.slice(0, 8)).toEqual([])
      expect([...codes].toSorted()).toEqual(code === 'ENOSPC' ? ['OUTBOX_QUOTA'] : ['OUTBOX_STORE'])
      noteFigures('disk calls that fail, one by one', {
        calls,
        'power cuts after them': calls * powerCuts,
        problems: 0,
      })
    },
  )

  it('to sync what was appended, the group is refused, and the file is never written or synced again', () =>
    inDirectory(async (directory) => {
      const paths = new Map<number, string>()
      const touched: string[] = []
      let isBroken = false
      const remember = (file: number, path: string) => {
        paths.set(file, path)
        return file
      }
      const files: Files = {
        ...nodeFiles,
        create: (path) => remember(nodeFiles.create(path), path),
        write(file, data, at) {
          if (isBroken) touched.push(paths.get(file) ?? '')
          nodeFiles.write(file, data, at)
        },
        sync(file) {
          if (isBroken) touched.push(paths.get(file) ?? '')
          isBroken = true
          return touched.length === 0
            ? Promise.reject(Object.assign(new Error('EIO'), { code: 'EIO' }))
            : nodeFiles.sync(file)
        },
      }
      await withStore(directory, { files }, async (store) => {
        const refused = await Promise.allSettled([store.append(drafts(1)), store.append(drafts(1, 2))])
        expect(refused).toMatchObject([1, 2].map(() => ({ status: 'rejected', reason: { code: 'OUTBOX_STORE' } })))
        const [broken] = paths.values()
        await store.append(drafts(1, 3))
        expect(touched.length).toBeGreaterThan(0)
        expect(touched).not.toContain(broken)
        expect(await pendingIds(store)).toEqual(['entry-3'])
        expect((await readdir(directory)).filter((name) => name.startsWith('seg-'))).toEqual([
          'seg-0-1.log',
          'seg-0-2.log',
        ])
      })
      await withStore(directory, {}, async (store) => {
        expect(await pendingIds(store)).toEqual(['entry-3'])
        await expectBalance(store)
      })
    }))
})
