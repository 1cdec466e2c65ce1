import { expect, it } from 'vitest'
import {
  deadIds,
  deadOf,
  delivered,
  died,
  drafts,
  pendingIds,
  pendingOf,
  take,
} from '../../src/testing/contract/bench.ts'
import { seededRandom } from '../support/seededRandom.ts'
import { crashStates } from './support/crashStates.ts'
import { inDirectory, processOfBoot, tunedStore } from './support/places.ts'
import { createSimulatedDisk } from './support/simulatedDisk.ts'
import { nodeFiles } from '../../src/store/fs/files.ts'

const never = 2 ** 30
const quiet = { ack: 'sync', reserveBytes: 0, syncMs: never, idleSyncMs: never, pollMs: never } as const

it('a dead letter whose sync failed is there after any power cut that follows an acknowledged settlement', async () => {
  const disk = createSimulatedDisk()
  let isFailing = false
  const files = {
    ...disk.files,
    async sync(file: number) {
      if (isFailing) throw Object.assign(new Error('EIO'), { code: 'EIO' })
      await disk.files.sync(file)
    },
  }
  const store = tunedStore('/box', { ...quiet, files, processes: processOfBoot(1) })
  await store.append(drafts(1))
  await store.append(drafts(1, 2))
  const lease = await take(store)
  const [first, second] = await pendingOf(store)
  if (first === undefined || second === undefined) throw new Error('both are pending')
  isFailing = true
  await expect(store.settle([died(first)], lease)).rejects.toMatchObject({ code: 'OUTBOX_STORE' })
  isFailing = false
  await store.settle([delivered(second)], lease)
  const { images } = crashStates(disk.events, disk.events.length, 50, seededRandom(1))
  await store.close()
  expect(images.length).toBeGreaterThan(1)
  for (const image of images) {
    const after = tunedStore('/box', {
      ...quiet,
      files: createSimulatedDisk(image).files,
      processes: processOfBoot(2),
    })
    expect([...(await pendingIds(after)), ...(await deadIds(after))]).toEqual(['entry-1'])
    expect((await after.counts()).dead).toBe((await deadOf(after)).length)
    await after.close()
  }
})

it('whoever loses the lease while the journal is on its way to the disk is told so, and nothing stands still', () =>
  inDirectory(async (directory) => {
    let letGo = () => {}
    let held: Promise<void> | undefined
    const files = {
      ...nodeFiles,
      async sync(file: number) {
        await held
        return nodeFiles.sync(file)
      },
    }
    const store = tunedStore(directory, { ...quiet, files, pollMs: 5, heartbeatMs: 0 })
    await store.append(drafts(3))
    const lease = await take(store)
    const [first, second] = await pendingOf(store)
    if (first === undefined || second === undefined) throw new Error('both are pending')
    held = new Promise((resolve) => {
      letGo = resolve
    })
    const endingAs = (status: string) => expect.objectContaining({ status }) as unknown
    const settled = Promise.allSettled([
      store.settle([delivered(first)], lease),
      store.settle([delivered(second)], lease),
    ])
    nodeFiles.unlink(`${directory}/lease-${lease.epoch}`)
    await expect.poll(() => lease.lost.aborted).toBe(true)
    held = undefined
    letGo()
    // What the first has recorded was written before the lease was lost, and the sync under way took it to the disk.
    expect(await settled).toEqual([endingAs('fulfilled'), endingAs('rejected')])
    await store.close()
  }))
