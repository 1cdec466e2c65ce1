import type { Store } from '../../../src/store/contract.ts'
import type { Files } from '../../../src/store/fs/files.ts'
import { createHistorian, problemsAfterCrash } from './crashHistory.ts'
import type { Historian, Mark } from './crashHistory.ts'
import { crashStates, processCrash } from './crashStates.ts'
import { processOfBoot, tunedStore } from './places.ts'
import { seededRandom } from '../../support/seededRandom.ts'
import type { DiskImage } from './simulatedDisk.ts'
import { createSimulatedDisk } from './simulatedDisk.ts'

export interface CrashRun {
  readonly ack: 'os' | 'sync'
  /** What is done to the store before the crash. */
  readonly workload: (historian: Historian) => Promise<void>
  /** At most so many states at each point. */
  readonly most: number
  readonly seed: number
  readonly segmentBytes?: number
  /** What stands between the store and the disk: a bug, for instance. */
  readonly through?: (files: Files) => Files
  /** Ends the run at the first state with a problem. */
  readonly stopsEarly?: boolean
}

export interface CrashReport {
  readonly points: number
  readonly states: number
  /** Points with more states than were opened. */
  readonly sampled: number
  readonly problems: readonly string[]
}

/** Small files, so that few operations roll segments and journals; timers that never fire, so that each run is the same. */
const tuning = {
  segmentBytes: 1_500,
  journalBytes: 4_000,
  reserveBytes: 0,
  syncMs: 2 ** 30,
  idleSyncMs: 2 ** 30,
  pollMs: 2 ** 30,
}

/** Runs a workload once, then opens the store on every disk that a crash at any point of it may leave. */
export async function runCrashes({
  ack,
  workload,
  most,
  seed,
  segmentBytes = tuning.segmentBytes,
  through = (files) => files,
  stopsEarly,
}: CrashRun): Promise<CrashReport> {
  const disk = createSimulatedDisk()
  const store = openOn(through(disk.files), 1, ack, segmentBytes)
  const problems: string[] = []
  let states = 0
  let sampled = 0
  try {
    await workload(createHistorian(store, disk))
  } catch (error) {
    problems.push(`during the run: ${String(error)}`)
  } finally {
    await store.close()
  }
  if (problems.length > 0) return { points: 0, states, sampled, problems }
  const { events } = disk
  const random = seededRandom(seed)
  for (let point = 0; point <= events.length; point += 1) {
    if (events[point]?.is === 'mark') continue
    const marks = events.slice(0, point).flatMap((event) => (event.is === 'mark' ? [event.mark as Mark] : []))
    const images: [DiskImage, boolean][] = [[processCrash(events, point), true]]
    const { images: cuts, isSampled } = crashStates(events, point, most, random)
    if (isSampled) sampled += 1
    for (const image of cuts) images.push([image, ack === 'sync'])
    for (const [image, isSettledDurable] of images) {
      states += 1
      const found = await examine(image, marks, isSettledDurable, ack, through)
      problems.push(...found.map((problem) => `before event ${point}, state ${states}: ${problem}`))
      if (stopsEarly === true && problems.length > 0) return { points: point, states, sampled, problems }
    }
  }
  return { points: events.length, states, sampled, problems }
}

async function examine(
  image: DiskImage,
  marks: readonly Mark[],
  isSettledDurable: boolean,
  ack: 'os' | 'sync',
  through: (files: Files) => Files,
): Promise<string[]> {
  const disk = createSimulatedDisk(image)
  const store = openOn(through(disk.files), 2, ack)
  try {
    const problems = await problemsAfterCrash(store, marks, isSettledDurable)
    const historian = createHistorian(store, disk)
    const lease = await store.lease(new AbortController().signal)
    // As the holder it has written down what is missing; nothing of what matters may change by that.
    problems.push(...(await problemsAfterCrash(store, marks, isSettledDurable)))
    await lease.release()
    await historian.append(10_001)
    await drainAll(store)
    const { pending, dead, totals } = await store.counts()
    const { enqueued, ...gone } = totals
    const sum = Object.values(gone).reduce((total, count) => total + count, pending + dead)
    if (pending !== 0 || sum !== enqueued) problems.push(`after a drain: ${JSON.stringify(await store.counts())}`)
    return problems
  } catch (error) {
    return [String(error instanceof Error ? error.stack : error)]
  } finally {
    await store.close()
  }
}

async function drainAll(store: Store): Promise<void> {
  const lease = await store.lease(new AbortController().signal)
  for (;;) {
    const page = await store.read({ limit: 100 })
    if (page.length === 0) break
    for (const { seq, id, items, bytes, attempts } of page) {
      const audit = { direction: 'push', id, attempts, items, bytes, at: 1 } as const
      await store.settle([{ kind: 'delivered', seq, id, audit }], lease)
    }
  }
  await lease.release()
}

/** A store in a process of the given boot of the machine; those of other boots are gone. */
function openOn(files: Files, boot: number, ack: 'os' | 'sync', segmentBytes = tuning.segmentBytes): Store {
  const processes = processOfBoot(boot)
  return tunedStore('/box', { ...tuning, segmentBytes, files, processes, ack, auditLimit: 4 })
}
